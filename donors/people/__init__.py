"""Who gives, and what they agreed to."""
