"""What the public may know of the law work."""
