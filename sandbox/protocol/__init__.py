"""How Stripe is spoken to: HTTP, forms, validation, errors, idempotency, expansion and lists."""
