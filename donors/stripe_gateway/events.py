"""What Stripe tells us: signed bodies, verified and read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import stripe
from flask import current_app

from core import clock
from core.settings import Settings

SIGNATURE_TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The body was not signed by Stripe with our secret, or too long ago."""


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    livemode: bool
    account: str
    created_at: datetime
    #: The thing it is about: its id, type and the ids of ours that it carries.
    object_id: str
    object: dict[str, Any]


def read_event(body: bytes, signature: str) -> Event:
    """Verify a webhook's signature over the raw body and read it. Raises BadSignature, or ValueError for a
    signed body that is no event."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    # The library gives this function no types of its own.
    verify = cast(Callable[..., bool], getattr(stripe.WebhookSignature, "verify_header"))  # noqa: B009
    # Events of connected accounts come through an endpoint of their own, with a secret of its own.
    secrets = filter(None, (settings.stripe_webhook_secret, settings.stripe_connect_webhook_secret))
    for secret in secrets:
        try:
            verify(body.decode(), signature, secret, SIGNATURE_TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return parse_event(body)
    raise BadSignature


def parse_event(body: bytes | str) -> Event:
    """An event from its JSON text, as it came or as it was kept. Raises ValueError where it is none."""
    raw = json.loads(body)
    try:
        about = raw["data"]["object"]
        return Event(
            id=str(raw["id"]),
            type=str(raw["type"]),
            livemode=bool(raw["livemode"]),
            account=str(raw.get("account") or ""),
            created_at=clock.from_epoch(raw["created"]),
            object_id=str(about.get("id") or ""),
            object=about,
        )
    except (KeyError, TypeError, AttributeError) as refusal:
        raise ValueError("the body is signed but is no Stripe event") from refusal
