"""Webhooks that go out."""
