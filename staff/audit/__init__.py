"""The audit trail: who, when, what, before, after, why; append-only and hash-chained per organisation."""

from staff.audit.event import GENESIS, AuditChain, AuditDetail, AuditEvent
from staff.audit.recording import erase_details, events_of, hides, names_of, nouns_of, record
from staff.audit.verifying import first_break, verify

__all__ = [
    "GENESIS",
    "AuditChain",
    "AuditDetail",
    "AuditEvent",
    "erase_details",
    "events_of",
    "first_break",
    "hides",
    "names_of",
    "nouns_of",
    "record",
    "verify",
]
