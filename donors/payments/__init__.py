"""Stripe's events, and the journeys that need Stripe and the database in turns."""
