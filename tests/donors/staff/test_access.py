"""Who sees gifts and donors: not legal, not viewers, not another organisation."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.payments.stripe_event import StripeEvent
from donors.recurring.recurring_gift import Cancellation
from staff.member import Member
from tests.conftest import Cast

Paid = Callable[..., Gift]
LISTS = ("gifts", "gifts.csv", "recurring", "recurring.csv", "donors", "events")


def pages_of(gift: Gift) -> list[str]:
    return [
        f"/staff/gifts/{gift.id}",
        f"/staff/recurring/{gift.recurring_gift_id}",
        f"/staff/donors/{gift.donor_id}",
    ]


def verbs_of(gift: Gift, event_id: str) -> list[tuple[str, dict[str, str]]]:
    return [
        (f"/staff/gifts/{gift.id}/refunds", {"amount": "5", "reason": "Asked"}),
        (f"/staff/recurring/{gift.recurring_gift_id}/cancellations", {"reason": "other", "note": "Asked"}),
        (f"/staff/events/{event_id}/tries", {}),
    ]


@pytest.mark.parametrize("who", ["bob", "vera"])
def test_legal_and_viewers_find_no_donors(
    session: Session, cast: Cast, paid: Paid, sign_in: Callable[[Member], FlaskClient], who: str
) -> None:
    gift = paid("50", rhythm="month")
    ours = StripeEvent.organisation_id.is_not(None)
    event_id = str(session.scalar(select(StripeEvent.id).where(ours).limit(1)))
    browser = sign_in(getattr(cast, who))
    paths = [*(f"/staff/{name}" for name in LISTS), *pages_of(gift)]
    assert {path: browser.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)
    for path, typed in verbs_of(gift, event_id):
        assert browser.post(path, data=typed).status_code == 404
    home = browser.get("/staff/").text
    assert "/staff/gifts" not in home
    assert "/staff/donors" not in home


def test_another_organisation_finds_nothing(session: Session, paid: Paid, charlie: FlaskClient) -> None:
    gift = paid("50", rhythm="month")
    owned = select(StripeEvent).where(StripeEvent.organisation_id == gift.organisation_id)
    event_id = session.scalars(owned).first()
    assert event_id is not None
    for path in pages_of(gift):
        assert charlie.get(path).status_code == 404
    for path, typed in verbs_of(gift, event_id.id):
        assert charlie.post(path, data=typed).status_code == 404
    for name in LISTS:
        text = charlie.get(f"/staff/{name}").text
        assert "ana@example.org" not in text
        assert "Ana Lopez" not in text
        assert event_id.id not in text
    assert session.scalar(select(func.count()).select_from(Refund)) == 0
    assert session.scalar(select(func.count()).select_from(Cancellation)) == 0


def test_a_campaigner_sees_gifts_and_gives_nothing_back(
    session: Session, paid: Paid, carla: FlaskClient
) -> None:
    gift = paid("50", rhythm="month")
    ours = StripeEvent.organisation_id.is_not(None)
    event_id = str(session.scalar(select(StripeEvent.id).where(ours).limit(1)))
    assert "Give money back" not in carla.get(f"/staff/gifts/{gift.id}").text
    assert "End it for the donor" not in carla.get(f"/staff/recurring/{gift.recurring_gift_id}").text
    for path, typed in verbs_of(gift, event_id):
        assert carla.post(path, data=typed).status_code == 403
    assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_nobody_signed_in_is_asked_to_sign_in(client: FlaskClient) -> None:
    for name in LISTS:
        assert client.get(f"/staff/{name}").status_code == 302
