"""Pledges: never raised, paid by gifts that stand, reminded of while they are owed, whatever the order."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid, NotFound
from core.mail import OutgoingMail
from core.money import Money
from donors import reading
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.jobs import remind_of_pledges
from donors.offline import recording, returning_outside
from donors.people.meeting import Somebody
from donors.pledges import paying, pledging, standing
from donors.pledges.finding import WantedPledges, pledges_of, sums_of
from donors.pledges.pledge import TRANSITIONS, Pledge, PledgePayment, PledgeReminder
from donors.pledges.pledging import PledgePlan
from staff.access import Actor
from tests.conftest import Cast
from tests.donors.offline.conftest import figures, received, today, usd
from tests.donors.test_any_order import undone

Parts = list[tuple[date, Money]]


def due(minor: int, days: int = 10) -> tuple[date, Money]:
    return today() + timedelta(days=days), usd(minor)


def pledge(actor: Actor, drive: Drive, *parts: tuple[date, Money], **more: Any) -> Pledge:
    about: dict[str, Any] = {"who": Somebody(name="Rosa Diaz", email="rosa@example.org"), **more}
    return pledging.record_pledge(
        actor, PledgePlan(drive_id=drive.id, parts=parts or (due(10_000),), **about)
    )


@pytest.mark.pure
@pytest.mark.parametrize(("before", "after"), list(product(TRANSITIONS, repeat=2)))
def test_a_pledge_moves_only_as_its_table_says(before: str, after: str) -> None:
    row = Pledge(id="pledge_1", state=before)
    if after == before or after in TRANSITIONS[before]:
        row.move(after)
        assert row.state == after
    else:
        with pytest.raises(Conflict, match="cannot go"):
            row.move(after)
        assert row.state == before


@pytest.mark.usefixtures("inside")
def test_a_promise_is_not_raised_and_what_pays_it_is(drive: Drive, finance: Actor) -> None:
    row = pledge(finance, drive)
    assert figures(drive) == (0, 0, 0)
    gift = paying.record_payment(finance, row.id, received(4000, donor_id=row.donor_id))
    assert (row.state, row.left) == ("partly_paid", usd(6000))
    assert figures(drive) == (4000, 1, 1)
    paying.record_payment(finance, row.id, received(6000, donor_id=row.donor_id))
    assert (row.state, row.next_due_on, row.remind_on) == ("paid", None, None)
    recording.void(gift, said_by="member:mem_1", kind="bounced")
    assert (row.state, row.left) == ("partly_paid", usd(4000))
    assert figures(drive) == (6000, 1, 1)


@pytest.mark.usefixtures("inside")
def test_money_pays_the_earliest_part_first(drive: Drive, finance: Actor) -> None:
    row = pledge(finance, drive, due(1000, 5), due(1000, 40), due(3000, 80))
    paying.record_payment(finance, row.id, received(1500, donor_id=row.donor_id))
    assert [(part.amount_minor, part.paid_minor) for part in standing.parts_of(row)] == [
        (1000, 1000),
        (1000, 500),
        (3000, 0),
    ]
    assert row.next_due_on == today() + timedelta(days=40)


@pytest.mark.usefixtures("inside")
def test_money_that_went_back_is_owed_again(drive: Drive, finance: Actor) -> None:
    row = pledge(finance, drive)
    gift = paying.record_payment(finance, row.id, received(10_000, donor_id=row.donor_id))
    refund = returning_outside.return_now(
        finance, gift.id, amount=usd(2500), reason="Asked for it", on_day=today()
    )
    assert (row.state, row.left) == ("partly_paid", usd(2500))
    returning_outside.undo(finance, gift.id, refund.id)
    assert row.state == "paid"
    assert figures(drive) == (10_000, 1, 1)


@pytest.mark.usefixtures("inside")
def test_what_is_written_off_is_paid_all_the_same_when_the_money_comes(drive: Drive, finance: Actor) -> None:
    row = pledge(finance, drive)
    with pytest.raises(Invalid):
        pledging.write_off(finance, row.id, reason=" ")
    pledging.write_off(finance, row.id, reason="No answer in a year")
    assert (row.state, row.next_due_on, row.remind_on) == ("written_off", None, None)
    gift = paying.record_payment(finance, row.id, received(10_000, donor_id=row.donor_id))
    assert row.state == "paid"
    recording.void(gift, said_by="member:mem_1", kind="bounced")
    assert row.state == "written_off"
    pledging.reinstate(finance, row.id, reason="They called")
    assert row.state == "open"
    pledging.cancel(finance, row.id, reason="Taken back")
    with pytest.raises(Conflict):
        pledging.write_off(finance, row.id, reason="Once more")


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("due_on", {"parts": []}),
        ("due_on", {"parts": [due(100), due(200)]}),
        ("amount", {"parts": [due(0)]}),
        ("amount", {"parts": [(today(), Money(100, "EUR"))]}),
        ("name", {"who": Somebody()}),
        ("drive_id", {"drive_id": "drive_of_nobody"}),
        ("pledged_on", {"pledged_on": today() + timedelta(days=1)}),
    ],
)
def test_what_cannot_be_promised_is_refused_by_name(
    session: Session, drive: Drive, finance: Actor, field: str, wrong: dict[str, Any]
) -> None:
    about = {"drive_id": drive.id, "parts": [due(100)], "who": Somebody(name="Rosa"), **wrong}
    with pytest.raises(Invalid) as refusal:
        pledging.record_pledge(finance, PledgePlan(**about))
    assert list(refusal.value.errors) == [field]
    assert session.query(Pledge).count() == 0


@pytest.mark.usefixtures("inside")
def test_a_gift_pays_one_pledge_and_can_be_taken_from_it(drive: Drive, finance: Actor) -> None:
    first, second = pledge(finance, drive), pledge(finance, drive)
    gift = recording.record(drive, received(4000), recorded_by="member:mem_1")
    for _again in range(2):
        pledging.link(finance, first.id, gift.id)
    with pytest.raises(Conflict):
        pledging.link(finance, second.id, gift.id)
    pledging.unlink(finance, first.id, gift.id)
    pledging.link(finance, second.id, gift.id)
    assert (first.paid_minor, second.paid_minor) == (0, 4000)


@pytest.mark.usefixtures("inside")
def test_the_list_finds_what_is_due_and_overdue(drive: Drive, finance: Actor, cast: Cast) -> None:
    late, soon, far = (pledge(finance, drive, due(100, days)) for days in (-5, 5, 90))
    for standing_, wanted in (
        ("overdue", {late}),
        ("due", {soon}),
        ("owed", {late, soon, far}),
        ("paid", set()),
    ):
        found = set(finance_rows(finance, WantedPledges(standing=standing_)))
        assert found == wanted
    assert finance_rows(finance, WantedPledges(words=soon.reference)) == [soon]
    assert sums_of(finance) == [(usd(300), usd(100))]
    with pytest.raises(NotFound):
        pledging.get_pledge(cast.actor("charlie"), soon.id)


def finance_rows(actor: Actor, wanted: WantedPledges) -> list[Pledge]:
    return list(db.session.scalars(pledges_of(actor, wanted)))


def sent(session: Session) -> list[str]:
    return [row.subject for row in session.query(OutgoingMail).order_by(OutgoingMail.queued_at)]


def test_each_reminder_goes_out_once_and_none_after_it_is_paid(
    session: Session, drive: Drive, finance: Actor
) -> None:
    with transaction():
        row = pledge(finance, drive, due(10_000, 1))
    for days, mails in ((2, 0), (5, 1), (6, 1), (16, 2)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            for _again in range(2):
                remind_of_pledges.run()
            assert len(sent(session)) == mails
    with transaction():
        pledging.write_off(finance, row.id, reason="No answer")
    with time_machine.travel(clock.now() + timedelta(days=50)):
        remind_of_pledges.run()
    assert len(sent(session)) == 2


def test_of_many_reminders_that_are_late_one_is_mailed_in_the_donors_language(
    session: Session, drive: Drive, finance: Actor
) -> None:
    with transaction():
        who = Somebody(name="Rosa", email="rosa@example.org", language="es")
        pledge(finance, drive, due(10_000, -60), who=who)
    remind_of_pledges.run()
    assert session.query(PledgeReminder).count() == 3
    [mail] = session.query(OutgoingMail)
    assert "promesa" in mail.subject.lower()
    assert "/pledges/" in mail.text


def test_who_has_no_address_or_wants_no_reminder_gets_none(
    session: Session, drive: Drive, finance: Actor
) -> None:
    with transaction():
        pledge(finance, drive, due(100, -60), who=Somebody(name="Rosa"))
        pledge(finance, drive, due(100, -60), reminds=False)
    remind_of_pledges.run()
    remind_of_pledges.run()
    assert session.query(OutgoingMail).count() == 0


@pytest.mark.usefixtures("inside")
def test_other_days_are_reminded_of_anew(drive: Drive, finance: Actor) -> None:
    row = pledge(finance, drive, due(100, -4))
    assert row.remind_on == today() - timedelta(days=1)
    pledging.change_pledge(finance, row.id, parts=[due(200, 20)], reason="They asked for time")
    assert (row.amount, row.remind_on) == (usd(200), today() + timedelta(days=23))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "void", "return", "undo", "write_off", "cancel", "reinstate", "unlink"]),
        st.integers(0, 4),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_pledge_stands_as_its_gifts_say_after_any_order(
    session: Session, drive: Drive, finance: Actor, steps: list[tuple[str, int]]
) -> None:
    with undone():
        with transaction():
            pledge_id = pledge(finance, drive, due(500, 3), due(700, 40)).id
        for verb, number in steps:
            try:
                with transaction():
                    step(session, finance, pledge_id, (verb, number))
            except (Conflict, Invalid, NotFound):
                session.expire_all()
        gifts = session.query(Gift).all()
        raised = sum(gift.amount_minor - gift.refunded_minor for gift in gifts if gift.state != "voided")
        assert figures(drive)[0] == raised


def step(session: Session, actor: Actor, pledge_id: str, what: tuple[str, int]) -> None:
    verb, number = what
    gifts = [row.gift_id for row in session.query(PledgePayment).order_by(PledgePayment.gift_id)]
    ends = {"write_off": pledging.write_off, "cancel": pledging.cancel, "reinstate": pledging.reinstate}
    if verb in ends:
        ends[verb](actor, pledge_id, reason="As it is")
    elif verb == "pay":
        paying.record_payment(actor, pledge_id, received(100 + 300 * number, name="Rosa"))
    elif gifts:
        gift = settling.lock_gift(gifts[number % len(gifts)])
        assert gift is not None
        if verb == "void":
            recording.void(gift, said_by=actor.label, kind="bounced")
        elif verb == "unlink":
            pledging.unlink(actor, pledge_id, gift.id)
        elif verb == "return":
            returning_outside.return_now(actor, gift.id, amount=usd(100), reason="Asked", on_day=today())
        else:
            refunds = reading.refunds_of(gift.id)
            returning_outside.undo(actor, gift.id, refunds[0].id if refunds else "")
