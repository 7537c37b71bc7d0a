"""Petitions: what a drive asks of somebody, and who signs it."""
