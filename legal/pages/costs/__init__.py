"""Costs: claims with their receipts, the rules of approval, published fees, gifts in kind."""

from legal.pages.costs import cost_rules, expenses, fees, paying_out, receipts, stages

__all__ = ["cost_rules", "expenses", "fees", "paying_out", "receipts", "stages"]
