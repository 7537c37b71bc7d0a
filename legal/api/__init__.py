"""The law work for software: hours, matters, costs, bonds, reports, codes and rates."""

from legal.api import (
    accounts,
    bonds,
    certifications,
    codes,
    costs,
    fees,
    hours,
    ledes,
    matter_file,
    matters,
    paying_out,
    pledges,
    pro_bono,
    rates,
    reports,
    trust,
)
from legal.api.blueprint import bp

__all__ = [
    "accounts",
    "bonds",
    "bp",
    "certifications",
    "codes",
    "costs",
    "fees",
    "hours",
    "ledes",
    "matter_file",
    "matters",
    "paying_out",
    "pledges",
    "pro_bono",
    "rates",
    "reports",
    "trust",
]
