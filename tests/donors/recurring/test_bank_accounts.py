"""Recurring gifts from bank accounts: each payment waits for the bank, and counts for the day it was allowed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from core import clock
from core.db import transaction
from core.mail import OutgoingMail
from donors import jobs
from donors.figures import new_monthly, progress, tally
from donors.gifts import debiting, giving
from donors.gifts.debit import Debit
from donors.gifts.gift import BANK, CARD, Gift
from donors.recurring import changing
from donors.recurring.changing import Asked
from donors.recurring.facing import face_of
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from staff import issuing
from tests.conftest import Cast
from tests.donors.conftest import GOOD_CARD, Stripe, usd
from tests.donors.recurring.conftest import Calendar, Desk, charged, instalments, subjects

GOOD, CLOSED, EMPTY, UNWANTED = "000123456789", "000111111113", "000222222227", "000333333335"
Begun = Callable[..., RecurringGift]


@pytest.fixture
def begun(
    session: Session, drive: Drive, led: None, cast: Cast, give: Callable[..., Gift], calendar: Calendar
) -> Begun:
    """A monthly gift whose donor has allowed the debits; its bank has not answered."""
    debiting.offer(cast.actor("alice"), is_on=True)
    session.commit()

    def make(account: str = GOOD, **more: str) -> RecurringGift:
        gift = give("20", rhythm="month", method=BANK, **more)
        calendar.stripe.pay(gift, account, name="Ana Lopez")
        calendar.settle()
        return session.get_one(RecurringGift, gift.recurring_gift_id)

    return make


@pytest.fixture
def running(begun: Begun, calendar: Calendar) -> Begun:
    """The same, and its first payment has arrived."""

    def make(account: str = GOOD, **more: str) -> RecurringGift:
        promise = begun(GOOD, **more)
        calendar.pass_days(5, step=5)
        assert promise.state == "active"
        if account != GOOD:
            put_account(calendar.stripe, promise, account)
        return promise

    return make


def put_account(stripe: Stripe, promise: RecurringGift, number: str) -> None:
    """Another account behind the subscription, without our page: such as one that runs empty."""
    auth, base = (stripe.box.key, ""), f"{stripe.box.url}/v1"
    about = {
        "type": "us_bank_account",
        "us_bank_account[account_number]": number,
        "us_bank_account[routing_number]": "110000000",
        "billing_details[name]": "Ana Lopez",
    }
    method = requests.post(f"{base}/payment_methods", data=about, auth=auth, timeout=10).json()["id"]
    subscription = f"{base}/subscriptions/{promise.subscription_id}"
    customer = requests.get(subscription, auth=auth, timeout=10).json()["customer"]
    requests.post(
        f"{base}/payment_methods/{method}/attach", data={"customer": customer}, auth=auth, timeout=10
    ).raise_for_status()
    requests.post(
        subscription, data={"default_payment_method": method}, auth=auth, timeout=10
    ).raise_for_status()


def counted(drive: Drive) -> tuple[int, int]:
    """Raised, and new monthly donors; after checking that every kept total is right."""
    assert list(tally.verify()) == []
    found = progress.read(drive.id)
    assert found is not None
    return found.raised.minor, found.new_monthly_donors


def path_of(promise: RecurringGift) -> str:
    return face_of(promise).url.split("localhost", 1)[-1].split("//", 1)[-1]


def test_it_begins_once_the_bank_has_paid_and_each_renewal_waits_too(
    session: Session, begun: Begun, calendar: Calendar, drive: Drive
) -> None:
    promise = begun(cover_fee="true")
    assert (promise.state, promise.method, promise.fee_cover_minor) == ("pending", BANK, 17)
    assert instalments(session) == [("2027-01-10", "waiting")]
    assert counted(drive) == (0, 0)
    assert subjects(session, "receipt") == []
    (begun_mail,) = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("debit:")))
    assert "each month" in begun_mail.text or "every month" in begun_mail.text
    calendar.pass_days(5)
    assert (promise.state, instalments(session)) == ("active", [("2027-01-10", "paid")])
    assert counted(drive) == (2000, 1)
    gift = session.scalars(select(Gift)).one()
    assert (gift.state, gift.method, gift.processing_fee_minor) == ("settled", BANK, 16)
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    assert instalments(session)[-1] == ("2027-02-10", "waiting")
    assert promise.state == "active"
    calendar.pass_days(5)
    assert instalments(session) == [("2027-01-10", "paid"), ("2027-02-10", "paid")]
    assert counted(drive)[0] == 4000
    assert len(subjects(session, "debit:")) == 1
    assert charged(calendar.stripe) == [2017, 2017]


def test_a_first_payment_allowed_before_the_close_counts_though_its_bank_pays_after_it(
    session: Session, begun: Begun, calendar: Calendar, drive: Drive
) -> None:
    promise = begun()
    drive.closes_at = closes_at = clock.now() + timedelta(hours=1)
    session.commit()
    calendar.pass_days(5)
    gift = session.scalars(select(Gift)).one()
    assert gift.paid_at is not None
    assert gift.paid_at < closes_at
    assert (gift.counts, new_monthly.explain(promise).rule) == (True, "first")


def test_one_that_a_bank_pays_at_a_second_asking_after_the_close_does_not_count(
    session: Session, begun: Begun, calendar: Calendar, drive: Drive
) -> None:
    promise = begun(EMPTY)
    drive.closes_at = clock.now() + timedelta(hours=1)
    session.commit()
    calendar.pass_days(5)
    put_account(calendar.stripe, promise, GOOD)
    calendar.pass_days(8)
    gift = session.scalars(select(Gift)).one()
    assert (gift.state, gift.counts, promise.state) == ("settled", False, "active")
    assert new_monthly.explain(promise).rule == "too_late"
    assert list(tally.verify()) == []


def test_one_ended_inside_the_window_before_its_bank_has_paid_is_lost_when_it_has(
    session: Session, begun: Begun, calendar: Calendar, drive: Drive
) -> None:
    promise = begun()
    with transaction():
        locked = lock_promise(promise.id)
        assert locked is not None
        asked_id = giving.ask_to_cancel(locked, asked_by="donor", reason="other").id
    jobs.send_cancellation.run(asked_id)
    calendar.pass_days(5)
    assert (promise.state, instalments(session)) == ("cancelled", [("2027-01-10", "paid")])
    assert counted(drive) == (2000, 0)
    assert new_monthly.explain(promise).rule == "cancelled"


def test_an_empty_account_is_asked_twice_more_and_no_more(
    session: Session, running: Begun, calendar: Calendar
) -> None:
    promise = running(EMPTY)
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    calendar.pass_days(4)
    assert (promise.state, instalments(session)[-1][1]) == ("failing", "failed")
    tried = [_tries(calendar.stripe)]
    for _each in range(15):
        calendar.pass_days(1)
        tried.append(_tries(calendar.stripe))
    assert [day for day in range(1, 16) if tried[day] > tried[day - 1]] == [3, 10]
    assert (promise.state, instalments(session)[-1]) == ("lapsed", ("2027-02-10", "lapsed"))
    (mail,) = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("failed:")))
    assert "there was not enough money in the account" in mail.text
    assert "after 3 and 10 days" in mail.text
    (end,) = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("lapsed:")))
    assert "No payment went through within two weeks" in end.text
    assert charged(calendar.stripe) == [2000]


def _tries(stripe: Stripe) -> int:
    found = requests.get(
        f"{stripe.box.url}/v1/charges", params={"limit": 100}, auth=(stripe.box.key, ""), timeout=10
    )
    return len(found.json()["data"])


@pytest.mark.parametrize(
    ("account", "why"), [(CLOSED, "the account is closed"), (UNWANTED, "told the bank not to allow it")]
)
def test_an_account_that_is_closed_or_unwilling_is_never_asked_again(
    session: Session, running: Begun, calendar: Calendar, account: str, why: str
) -> None:
    promise = running(account)
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    calendar.pass_days(5)
    assert promise.state == "failing"
    (mail,) = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("failed:")))
    assert why in mail.text
    assert "We do not ask this account again" in mail.text
    calendar.pass_days(11)
    assert (promise.state, _tries(calendar.stripe)) == ("failing", 2)
    calendar.pass_days(3)
    assert (promise.state, _tries(calendar.stripe)) == ("lapsed", 2)


def test_a_card_mends_a_closed_account_and_its_fee_is_covered_anew(
    session: Session, running: Begun, calendar: Calendar, client: FlaskClient
) -> None:
    promise = running(CLOSED, cover_fee="true")
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    calendar.pass_days(5)
    page = client.get(path_of(promise)).text
    assert "Your bank did not pay: the account is closed. No money moved." in page
    assert "Pay by card" in page
    _through_stripe(session, calendar, client, promise, "card", GOOD_CARD)
    assert (promise.state, promise.method, promise.fee_cover_minor) == ("active", CARD, 91)
    assert instalments(session)[-1] == ("2027-02-10", "paid")
    gifts = session.scalars(select(Gift).order_by(Gift.started_at)).all()
    assert [each.method for each in gifts] == [BANK, CARD]
    assert subjects(session, "change:") == ["Your recurring gift has a new card"]
    calendar.traveller.move_to("2027-03-10T20:00:00Z")
    calendar.settle()
    assert charged(calendar.stripe) == [2017, 2017, 2091]


def test_a_card_promise_goes_over_to_a_bank_account_with_the_words_of_a_mandate(
    session: Session, running: Begun, calendar: Calendar, client: FlaskClient
) -> None:
    promise = running(cover_fee="true")
    _through_stripe(session, calendar, client, promise, "card", GOOD_CARD)
    assert (promise.method, promise.fee_cover_minor) == (CARD, 91)
    page = client.get(f"{path_of(promise)}/bank").text
    assert "You allow Refugio" in page
    assert "$20.17" in page
    assert "the payment is $20.17 instead of $20.91" in page
    assert "ask for a payment back" in page
    _through_stripe(session, calendar, client, promise, "bank", GOOD)
    assert (promise.state, promise.method, promise.fee_cover_minor) == ("active", BANK, 17)
    assert "Your recurring gift is paid from a bank account" in subjects(session, "change:")
    kept = session.scalars(select(Version).order_by(Version.number)).all()
    assert [each.method for each in kept] == [CARD, BANK]
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    assert instalments(session)[-1] == ("2027-02-10", "waiting")
    calendar.pass_days(5)
    assert charged(calendar.stripe) == [2017, 2017]


def _through_stripe(
    session: Session,
    calendar: Calendar,
    client: FlaskClient,
    promise: RecurringGift,
    way: str,
    number: str,
) -> None:
    """The donor presses the button, types it on Stripe's page, and is back."""
    path = path_of(promise)
    answer = client.get(f"{path}/card") if way == "card" else client.post(f"{path}/bank")
    assert answer.status_code == 303
    page = answer.headers["Location"]
    session_id = page.rsplit("/", 1)[-1]
    calendar.stripe.control(f"pay/{session_id}", card=number, name="Ana Lopez")
    calendar.settle()
    session.expire_all()


