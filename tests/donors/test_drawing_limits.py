"""Documents and pictures that anybody may have drawn are counted by caller, and a page that is gone stays gone."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.web import limits
from donors.gifts.gift import Gift
from donors.receipts import links
from donors.receipts.receipt import Receipt
from tests.donors.conftest import Stripe

pytestmark = pytest.mark.once


@pytest.fixture
def two_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(limits, "DRAWINGS", "2 per minute")
    app.config["LIMITS_ARE_ON"] = True
    limits.limiter.reset()
    yield
    limits.limiter.reset()
    app.config["LIMITS_ARE_ON"] = False


def test_what_is_drawn_for_anybody_is_counted(
    session: Session, client: FlaskClient, give: Callable[..., Gift], stripe: Stripe, two_a_minute: None
) -> None:
    stripe.pay(give("50"))
    stripe.deliver_all()
    session.expire_all()
    receipt = "/my" + links.receipt_url(session.query(Receipt).one().id).partition("/my")[2]
    picture = "/d/monthly/preview.png"
    assert [client.get(path).status_code for path in (receipt, picture)] == [200, 200]
    for path in (receipt, picture):
        refused = client.get(path)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert client.get("/d/none/preview.png").status_code == 404
    assert client.get("/d/monthly").status_code == 200
