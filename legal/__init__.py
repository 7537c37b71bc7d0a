"""What the law work takes, costs and is worth."""