def test_where_the_organisation_takes_no_debits_a_card_promise_is_not_asked_for_an_account(
    session: Session, running: Begun, calendar: Calendar, client: FlaskClient, cast: Cast
) -> None:
    promise = running()
    _through_stripe(session, calendar, client, promise, "card", GOOD_CARD)
    debiting.offer(cast.actor("alice"), is_on=False)
    session.commit()
    path = path_of(promise)
    assert "Pay from a bank account" not in client.get(path).text
    assert client.get(f"{path}/bank").status_code == 303
    answer = client.post(f"{path}/bank")
    assert (answer.status_code, answer.headers["Location"].endswith(path)) == (303, True)


def test_amount_day_pause_and_skip_work_as_for_a_card(
    session: Session, running: Begun, calendar: Calendar, desk: Desk
) -> None:
    promise = running()
    desk.change(promise, changing.change_amount, usd(3000), Asked())
    desk.change(promise, changing.change_day, 20, Asked())
    calendar.traveller.move_to("2027-02-20T20:00:00Z")
    calendar.settle()
    calendar.pass_days(5)
    assert charged(calendar.stripe) == [2000, 3000]
    desk.change(promise, changing.skip, Asked())
    calendar.traveller.move_to("2027-03-20T20:00:00Z")
    calendar.settle()
    assert instalments(session)[-1] == ("2027-03-20", "skipped")
    calendar.traveller.move_to("2027-03-25T20:00:00Z")
    calendar.settle()
    desk.change(promise, changing.pause, 2, Asked())
    calendar.pass_days(30, step=10)
    assert (promise.state, charged(calendar.stripe)) == ("paused", [2000, 3000])


