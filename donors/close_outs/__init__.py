"""Closing out: what happens to the money that a drive has left, decided by two people and told to everybody."""
