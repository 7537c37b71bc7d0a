"""Talking to Stripe: the configured client, its transient failures, and what its objects have in common."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import stripe
from flask import Flask, current_app

from core.settings import Settings

#: The version whose OpenAPI document the sandbox validates against; stripe 15.2 was made for it.
API_VERSION = "2026-05-27.dahlia"


class PaymentsUnavailable(Exception):
    """Stripe did not answer, or refused to for now. Nothing is known to have moved; try again later."""


def init_app(app: Flask, settings: Settings) -> None:
    bases: dict[str, Any] = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    app.extensions["stripe"] = stripe.StripeClient(
        settings.stripe_secret_key,
        stripe_version=API_VERSION,
        base_addresses=cast(Any, bases),
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=20),
    )


def client() -> stripe.StripeClient:
    return current_app.extensions["stripe"]


@contextmanager
def calling() -> Generator[None]:
    """Stripe's transient failures become PaymentsUnavailable; its refusals stay what they are."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as failure:
        raise PaymentsUnavailable from failure


def id_of(found: Any) -> str | None:
    """Stripe sends an id, or the whole object where it was expanded."""
    return found if found is None or isinstance(found, str) else str(found.id)


def ours(metadata: Any, name: str) -> str | None:
    return str(metadata[name]) if metadata and name in metadata else None
