"""How every public word of the demo was cleared: two lawyers of two organisations, and the client."""

from datetime import timedelta

from campaigns.clearance import clearing
from campaigns.clearance.steps import clearance_of
from campaigns.clearance.subjects import Subject, kind_of
from campaigns.clients import consenting
from campaigns.clients.consenting import ConsentTerms
from core import clock
from demo.people import actor

SCOPES = ("campaign", "drive", "update", "timeline", "bond_amount")


def consent(client_id: str) -> None:
    """Carlos agreed, through an interpreter, for a year."""
    today = clock.today()
    consenting.record_consent(
        actor("ana"),
        client_id,
        ConsentTerms(
            scopes=SCOPES,
            language="Mam",
            interpreter="By telephone, a court-certified interpreter",
            given_on=today,
            expires_on=today + timedelta(days=365),
        ),
    )


def clear(subject: Subject) -> None:
    """Carla submits, Ana and Ben approve the same words, Carlos agrees."""
    kind = kind_of(subject)
    clearing.submit(actor("carla"), kind, subject.id, looked_at=True)
    for lawyer in ("ana", "ben"):
        sha256 = clearance_of(subject).text_hash
        clearing.approve(actor(lawyer), kind, subject.id, sha256=sha256)
    clearing.agree(actor("ana"), kind, subject.id)
