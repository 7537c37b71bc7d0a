"""Events as Stripe signs and sends them, each with an id of its own."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

SECRET = "whsec_bench"


@dataclass(frozen=True)
class SignedEvents:
    """`count` deliveries of distinct events; the same `series` makes the same events again. With `again`
    they are sent over and over."""

    path: str
    series: str
    count: int
    again: bool = False

    def requests(self) -> Iterator[bytes]:
        made = [
            request(self.path, json.dumps(event(f"evt_{self.series}{number:09d}")).encode())
            for number in range(self.count)
        ]
        return cycle(made) if self.again else iter(made)


def request(path: str, body: bytes) -> bytes:
    """A delivery as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json; charset=utf-8",
        "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        f"Stripe-Signature: {signature(body)}",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    return "\r\n".join(head).encode() + body


def signature(body: bytes) -> str:
    """A `Stripe-Signature` header of this moment."""
    at = int(time.time())
    digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest},v0={'0' * 64}"


def event(event_id: str, **about: Any) -> dict[str, Any]:
    """A `payment_intent.succeeded` with the fields, and so the size (about 2.5 kB), of a real one.

    `about` replaces fields of the payment.
    """
    payment: dict[str, Any] = {
        "id": f"pi_{event_id}",
        "object": "payment_intent",
        "amount": 5000,
        "amount_capturable": 0,
        "amount_details": {"tip": {}, "shipping": {"amount": 0}, "line_items": None},
        "amount_received": 5000,
        "capture_method": "automatic_async",
        "client_secret": f"pi_{event_id}_secret_0123456789abcdefghijklmno",
        "confirmation_method": "automatic",
        "created": int(time.time()),
        "currency": "usd",
        "customer": None,
        "description": "Keep Carlos with his family",
        "last_payment_error": None,
        "latest_charge": f"ch_{event_id}",
        "livemode": False,
        "metadata": {"gift_id": f"gift_{event_id[-24:]:0>24}"},
        "payment_method": f"pm_{event_id}",
        "payment_method_configuration_details": {"id": "pmc_0123456789abcdefghijklmn", "parent": None},
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            },
            "link": {"persistent_token": None},
        },
        "payment_method_types": ["card", "link"],
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    } | about
    unused = ("application", "automatic_payment_methods", "canceled_at", "cancellation_reason", "next_action")
    unused += (
        "on_behalf_of",
        "processing",
        "receipt_email",
        "review",
        "setup_future_usage",
        "excluded_types",
    )
    return {
        "id": event_id,
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": int(time.time()),
        "data": {"object": payment | dict.fromkeys(unused)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": f"req_{event_id}", "idempotency_key": f"checkout:{event_id}"},
        "type": "payment_intent.succeeded",
    }
