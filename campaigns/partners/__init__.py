"""What partners of a campaign agree on: whose donors they see, their links, what is told of them."""
