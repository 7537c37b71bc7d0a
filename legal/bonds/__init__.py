"""Deposits that come back when the case ends."""
