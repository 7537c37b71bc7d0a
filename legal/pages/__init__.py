"""Staff pages of the law work, and the public page of a report."""

from legal import agenda
from legal.matters import counsel_of_record
from legal.pages import (
    accounts,
    approvals,
    bonds,
    certifications,
    cost_rules,
    entries,
    expenses,
    fees,
    hours,
    ledes,
    matter_file,
    matters,
    obligors,
    pledges,
    pro_bono,
    public_reports,
    rates,
    receipts,
    reports,
    trust,
)
from legal.pages.blueprint import bp

__all__ = [
    "accounts",
    "agenda",
    "approvals",
    "bonds",
    "bp",
    "certifications",
    "counsel_of_record",
    "cost_rules",
    "entries",
    "expenses",
    "fees",
    "hours",
    "ledes",
    "matter_file",
    "matters",
    "obligors",
    "pledges",
    "pro_bono",
    "public_reports",
    "rates",
    "receipts",
    "reports",
    "trust",
]
