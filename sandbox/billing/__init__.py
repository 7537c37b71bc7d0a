"""Subscriptions and their invoices, as time passes."""
