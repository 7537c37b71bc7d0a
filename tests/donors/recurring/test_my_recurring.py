"""What a donor does with one recurring gift, by the link in their mails."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.mail import OutgoingMail
from donors.receipts import links
from donors.recurring.card_update import CardUpdate
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from donors.recurring.version import Version
from tests.donors.recurring.conftest import (
    REFUSING_CARD,
    Calendar,
    Promised,
    charged,
    instalments,
    put_card,
    subjects,
)

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases


def path_of(promise: RecurringGift) -> str:
    return links.manage_url(promise.id).removeprefix("http://localhost")


def test_amount_day_and_pause_each_by_a_form(
    session: Session, client: FlaskClient, promised: Promised
) -> None:
    page = path_of(promised("20"))
    text = client.get(page).text
    for button in ("Change the amount", "Change the day", "Pause", "Skip the next", "Change the card"):
        assert button in text
    assert "February 10, 2027" in text
    assert client.post(f"{page}/amounts", data={"amount": "30"}).status_code == 303
    assert client.post(f"{page}/days", data={"day": "15"}).status_code == 303
    assert client.post(f"{page}/pauses", data={"months": "2"}).status_code == 303
    text = client.get(page).text
    assert "$30" in text
    assert "Paused until" in text
    assert client.post(f"{page}/resumptions").status_code == 303
    assert "February 15, 2027" in client.get(page).text
    assert client.post(f"{page}/skips").status_code == 303
    assert "Skipped" in client.get(page).text
    session.expire_all()
    versions = session.scalars(select(Version).order_by(Version.number)).all()
    kinds = ["amount", "day", "paused", "resumed", "skipped"]
    assert [each.kind for each in versions] == kinds
    assert all(each.done_at and each.asked_by == "donor" for each in versions)
    assert len(subjects(session, "change:")) == len(kinds)


def test_what_is_wrong_is_said_next_to_its_field(
    session: Session, client: FlaskClient, promised: Promised, subtests: pytest.Subtests
) -> None:
    for form, typed, field in [
        ("amounts", {"amount": ""}, "amount"),
        ("amounts", {"amount": "a lot"}, "amount"),
        ("amounts", {"amount": "0.50"}, "amount"),
        ("days", {"day": "31"}, "day"),
        ("days", {"day": "10"}, "day"),
        ("pauses", {"months": "13"}, "months"),
    ]:
        with subtests.test(form=form, typed=typed, field=field):
            answer = client.post(f"{path_of(promised('20'))}/{form}", data=typed)
            assert answer.status_code == 422
            assert f'id="f-{field}-error"' in answer.text
            assert session.scalars(select(Version)).all() == []


def test_cancelling_offers_something_lighter_first(
    session: Session, client: FlaskClient, promised: Promised
) -> None:
    promise = promised("20")
    page = path_of(promise)
    text = client.get(f"{page}/cancellation").text
    assert "Give $10 instead" in text
    assert text.index("Skip the next payment") < text.index("Cancel this gift")
    assert client.post(f"{page}/cancellations", data={"instead": "half"}).status_code == 303
    session.expire_all()
    assert (promise.state, promise.amount.minor) == ("active", 1000)
    assert client.post(f"{page}/cancellations", data={"instead": "nonsense"}).status_code == 404
    assert client.post(f"{page}/cancellations", data={"reason": "nonsense"}).status_code == 422
    done = client.post(f"{page}/cancellations", data={"reason": "only_for_a_while"})
    assert "Your recurring gift is cancelled" in done.text
    session.expire_all()
    assert promise.state == "cancelled"
    assert session.scalars(select(Cancellation)).one().reason == "only_for_a_while"
    assert "Give again" in client.get(page).text


def test_a_failed_payment_is_put_right_by_another_card(
    session: Session, client: FlaskClient, promised: Promised, calendar: Calendar
) -> None:
    promise = promised("20")
    put_card(calendar.stripe, promise, REFUSING_CARD)
    calendar.traveller.move_to("2027-02-10T17:00:00Z")
    calendar.settle()
    assert (promise.state, instalments(session)[-1]) == ("failing", ("2027-02-10", "failed"))
    (link,) = set(re.findall(r"http://localhost(/my/recurring/\S+/card)\b", _mail(session, "failed:")))

    answer = client.get(link)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(calendar.stripe.box.url)
    session.expire_all()
    update = session.scalars(select(CardUpdate)).one()
    calendar.stripe.control(f"pay/{update.checkout_session_id}", card="4242424242424242")
    back = client.get(f"{path_of(promise)}/cards/{update.id}")
    assert back.status_code == 303
    session.expire_all()
    assert (promise.state, instalments(session)[-1]) == ("active", ("2027-02-10", "paid"))
    assert (promise.failing_since, promise.next_attempt_at, promise.retries) == (None, None, 0)
    assert charged(calendar.stripe) == [2000, 2000]
    calendar.settle()
    assert client.get(f"{path_of(promise)}/cards/{update.id}").status_code == 303
    assert subjects(session, "change:") == ["Your recurring gift has a new card"]


def test_a_card_typed_by_somebody_who_closed_the_page_is_taken_by_its_event(
    session: Session, client: FlaskClient, promised: Promised, calendar: Calendar
) -> None:
    promise = promised("20")
    client.get(f"{path_of(promise)}/card")
    session.expire_all()
    update = session.scalars(select(CardUpdate)).one()
    calendar.stripe.control(f"pay/{update.checkout_session_id}", card="5555555555554444")
    calendar.stripe.deliver_all()
    session.expire_all()
    assert update.done_at is not None
    assert session.scalars(select(Version)).one().done_at is not None


def test_a_foreign_link_or_card_opens_nothing(client: FlaskClient, promised: Promised) -> None:
    page = path_of(promised("20"))
    assert client.get("/my/recurring/nonsense").status_code == 404
    assert client.post("/my/recurring/nonsense/skips").status_code == 404
    assert client.get(f"{page}/cards/card_nonsense").status_code == 404


def _mail(session: Session, kind: str) -> str:
    return session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith(kind))).one().text
