"""What partners of a campaign bring, and which donors they may see."""
