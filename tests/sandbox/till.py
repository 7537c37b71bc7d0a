"""What tests do at the sandbox again and again: open a session, pay it, look at what it left."""

import re
from typing import Any

import requests
from stripe import StripeClient
from stripe.checkout import Session

from sandbox.server import Box

GOOD_CARD = "4242 4242 4242 4242"


class Till:
    """Amounts are in cents of USD."""

    def __init__(self, box: Box, client: StripeClient) -> None:
        self.box = box
        self.client = client

    def session(self, amount: int = 5000, *, every: str | None = None, **more: Any) -> Session:
        """A session for one gift, once or `every` month."""
        price: dict[str, Any] = {
            "currency": "usd",
            "unit_amount": amount,
            "product_data": {"name": "A gift for Carlos"},
        }
        if every:
            price["recurring"] = {"interval": every}
        wanted: dict[str, Any] = {
            "mode": "subscription" if every else "payment",
            "ui_mode": "hosted_page",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "http://127.0.0.1:1/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:1/back",
        }
        return self.client.v1.checkout.sessions.create(wanted | more)  # type: ignore[arg-type]

    def pay(self, session: Session, card: str = GOOD_CARD, **more: Any) -> requests.Response:
        """By the control that pays as the page does."""
        body = {"card": card, "email": "dana@example.com", "name": "Dana Donor"} | more
        return self.control(f"pay/{session.id}", body)

    def paid(
        self, amount: int = 5000, *, every: str | None = None, card: str = GOOD_CARD, **more: Any
    ) -> Session:
        """A session that is paid, as it is afterwards."""
        session = self.session(amount, every=every, **more)
        assert self.pay(session, card).status_code == 200
        return self.client.v1.checkout.sessions.retrieve(session.id)

    def control(
        self, path: str, body: dict[str, Any] | None = None, method: str = "POST"
    ) -> requests.Response:
        return requests.request(method, f"{self.box.url}/_sandbox/{path}", json=body or {}, timeout=10)

    def press(self, session: Session, **typed: str) -> requests.Response:
        """Fills in the hosted page and presses its button; redirects are not followed."""
        form = {
            "email": "dana@example.com",
            "card_number": GOOD_CARD,
            "exp": "12 / 34",
            "cvc": "123",
            "name": "Dana Donor",
        } | typed
        return requests.post(str(session.url), data=form, allow_redirects=False, timeout=10)

    def raw(self, method: str, path: str, body: str = "", **headers: str) -> requests.Response:
        """A request that no library has tidied up."""
        wanted = {
            "Authorization": f"Bearer {self.box.key}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, self.box.url + path, data=body, headers=wanted | named, timeout=10)


def text_of(page: str) -> str:
    """What a person reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
