"""Talking to Stripe: the configured client, the account it speaks for, its transient failures, and what its
objects have in common."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, cast

import stripe
from flask import Flask, current_app

from core.settings import Settings

#: The version whose OpenAPI document the sandbox validates against; stripe 15.2 was made for it.
API_VERSION = "2026-05-27.dahlia"


_account: ContextVar[str] = ContextVar("account_at_stripe", default="")


class PaymentsUnavailable(Exception):
    """Stripe did not answer, or refused to for now. Nothing is known to have moved; try again later."""


def init_app(app: Flask, settings: Settings) -> None:
    bases: dict[str, Any] = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
    connections = stripe.RequestsClient(timeout=20)

    def speak_for(account: str) -> stripe.StripeClient:
        return stripe.StripeClient(
            settings.stripe_secret_key,
            stripe_account=account or None,
            stripe_version=API_VERSION,
            base_addresses=cast(Any, bases),
            max_network_retries=2,
            http_client=connections,
        )

    app.extensions["stripe"] = cache(speak_for)


@contextmanager
def on_account(account: str) -> Generator[None]:
    """Inside the block every call is made for this connected account; an empty one means our own."""
    before = _account.set(account)
    try:
        yield
    finally:
        _account.reset(before)


def spoken_for() -> str:
    """The connected account that calls are made for now; empty for our own."""
    return _account.get()


def client() -> stripe.StripeClient:
    return current_app.extensions["stripe"](spoken_for())


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
