"""A Stripe that runs here: a stateful server that speaks Stripe's HTTP protocol. No real money moves.

Start it with ``python -m sandbox --port 12111 --webhook http://127.0.0.1:5000/stripe/events
--webhook-secret whsec_x --key sk_test_x --state sandbox.sqlite``; every option has a default. In a test:
``box = sandbox.server.start(webhooks=[(url, secret)])``, then ``StripeClient(box.key,
base_addresses={"api": box.url})``.

Requests are validated against Stripe's own OpenAPI document of version 2026-05-27.dahlia, webhooks are
signed by Stripe's scheme and retried, the hosted Checkout page knows Stripe's published test cards.
``/`` shows what was paid and delivered, ``/_sandbox/`` holds the controls (clock, faults, redelivery,
quick payment), ``python -m sandbox coverage`` lists what is covered. It imports nothing of the application.
"""
