"""Customers, cards, intents, charges and what becomes of a charge."""
