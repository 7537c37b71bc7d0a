"""The inbox: verified, deduplicated and stored before the answer; nothing is dropped."""

import json
import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core import clock
from core.settings import Settings
from donors.payments import at_stripe
from donors.payments.stripe_event import StripeEvent
from tests.donors.conftest import Stripe, sign


def an_event(**more: Any) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "customer.created",
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": {"id": "cus_1"}},
        **more,
    }
    return json.dumps(event).encode()


def post(client: FlaskClient, body: bytes, signature: str) -> Any:
    return client.post("/stripe/events", data=body, headers={"Stripe-Signature": signature})


def test_a_repeated_delivery_is_accepted_and_stored_once(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    body = an_event()
    for _again in range(3):
        assert post(client, body, sign(body, settings.stripe_webhook_secret)).status_code == 200
    assert session.query(StripeEvent).count() == 1


def test_an_unknown_type_is_stored_and_needs_nothing(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    body = an_event(type="a.type.of.tomorrow")
    post(client, body, sign(body, settings.stripe_webhook_secret))
    assert session.query(StripeEvent).one().state == "done"


@pytest.mark.parametrize(
    ("body", "secret", "age_seconds", "code"),
    [
        (an_event(), "whsec_of_somebody_else", 0, "bad_signature"),
        (an_event(), None, 3600, "bad_signature"),
        (an_event(livemode=True), None, 0, "wrong_livemode"),
        (b"{not json", None, 0, "bad_event"),
        (b"[]", None, 0, "bad_event"),
        (b'{"id": "evt_1"}', None, 0, "bad_event"),
        (b"\xff\xfe", None, 0, "bad_signature"),
    ],
)
def test_what_is_not_stripes_event_is_refused_with_its_reason(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    body: bytes,
    secret: str | None,
    age_seconds: int,
    code: str,
) -> None:
    signature = sign(body, secret or settings.stripe_webhook_secret, int(time.time()) - age_seconds)
    answer = post(client, body, signature)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == code
    assert session.query(StripeEvent).count() == 0


def test_no_signature_at_all_is_refused(client: FlaskClient) -> None:
    assert client.post("/stripe/events", data=an_event()).get_json()["code"] == "bad_signature"


def test_an_event_that_fails_stays_with_its_error_and_is_tried_again(
    client: FlaskClient, session: Session, settings: Settings, stripe: Stripe
) -> None:
    body = an_event(type="checkout.session.completed", data={"object": {"id": "cs_gone", **_of_ours()}})
    assert post(client, body, sign(body, settings.stripe_webhook_secret)).status_code == 200
    row = session.query(StripeEvent).one()
    assert (row.state, row.attempts) == ("failing", 1)
    assert row.error == "InvalidRequestError"
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > clock.now()


def test_the_sweep_takes_up_what_the_nudge_missed(session: Session, stripe: Stripe) -> None:
    session.add(
        StripeEvent(
            id="evt_2", type="customer.created", created_at=clock.now(), body=an_event(id="evt_2").decode()
        )
    )
    session.commit()
    at_stripe.sweep()
    assert session.get_one(StripeEvent, "evt_2").state == "done"


def _of_ours() -> dict[str, str]:
    return {"client_reference_id": "gift_" + "0" * 24}
