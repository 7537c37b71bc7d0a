"""Published rates, and what an hour is worth by them."""