@pytest.mark.parametrize(("account", "state"), [(GOOD, "paid"), (EMPTY, "paused")])
def test_a_pause_waits_for_the_answer_of_a_bank_that_was_asked_before_it(
    session: Session, running: Begun, calendar: Calendar, desk: Desk, account: str, state: str
) -> None:
    promise = running(account)
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    desk.change(promise, changing.pause, 3, Asked())
    assert (promise.state, instalments(session)[-1][1]) == ("paused", "waiting")
    calendar.pass_days(5)
    assert (promise.state, instalments(session)[-1][1]) == ("paused", state)
    calendar.pass_days(20, step=5)
    assert (promise.state, len(charged(calendar.stripe))) == ("paused", 2 if account == GOOD else 1)


@pytest.mark.parametrize("account", [GOOD, EMPTY])
def test_events_in_any_order_and_again_end_the_same(
    session: Session,
    drive: Drive,
    led: None,
    cast: Cast,
    give: Callable[..., Gift],
    calendar: Calendar,
    account: str,
) -> None:
    debiting.offer(cast.actor("alice"), is_on=True)
    session.commit()
    gift = give("20", rhythm="month", method=BANK)
    calendar.stripe.pay(gift, account, name="Ana Lopez")
    calendar.traveller.shift(timedelta(days=5))
    calendar.stripe.box.advance(by_days=0)
    events = calendar.stripe.new_events()
    for event in [*reversed(events), *events]:
        assert calendar.stripe.deliver(event).status_code == 200
    session.expire_all()
    promise = session.get_one(RecurringGift, gift.recurring_gift_id)
    assert (gift.state, promise.state) == (
        ("settled", "active") if account == GOOD else ("failed", "failing")
    )
    keys = session.scalars(select(OutgoingMail.key)).all()
    assert len(keys) == len(set(keys))
    assert counted(drive) == ((2000, 1) if account == GOOD else (0, 0))


