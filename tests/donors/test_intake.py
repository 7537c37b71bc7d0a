"""Events taken in before Flask is entered: the same answer and the same traces as the view's."""

import json
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.security import HEADERS
from core.settings import Settings
from donors.payments.stripe_event import StripeEvent
from donors.webhook import LARGEST
from tests.donors.conftest import sign
from tests.donors.test_webhook import an_event, post


def test_it_is_answered_counted_and_named(client: FlaskClient, settings: Settings) -> None:
    body = an_event()
    answer = post(client, body, sign(body, settings.stripe_webhook_secret))
    assert answer.get_json() == {"received": "evt_1"}
    assert answer.headers["X-Request-Id"].startswith("req_")
    assert HEADERS.items() <= dict(answer.headers).items()
    assert 'route="/stripe/events",status="200"' in client.get("/metrics").text


def test_a_body_of_unusual_size_is_left_to_the_view(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    body = an_event(padding="x" * LARGEST)
    assert post(client, body, sign(body, settings.stripe_webhook_secret)).status_code == 200
    assert session.query(StripeEvent).one().body == body.decode()


def test_other_methods_reach_the_view(client: FlaskClient) -> None:
    assert client.get("/stripe/events").status_code == 405


def test_what_it_passes_on_has_its_whole_body(client: FlaskClient, settings: Settings) -> None:
    body: Any = json.dumps({"id": "evt_1"}).encode()
    answer = post(client, body, sign(body, settings.stripe_webhook_secret))
    assert answer.get_json()["code"] == "bad_event"
