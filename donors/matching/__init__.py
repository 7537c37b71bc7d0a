"""Which gifts are matched by which match funds, why, and what became of it."""
