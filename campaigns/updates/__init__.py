"""News of a campaign."""
