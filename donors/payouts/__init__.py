"""Stripe's account of the money beside ours and the bank's: movements, payouts, and what does not match."""
