"""Staff pages of the law work, and the public page of a report."""

from legal import agenda
from legal.pages import (
    accounts,
    approvals,
    bonds,
    certifications,
    costs,
    entries,
    hours,
    ledes,
    matter_file,
    matters,
    obligors,
    pledges,
    pro_bono,
    public_reports,
    rates,
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
    "costs",
    "entries",
    "hours",
    "ledes",
    "matter_file",
    "matters",
    "obligors",
    "pledges",
    "pro_bono",
    "public_reports",
    "rates",
    "reports",
    "trust",
]
