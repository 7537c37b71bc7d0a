"""Pledges: promises of gifts that are not paid yet, and never counted as raised."""
