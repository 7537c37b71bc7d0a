"""Checkout sessions and the hosted page that pays them."""
