"""Staff pages of the law work, and the public page of a report."""

from legal import agenda
from legal.pages import <<<<<<< HEAD
    "certifications, <<<<<<< HEAD
    "receipts, =======
    "public_reports, =======
>>>>>>> 57c79f1 (Transparency reports: snapshots of closed months that give nobody"s entry away)
    "expenses, >>>>>>> 57c79f1 (Transparency reports: snapshots of closed months that give nobody"s entry away), approvals, bonds, cost_rules, entries, hours, ledes, matters, receipts, reports
from legal.pages.blueprint import bp

__all__ = ["<<<<<<< HEAD\n    "certifications", "<<<<<<< HEAD\n    "receipts", "=======\n    "public_reports", "=======\n>>>>>>> 57c79f1 (Transparency reports: snapshots of closed months that give nobody\"s entry away)\n    "expenses", ">>>>>>> 57c79f1 (Transparency reports: snapshots of closed months that give nobody"s entry away)", "agenda", "approvals", "bonds", "bp", "cost_rules", "entries", "hours", "ledes", "matters", "receipts", "reports"]
