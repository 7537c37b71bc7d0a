"""Time: written down, rounded, submitted, approved."""
