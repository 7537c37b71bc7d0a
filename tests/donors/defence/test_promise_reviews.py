"""A doubtful recurring gift waits for a look before its donor is asked for a card."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.errors import Conflict
from core.mail import OutgoingMail
from donors import jobs
from donors.defence.promise_review import TRANSITIONS, PromiseReview
from donors.gifts.gift import Gift
from donors.recurring.recurring_gift import RecurringGift
from staff.audit import AuditEvent
from staff.member import Member
from tests.conftest import Cast
from tests.donors.defence.conftest import Crowd
from tests.donors.money.test_trouble_api import software

SignIn = Callable[[Member], FlaskClient]
WHY = "She wrote to us and gave before"


@pytest.fixture
def waiting(crowd: Crowd, session: Session) -> Gift:
    """A monthly gift from an address that has begun and not paid two others just before."""
    for number in range(2):
        crowd.begin("203.0.113.1", f"a{number}@example.net")
    answer = crowd.send("203.0.113.1", "ana@example.org", amount="15", rhythm="month")
    crowd.forget()
    gift = session.query(Gift).filter(Gift.recurring_gift_id.is_not(None)).one()
    assert answer.headers["Location"] == f"/d/{crowd.drive.slug}/gifts/{gift.id}/thanks"
    return gift


def decide(browser: FlaskClient, gift: Gift, decision: str, reason: str = WHY) -> int:
    typed = {"decision": decision, "reason": reason}
    return browser.post(f"/staff/promise-reviews/{gift.id}/decisions", data=typed).status_code


def standing(session: Session, gift: Gift) -> tuple[str, str, str]:
    """Of the review, the gift and the promise."""
    session.expire_all()
    promise = session.get_one(RecurringGift, gift.recurring_gift_id)
    return session.get_one(PromiseReview, gift.id).state, gift.state, promise.state


def go_on(client: FlaskClient, crowd: Crowd, gift: Gift) -> Any:
    return client.post(f"/d/{crowd.drive.slug}/gifts/{gift.id}/payments")


def test_stripe_is_not_reached_before_somebody_has_looked(
    waiting: Gift, crowd: Crowd, session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn
) -> None:
    assert (standing(session, waiting), waiting.checkout_session_id) == (
        ("waiting", "pending", "pending"),
        None,
    )
    page = client.get(f"/d/{crowd.drive.slug}/gifts/{waiting.id}/thanks").text
    assert "Somebody looks at your gift first" in page
    assert go_on(client, crowd, waiting).headers["Location"].endswith("/thanks")
    assert session.scalars(select(OutgoingMail)).all() == []
    frida = sign_in(cast.frida)
    listed = frida.get("/staff/defence").text
    assert "wait before their first payment" in listed
    assert "Several gifts were begun" in listed
    assert "One gift waits for a look" in frida.get("/staff/").text


def test_let_through_its_donor_pays_and_it_runs_like_any_other(
    waiting: Gift, crowd: Crowd, session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=4)):
        assert decide(sign_in(cast.frida), waiting, "let_through") == 303
    crowd.forget()
    (mail,) = session.scalars(select(OutgoingMail)).all()
    assert (mail.to, mail.subject) == ("ana@example.org", "Your recurring gift can begin")
    assert f"/gifts/{waiting.id}/thanks" in mail.text
    event = session.query(AuditEvent).filter_by(verb="recurring_gift.let_through").one()
    assert (event.subject, event.reason) == (waiting.id, WHY)
    session.commit()
    with time_machine.travel(
        clock.now() + timedelta(days=5)
    ):  # the page closes a day after this, not after the form
        page = client.get(f"/d/{crowd.drive.slug}/gifts/{waiting.id}/thanks").text
        assert "Your gift can begin" in page
        addresses = {go_on(client, crowd, waiting).headers["Location"] for _click in range(2)}
        crowd.forget()
        assert addresses == {waiting.checkout_url}
        assert crowd.try_card(waiting, "4242424242424242")
        assert standing(session, waiting) == ("let_through", "settled", "active")


@pytest.mark.parametrize("by", ["staff", "time"])
def test_turned_down_by_somebody_or_by_time_nothing_can_be_paid(
    waiting: Gift, crowd: Crowd, session: Session, client: FlaskClient, cast: Cast, sign_in: SignIn, by: str
) -> None:
    if by == "staff":
        assert decide(sign_in(cast.frida), waiting, "turn_down") == 303
    else:
        session.commit()
        with time_machine.travel(clock.now() + timedelta(days=4, hours=23)):
            jobs.sweep_holds.run()
            jobs.sweep.run()
            assert standing(session, waiting)[0] == "waiting"
            session.commit()
        with time_machine.travel(clock.now() + timedelta(days=5, minutes=1)):
            jobs.sweep_holds.run()
    assert standing(session, waiting) == ("turned_down", "expired", "abandoned")
    session.commit()
    assert go_on(client, crowd, waiting).headers["Location"].endswith("/thanks")
    assert "Your gift was not taken" in client.get(f"/d/{crowd.drive.slug}/gifts/{waiting.id}/thanks").text
    assert waiting.checkout_session_id is None
    assert decide(sign_in(cast.frida), waiting, "let_through") == 303  # too late: the page says so
    assert standing(session, waiting) == ("turned_down", "expired", "abandoned")


def test_who_was_let_through_and_does_not_come_is_waited_for_a_week(
    waiting: Gift, session: Session, cast: Cast, sign_in: SignIn
) -> None:
    decide(sign_in(cast.frida), waiting, "let_through")
    session.commit()
    for days, wanted in ((6, "let_through"), (8, "turned_down")):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            jobs.sweep_holds.run()
            jobs.sweep.run()
            assert standing(session, waiting)[0] == wanted
            session.commit()
    assert standing(session, waiting) == ("turned_down", "expired", "abandoned")


def test_who_may_decide(waiting: Gift, session: Session, cast: Cast, sign_in: SignIn) -> None:
    for member, status in ((cast.charlie, 404), (cast.vera, 404), (cast.carla, 403)):
        assert decide(sign_in(member), waiting, "let_through") == status
    frida = sign_in(cast.frida)
    assert decide(frida, waiting, "let_through", reason="") == 422
    assert decide(frida, waiting, "burn") == 422
    assert standing(session, waiting)[0] == "waiting"


def test_software_sees_and_decides_it(
    waiting: Gift, session: Session, client: FlaskClient, cast: Cast
) -> None:
    ours, theirs = (software(session, client, each) for each in (cast.alice, cast.charlie))
    (told,) = ours.get("/promise-reviews").json["items"]
    assert (told["gift_id"], told["state"]) == (waiting.id, "waiting")
    assert theirs.get("/promise-reviews").json["items"] == []
    at = f"/promise-reviews/{waiting.id}/decisions"
    assert theirs.post(at, {"decision": "let_through", "reason": WHY}).status_code == 404
    assert ours.post(at, {"decision": "let_through", "reason": ""}).status_code == 422
    assert ours.post(at, {"decision": "let_through", "reason": WHY}).json["state"] == "let_through"
    late = ours.post(at, {"decision": "turn_down", "reason": WHY})
    assert (late.status_code, late.json["code"]) == (409, "already_decided")
    assert standing(session, waiting)[0] == "let_through"


def test_an_ordinary_monthly_gift_goes_straight_to_the_payment(crowd: Crowd, session: Session) -> None:
    gift = crowd.begin("203.0.113.9", "eva@example.org", amount="15", rhythm="month")
    assert gift.checkout_session_id is not None
    assert session.query(PromiseReview).count() == 0


@pytest.mark.pure
def test_all_pairs_of_states() -> None:
    for before, after in itertools.product(TRANSITIONS, repeat=2):
        row = PromiseReview(gift_id="gift_x", state=before)
        if before == after or after in TRANSITIONS[before]:
            row.move(after)
            assert row.state == after
        else:
            with pytest.raises(Conflict):
                row.move(after)
            assert row.state == before
