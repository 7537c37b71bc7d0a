"""An employer matches a gift: the donor asks, staff follows it, and what is paid is told apart from what was raised."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.mail import OutgoingMail, send_mail
from donors.employers import claiming, paying
from donors.employers.employer_match import (
    ASKED,
    EXPIRED,
    PAID,
    REFUSED,
    STATES,
    SUBMITTED,
    TRANSITIONS,
    EmployerMatch,
    EmployerPayment,
)
from donors.figures import progress
from donors.gifts import giving
from donors.gifts.gift import Gift
from donors.jobs import follow_employers, send_refund
from donors.privacy import erasing
from tests.conftest import Cast
from tests.donors.conftest import Stripe, usd
from tests.inbox import Inbox

Paid = Callable[..., Gift]


@pytest.mark.pure
@pytest.mark.parametrize(("before", "after"), list(product(STATES, repeat=2)))
def test_a_claim_moves_only_as_its_table_says(before: str, after: str) -> None:
    claim = EmployerMatch(id="ematch_1", state=before)
    if (before, after) in TRANSITIONS:
        claim.move_to(after)
        assert claim.state == after
        assert (claim.ended_at is None) == (after == SUBMITTED)
    else:
        with pytest.raises(Conflict) as refusal:
            claim.move_to(after)
        assert refusal.value.code == "illegal_transition"
        assert claim.state == before


@pytest.mark.pure
def test_every_state_can_be_reached() -> None:
    reached = {ASKED}
    for _round in STATES:
        reached |= {after for before, after in TRANSITIONS if before in reached}
    assert reached == set(STATES)


@contextmanager
def acting() -> Iterator[None]:
    """A transaction of ours that rolls nothing of what requests have written back."""
    db.session.commit()
    with transaction():
        yield


def mails(session: Session, kind: str = "employer-match") -> list[OutgoingMail]:
    found = select(OutgoingMail).where(OutgoingMail.key.startswith(f"{kind}:"))
    return list(session.scalars(found))


def claim_of(session: Session, gift: Gift) -> EmployerMatch:
    session.expire_all()
    return session.scalars(select(EmployerMatch).where(EmployerMatch.gift_id == gift.id)).one()


def ask(gift: Gift, employer: str = "Initech") -> EmployerMatch:
    with acting():
        return claiming.ask(gift, employer=employer)


def pay(cast: Cast, claim: EmployerMatch, minor: int = 5000) -> None:
    with acting():
        paying.record_payment(
            cast.actor("frida"), claim.id, amount=usd(minor), received_on=clock.today("America/Chicago")
        )


def test_from_the_page_that_thanks_to_the_mail_and_back(
    session: Session, client: FlaskClient, paid: Paid, inbox: Inbox
) -> None:
    gift = paid("50")
    place = f"/d/monthly/gifts/{gift.id}"
    assert "Will your employer match your gift?" in client.get(f"{place}/thanks?lang=en").text
    blank = client.post(f"{place}/employer?lang=en", data={"employer": "  "})
    assert blank.status_code == 422
    assert "Write the employer" in blank.text
    assert client.post(f"{place}/employer", data={"employer": "Initech  Ltd."}).status_code == 303
    again = client.post(f"{place}/employer", data={"employer": "Initech"})
    assert again.status_code == 303, "a double click asks once"
    assert "A mail is on its way" in client.get(f"{place}/thanks?lang=en").text
    (mail,) = mails(session)
    assert mail.to == "ana@example.org"
    assert "Initech Ltd." in mail.subject
    for told in ("$50", "Refugio Legal Project", "/my/receipts/"):
        assert told in mail.text
    (link,) = re.findall(r"http://localhost(/my/employer/\S+)", mail.text)
    assert "I have sent it" in client.get(f"{link}?lang=en").text
    assert claim_of(session, gift).state == ASKED, "looking changes nothing"
    for _twice in range(2):
        assert client.post(link).status_code == 303
    claim = claim_of(session, gift)
    assert (claim.state, claim.employer) == (SUBMITTED, "Initech Ltd.")
    assert "It is with your employer" in client.get(f"{place}/thanks?lang=en").text
    assert client.get("/my/employer/nonsense").status_code == 404


def test_the_employer_named_with_the_gift_is_taken_and_shown_to_nobody_with_the_link(
    session: Session, client: FlaskClient, paid: Paid
) -> None:
    gift = paid("50", employer="Globex")
    page = client.get(f"/d/monthly/gifts/{gift.id}/thanks").text
    assert "Globex" not in page
    assert client.post(f"/d/monthly/gifts/{gift.id}/employer", data={}).status_code == 303
    assert claim_of(session, gift).employer == "Globex"


def test_only_what_has_arrived_is_matched(
    session: Session, client: FlaskClient, give: Callable[..., Gift], stripe: Stripe
) -> None:
    gift = give("50")
    with pytest.raises(Conflict) as refusal, acting():
        claiming.ask(gift, employer="Initech")
    assert refusal.value.code == "not_received"
    assert client.post("/d/other/gifts/gift_x/employer", data={"employer": "Initech"}).status_code == 404
    assert session.query(EmployerMatch).count() == 0


def sign_in_donor(client: FlaskClient, session: Session, email: str) -> None:
    client.post("/my/links", data={"email": email})
    session.expire_all()
    newest = select(OutgoingMail).where(OutgoingMail.key.startswith("sign-in:"), OutgoingMail.to == email)
    mail = session.scalars(newest.order_by(OutgoingMail.queued_at.desc())).first()
    assert mail is not None
    assert client.post(re.findall(r"http://localhost(/my/in/\S+)", mail.text)[0]).status_code == 303


def test_from_a_donors_own_pages_and_nobody_elses(session: Session, client: FlaskClient, paid: Paid) -> None:
    mine, others = paid("50"), paid("20", email="ben@example.org")
    assert client.get(f"/my/gifts/{mine.id}/employer").status_code == 404
    sign_in_donor(client, session, "ana@example.org")
    assert "Ask your employer to match it" in client.get("/my/?lang=en").text
    for method in (client.get, client.post):
        assert method(f"/my/gifts/{others.id}/employer").status_code == 404
    assert client.post(f"/my/gifts/{mine.id}/employer", data={"employer": "Initech"}).status_code == 303
    assert "Follow the link in the mail" in client.get(f"/my/gifts/{mine.id}/employer?lang=en").text
    assert "Employer: Not submitted yet" in client.get("/my/?lang=en").text
    told = client.get("/my/data.json").get_json()["employer_matches"]
    assert [each["employer"] for each in told] == ["Initech"]


def test_what_an_employer_pays_is_told_apart_and_never_raised(
    session: Session, client: FlaskClient, cast: Cast, drive: Drive, paid: Paid
) -> None:
    claim = ask(paid("50"))
    before = client.get("/d/monthly/progress.json").get_json()
    assert before["employer_match_minor"] == 0
    assert "Employers of donors added" not in client.get("/d/monthly?lang=en").text
    pay(cast, claim, 4000)
    after = client.get("/d/monthly/progress.json").get_json()
    assert after["employer_match_minor"] == 4000
    for same in ("raised_minor", "gifts", "donors", "goals"):
        assert after[same] == before[same], same
    assert after["legal"] == before["legal"]
    assert "Employers of donors added $40" in client.get("/d/monthly?lang=en").text
    assert ledger.balance(drive.fund_id, (ledger.BANK,), "USD") == usd(4000)
    assert ledger.balance(drive.fund_id, (ledger.EMPLOYER_MATCH,), "USD") == usd(-4000)
    assert list(ledger.verify()) == []


def test_a_payment_by_mistake_is_taken_back_and_may_be_written_down_anew(
    session: Session, cast: Cast, drive: Drive, paid: Paid
) -> None:
    claim, frida = ask(paid("50")), cast.actor("frida")
    pay(cast, claim, 4000)
    for mark in (claiming.mark_submitted, claiming.mark_refused):
        with pytest.raises(Conflict), acting():
            mark(frida, claim.id)
    with pytest.raises(Invalid, match="reason"), acting():
        paying.undo_payment(frida, claim.id, reason=" ")
    with acting():
        paying.undo_payment(frida, claim.id, reason="Another donor's")
    with pytest.raises(Conflict), acting():
        paying.undo_payment(frida, claim.id, reason="Again")
    assert ledger.balance(drive.fund_id, (ledger.BANK, ledger.EMPLOYER_MATCH), "USD") == usd(0)
    pay(cast, claim, 5000)
    figures = progress.read(drive.id)
    assert figures is not None
    assert figures.employers == usd(5000)
    (stands,) = [each for each in session.query(EmployerPayment) if each.undone_at is None]
    assert [*ledger.verify(), *paying.verify()] == []
    stands.amount_minor += 1
    session.flush()
    (said,) = paying.verify()
    assert "employers paid 5001, the ledger says 5000" in said


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    steps=st.lists(
        st.sampled_from(["submit", "refuse", "undo"]) | st.integers(min_value=1, max_value=10**6), max_size=8
    )
)
def test_after_any_steps_the_ledger_holds_what_stands(
    cast: Cast, drive: Drive, led: None, paid_once: Gift, steps: list[str | int]
) -> None:
    """Whatever staff does in whatever order, what the page tells is the payment that stands."""
    frida, gift = cast.actor("frida"), paid_once
    claim = claiming.of_gift(gift.id) or ask(gift)
    for step in steps:
        act: Any = {
            "submit": lambda: claiming.mark_submitted(frida, claim.id),
            "refuse": lambda: claiming.mark_refused(frida, claim.id),
            "undo": lambda: paying.undo_payment(frida, claim.id, reason="A mistake"),
        }.get(str(step))
        try:
            if act is None:
                pay(cast, claim, int(step))
            else:
                with acting():
                    act()
        except Conflict:
            continue
    stands = paying.payments_of([claim.id]).get(claim.id)
    figures = progress.read(drive.id)
    assert figures is not None
    assert figures.employers == (stands.amount if stands else usd(0))
    assert figures.raised == usd(5000)
    now = claiming.of_gift(gift.id)
    assert now is not None
    assert (now.state == PAID) == (stands is not None)
    assert ledger.balance(drive.fund_id, (ledger.BANK, ledger.EMPLOYER_MATCH), "USD") == usd(0)
    assert list(paying.verify()) == []


@pytest.fixture
def paid_once(paid: Paid) -> Gift:
    return paid("50")


def test_wrong_payments_are_refused_and_nothing_is_posted(session: Session, cast: Cast, paid: Paid) -> None:
    claim = ask(paid("50"))
    today = clock.today("America/Chicago")
    for amount, day, named in (
        (usd(0), today, "amount"),
        (usd(10**12), today, "amount"),
        (usd(100), today + timedelta(days=1), "received_on"),
        (usd(100), date(2000, 1, 1), "received_on"),
    ):
        with pytest.raises(Invalid) as refusal, acting():
            paying.record_payment(cast.actor("frida"), claim.id, amount=amount, received_on=day)
        assert list(refusal.value.errors) == [named]
    assert session.query(EmployerPayment).count() == 0
    session.refresh(claim)
    assert claim.state == ASKED


def test_one_reminder_after_two_weeks_and_none_once_submitted(
    session: Session, client: FlaskClient, paid: Paid, inbox: Inbox
) -> None:
    waiting, sent = ask(paid("50")), ask(paid("20", email="ben@example.org"))
    with acting():
        claiming.note_submitted(sent.id)
    now = clock.now()
    for days in (13, 14, 15, 40):
        with time_machine.travel(now + timedelta(days=days, minutes=1), tick=False):
            follow_employers.run()
    (mail,) = mails(session, "employer-match-reminder")
    assert mail.key.endswith(waiting.id)
    assert "Two weeks ago" in mail.text


def test_a_drive_that_was_withdrawn_is_named_in_no_later_mail(
    session: Session, drive: Drive, paid: Paid, inbox: Inbox
) -> None:
    ask(paid("50"))
    (first,) = mails(session)
    assert drive.title in first.text
    drive.withdrawn_at = clock.now()
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1), tick=False):
        follow_employers.run()
    (second,) = mails(session, "employer-match-reminder")
    assert drive.title not in second.text + (second.html or "") + second.subject


def test_a_reminder_that_waited_is_not_sent_once_submitted(
    session: Session, paid: Paid, inbox: Inbox
) -> None:
    claim = ask(paid("50"))
    inbox.answers = ["450 later"]
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1), tick=False):
        follow_employers.run()
        (mail,) = mails(session, "employer-match-reminder")
        sent_before = [each["Subject"] for each in inbox.mails]
        with acting():
            claiming.note_submitted(claim.id)
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        send_mail.run(mail.id)
    assert [each["Subject"] for each in inbox.mails] == sent_before


def test_a_year_later_or_when_the_gift_went_back_a_claim_comes_to_nothing(
    session: Session, cast: Cast, stripe: Stripe, paid: Paid, inbox: Inbox
) -> None:
    old, returned = ask(paid("50")), ask(paid("20", email="ben@example.org"))
    with acting():
        refund_id = giving.decide_refund(returned.gift_id, usd(2000), asked_by="stripe", reason="").id
    send_refund.run(refund_id)
    stripe.deliver_all()
    follow_employers.run()
    session.expire_all()
    assert (old.state, returned.state) == (ASKED, EXPIRED)
    with time_machine.travel(clock.now() + timedelta(days=366), tick=False):
        follow_employers.run()
    session.expire_all()
    assert old.state == EXPIRED
    assert mails(session, "employer-match-reminder") != []
    pay(cast, old)  # an employer that pays after all
    session.expire_all()
    assert old.state == PAID


def test_staff_finds_follows_and_exports_claims(
    session: Session, frida: FlaskClient, carla: FlaskClient, charlie: FlaskClient, paid: Paid
) -> None:
    first, second = paid("50"), paid("20", email="ben@example.org", name="=Ben Stone")
    assert "No claim yet" in frida.get("/staff/employers").text
    assert "Ask for a match by the employer" in frida.get(f"/staff/gifts/{first.id}").text
    begun = frida.post(f"/staff/gifts/{first.id}/employer-matches", data={"employer": "Initech"})
    assert begun.status_code == 303
    ask(second, "Globex")
    claim = claim_of(session, first)
    for browser in (frida, carla):
        page = browser.get("/staff/employers").text
        assert "Initech" in page
        assert "Globex" in page
    assert "Globex" not in frida.get("/staff/employers?q=initech").text
    assert "Nothing found" in frida.get("/staff/employers?state=paid").text
    csv = frida.get("/staff/employers.csv?sort=employer").text
    assert csv.index("Globex") < csv.index("Initech")
    assert "'=Ben Stone" in csv
    place = f"/staff/employers/{claim.id}"
    assert frida.post(f"{place}/submissions").status_code == 303
    assert carla.post(f"{place}/refusals").status_code == 403
    bad = frida.post(f"{place}/payments", data={"amount": "0", "received_on": "2026-01-01"})
    assert bad.status_code == 422
    sent = {"amount": "50", "received_on": clock.today("America/Chicago").isoformat()}
    assert frida.post(f"{place}/payments", data=sent).status_code == 303
    assert frida.post(f"{place}/payments", data=sent).status_code == 409
    assert "Paid by the employer" in frida.get(place).text
    assert frida.post(f"{place}/reversals", data={"reason": "Not ours"}).status_code == 303
    assert frida.post(f"{place}/refusals").status_code == 303
    assert claim_of(session, first).state == REFUSED
    for method, path in (("GET", place), ("POST", f"{place}/submissions"), ("POST", f"{place}/payments")):
        assert charlie.open(path, method=method).status_code == 404


def test_an_erased_donor_leaves_no_employer_behind(
    session: Session, client: FlaskClient, cast: Cast, paid: Paid
) -> None:
    gift = paid("50")
    claim = ask(gift, "Initech")
    with acting():
        erasing.erase_donor(cast.actor("frida"), gift.donor_id, reason="Asked by mail")
    session.expire_all()
    assert claim.employer == ""
    assert [mail.text for mail in mails(session)] == [""]
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        follow_employers.run()
    assert mails(session, "employer-match-reminder") == []
