"""A paid gift and its refund are told to the organisation's software, without a person in it."""

import json
import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from donors.gifts.gift import Gift
from donors.webhooks_out import keeping
from donors.webhooks_out.endpoint import WebhookMessage
from tests.conftest import Cast


def test_a_paid_gift_is_told_by_ids_and_amounts(
    cast: Cast, paid: Callable[..., Gift], session: Session
) -> None:
    with transaction():
        keeping.add(cast.actor("alice"), url="https://hooks.example.invalid/x", kinds=["gift.paid"])
    gift = paid("50")
    (row,) = session.scalars(select(WebhookMessage)).all()
    assert row.payload["type"] == "gift.paid"
    data = row.payload["data"]
    assert (data["gift_id"], data["amount_minor"], data["currency"]) == (gift.id, gift.amount_minor, "USD")
    words = re.sub("[a-z]+_[0-9a-z]{24}", "", json.dumps(row.payload).casefold())  # ids may spell anything
    for private in ("ana", "lopez", "@", "carlos"):
        assert private not in words, private
