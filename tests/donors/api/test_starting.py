"""Starting a gift by software: the checks of the form, and one gift for one key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from donors.gifts.gift import Gift
from donors.people.consent import Consent
from tests.donors.api.conftest import Of
from tests.donors.conftest import Stripe

Start = Callable[..., Any]


@pytest.fixture
def start(of: Of, drive: Drive, stripe: Stripe) -> Start:
    """Ask for a gift to the drive of 25 dollars by Ana, changed as told."""
    software = of("alice", "gifts.start")

    def ask(key: str | None = "order-0001", **changed: Any) -> Any:
        body = {"amount": {"minor": 2500, "currency": "USD"}, "email": "ana@example.org", "name": "Ana Lopez"}
        headers = {"Idempotency-Key": key} if key is not None else {}
        return software.post(f"/drives/{drive.id}/gifts", {**body, **changed}, **headers)

    return ask


def gifts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Gift)) or 0


def test_a_gift_is_started_and_paid_at_its_page(
    session: Session, drive: Drive, start: Start, stripe: Stripe
) -> None:
    answer = start(consents=[drive.organisation_id, "org_somebody"], cover_fee=True, language="es")
    assert answer.status_code == 201
    gift = session.get_one(Gift, answer.json["id"])
    assert answer.json["checkout_url"] == gift.checkout_url
    assert (gift.state, gift.public_name, gift.language) == ("pending", "Ana L.", "es")
    assert gift.fee_cover_minor > 0
    consents = session.scalars(select(Consent)).all()
    assert [each.organisation_id for each in consents] == [drive.organisation_id]
    stripe.pay(gift)
    stripe.deliver_all()
    session.expire_all()
    assert gift.state == "settled"


def test_the_same_key_is_the_same_gift(session: Session, start: Start) -> None:
    first, second = start(rhythm="month"), start(rhythm="month")
    assert first.json["id"] == second.json["id"]
    assert first.json["checkout_url"] == second.json["checkout_url"]
    assert start(key="order-0002").json["id"] != first.json["id"]
    assert gifts(session) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": {"minor": 2600, "currency": "USD"}},
        {"email": "ben@example.org"},
        {"rhythm": "month"},
        {"rhythm": "year"},
    ],
)
def test_a_key_is_not_used_for_another_gift(session: Session, start: Start, changed: dict[str, Any]) -> None:
    start()
    answer = start(**changed)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")
    assert gifts(session) == 1


@pytest.mark.parametrize("key", [None, "", "short", "k" * 201])
def test_a_key_is_needed(session: Session, start: Start, key: str | None) -> None:
    answer = start(key=key)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["Idempotency-Key"]
    assert gifts(session) == 0


def test_what_the_form_refuses_is_refused_here(
    session: Session, start: Start, subtests: pytest.Subtests
) -> None:
    for changed, field in [
        ({"amount": {"minor": 0, "currency": "USD"}}, "amount"),
        ({"amount": {"minor": 99, "currency": "USD"}}, "amount"),
        ({"amount": {"minor": 5_000_001, "currency": "USD"}}, "amount"),
        ({"amount": {"minor": 2500, "currency": "EUR"}}, "amount"),
        ({"amount": {"minor": -2500, "currency": "USD"}}, "amount"),
        ({"email": "nobody"}, "email"),
        ({"rhythm": "week"}, "rhythm"),
        ({"name_display": "alias"}, "alias"),
        ({"language": "xx"}, "language"),
        ({"message": "x" * 281}, "message"),
        ({"surprise": 1}, "surprise"),
        ({"name": "Ana\x00"}, "name"),
        ({"consents": "all"}, "consents"),
    ]:
        with subtests.test(changed=changed, field=field):
            answer = start(**changed)
            assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
            assert list(answer.json["errors"]) == [field]
            assert gifts(session) == 0


def test_a_closed_or_unpublished_drive_takes_no_gift(session: Session, drive: Drive, start: Start) -> None:
    drive.closed_at = clock.now() - timedelta(seconds=1)
    session.commit()
    assert start().json["code"] == "drive_not_open"
    drive.closed_at, drive.published_at = None, None
    session.commit()
    assert start().json["code"] == "drive_not_open"
    assert gifts(session) == 0


def test_when_stripe_is_down_the_same_request_goes_on_later(
    session: Session, start: Start, stripe: Stripe
) -> None:
    stripe.order_fault("error", path="/v1/checkout", times=30)
    answer = start()
    assert (answer.status_code, answer.json["code"]) == (503, "payments_unavailable")
    stripe.forget_faults()
    again = start()
    assert again.status_code == 201
    assert again.json["checkout_url"]
    assert gifts(session) == 1
