"""Costs: claimed, approved, paid from a fund."""