def test_lost_news_of_a_renewal_are_asked_for(session: Session, running: Begun, calendar: Calendar) -> None:
    promise = running()
    calendar.traveller.move_to("2027-02-10T20:00:00Z")
    calendar.settle()
    assert instalments(session)[-1] == ("2027-02-10", "waiting")
    session.commit()
    calendar.traveller.shift(timedelta(days=6))  # no event of these days has come
    jobs.sweep.run()
    session.expire_all()
    assert (promise.state, instalments(session)[-1]) == ("active", ("2027-02-10", "paid"))
    assert {each.state for each in session.scalars(select(Debit))} == {"arrived"}


def test_donor_and_staff_read_how_it_is_paid_and_that_it_is_on_its_way(
    session: Session,
    begun: Begun,
    calendar: Calendar,
    client: FlaskClient,
    sign_in: Callable[..., FlaskClient],
    cast: Cast,
) -> None:
    promise = begun()
    page = client.get(path_of(promise)).text
    assert "On its way" in page
    assert "Your bank is asked for a payment." in page
    assert "Bank account" in page
    assert "Cancel it" in page
    staff = sign_in(cast.frida)
    shown = staff.get(f"/staff/recurring/{promise.id}").text
    assert "the bank has not answered yet" in shown
    assert "The bank is asked" in shown
    calendar.pass_days(5)
    assert "Your bank is asked for a payment." not in client.get(path_of(promise)).text
    assert "Use another bank account" in client.get(path_of(promise)).text


@pytest.mark.parametrize(
    ("currency", "account", "kind", "fee", "cover"),
    [
        ("GBP", "108800 00012345", "bacs_debit", 20, 20),
        ("EUR", "DE89370400440532013000", "sepa_debit", 35, 35),
    ],
)
@pytest.mark.parametrize("rhythm", ["once", "month"])
def test_pounds_and_euros_have_debits_of_their_own(
    session: Session,
    drive: Drive,
    led: None,
    cast: Cast,
    give: Callable[..., Gift],
    calendar: Calendar,
    client: FlaskClient,
    currency: str,
    account: str,
    kind: str,
    fee: int,
    cover: int,
    rhythm: str,
) -> None:
    debiting.offer(cast.actor("alice"), is_on=True)
    drive.currency = session.get_one(Fund, drive.fund_id).currency = currency
    session.commit()
    if currency == "GBP":
        assert "From a bank account: about 1 %, at least £0.20 and at most £2." in (
            client.get(f"/d/{drive.slug}").text
        )
    gift = give("12", rhythm=rhythm, method=BANK, cover_fee="true")
    calendar.stripe.pay(gift, account, name="Ana Lopez")
    calendar.settle()
    assert (gift.state, gift.fee_cover_minor) == ("pending", cover)
    page = requests.get(
        f"{calendar.stripe.box.url}/v1/checkout/sessions/{gift.checkout_session_id}",
        auth=(calendar.stripe.box.key, ""),
        timeout=10,
    ).json()
    assert page["payment_method_types"] == [kind]
    calendar.pass_days(7)
    assert (gift.state, gift.processing_fee_minor) == ("settled", fee)
    assert counted(drive) == (1200, 1 if rhythm == "month" else 0)


def test_software_starts_one_and_reads_how_it_is_paid(
    session: Session, drive: Drive, led: None, cast: Cast, client: FlaskClient, stripe: Stripe
) -> None:
    debiting.offer(cast.actor("alice"), is_on=True)
    session.commit()
    with transaction():
        _token, secret = issuing.issue(cast.actor("alice"), name="test", scopes=["gifts.start", "gifts.view"])
    headers = {"Authorization": f"Bearer {secret}"}
    asked = {
        "amount": {"minor": 2000, "currency": "USD"},
        "email": "ana@example.org",
        "rhythm": "month",
        "method": BANK,
    }
    sent = client.post(
        f"/api/v1/drives/{drive.id}/gifts", json=asked, headers=headers | {"Idempotency-Key": "the first"}
    )
    assert sent.status_code == 201, sent.text
    (found,) = client.get("/api/v1/recurring-gifts", headers=headers).json["items"]  # type: ignore[index]
    assert (found["method"], found["state"]) == (BANK, "pending")
