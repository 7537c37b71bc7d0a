"""Batches: control totals, closed as one, opened again by taking back, whatever the order."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds import ledger
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.offline import batching, closing, recording, returning_outside
from donors.offline.batch import TRANSITIONS, GiftBatch, rows_of, steps_of, totals_of
from donors.offline.batching import BatchPlan, TypedRow
from donors.receipts.receipt import Receipt
from staff.access import Actor
from tests.conftest import Cast
from tests.donors.offline.conftest import figures, today, usd
from tests.donors.test_any_order import undone


def plan(
    drive: Drive, *, count: int | None = 2, minor: int | None = 3000, day: date | None = None
) -> BatchPlan:
    return BatchPlan(
        drive_id=drive.id,
        source="Mail of the week",
        received_on=day or today(),
        channel="check",
        expected_count=count,
        expected=None if minor is None else usd(minor),
    )


def typed(minor: int, name: str = "Rosa Diaz", **more: Any) -> TypedRow:
    return TypedRow(amount=usd(minor), name=name, **more)


def begin(actor: Actor, drive: Drive, *minors: int, wanted: BatchPlan | None = None) -> GiftBatch:
    batch = batching.begin(actor, wanted or plan(drive, count=len(minors), minor=sum(minors)))
    for number, minor in enumerate(minors):
        batching.add_row(actor, batch.id, typed(minor, name=f"Giver {number}"))
    return batch


@pytest.mark.pure
@pytest.mark.parametrize(("before", "after"), list(product(TRANSITIONS, repeat=2)))
def test_a_batch_moves_only_as_its_table_says(before: str, after: str) -> None:
    batch = GiftBatch(id="batch_1", state=before)
    if after in TRANSITIONS[before]:
        batch.move(after)
        assert batch.state == after
    else:
        with pytest.raises(Conflict):
            batch.move(after)
        assert batch.state == before


@pytest.mark.usefixtures("inside")
def test_closing_makes_every_row_a_gift_and_closing_again_changes_nothing(
    session: Session, drive: Drive, finance: Actor
) -> None:
    batch = begin(finance, drive, 1000, 2000)
    assert figures(drive) == (0, 0, 0)
    for _again in range(2):
        closing.close(finance, batch.id)
    assert figures(drive) == (3000, 2, 2)
    assert [row.gift_id for row in rows_of(batch.id)] == [
        gift.id for gift in session.query(Gift).order_by(Gift.amount_minor)
    ]
    assert [(step.state, step.count, step.sum_minor) for step in steps_of(batch.id)] == [("closed", 2, 3000)]


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    "off",
    [{"expected": usd(2999)}, {"expected_count": 3}, {"expected": None}, {"expected_count": None}],
)
def test_totals_that_do_not_agree_want_a_reason(drive: Drive, finance: Actor, off: dict[str, object]) -> None:
    batch = begin(finance, drive, 1000, 2000)
    batching.replan(finance, batch.id, replace(plan(drive), **off))
    assert not totals_of(batch).agree
    with pytest.raises(Invalid) as refusal:
        closing.close(finance, batch.id, reason=" ")
    assert list(refusal.value.errors) == ["reason"]
    assert figures(drive) == (0, 0, 0)
    closing.close(finance, batch.id, reason="One check was torn")
    assert figures(drive)[0] == 3000
    assert steps_of(batch.id)[0].reason == "One check was torn"


def test_a_row_that_cannot_be_posted_leaves_all_of_them_drafts(
    session: Session, drive: Drive, finance: Actor
) -> None:
    with transaction():
        batch = begin(finance, drive, 1000, 2000)
        rows_of(batch.id)[1].currency = "EUR"
    with pytest.raises(Invalid) as refusal, transaction():
        closing.close(finance, batch.id)
    assert "Row 2" in refusal.value.errors["rows"][0]
    session.expire_all()
    assert session.get_one(GiftBatch, batch.id).state == "open"
    assert session.query(Gift).count() == session.query(Receipt).count() == 0


@pytest.mark.usefixtures("inside")
def test_opening_again_takes_back_and_closing_again_records_anew(
    session: Session, drive: Drive, finance: Actor
) -> None:
    batch = begin(finance, drive, 1000, 2000)
    closing.close(finance, batch.id)
    for _again in range(2):
        closing.reopen(finance, batch.id, reason="A wrong day")
    assert figures(drive) == (0, 0, 0)
    assert ledger.balance(drive.fund_id, ledger.CASH, "USD") == usd(0)
    assert {gift.state for gift in session.query(Gift)} == {"voided"}
    first = rows_of(batch.id)[0]
    batching.change_row(finance, batch.id, first.id, typed(1500, "Ana Lopez"))
    closing.close(finance, batch.id, reason="Corrected")
    assert figures(drive) == (3500, 2, 2)
    numbers = [row.number for row in session.query(Receipt).order_by(Receipt.number)]
    assert numbers == [1, 2, 3, 4]


@pytest.mark.usefixtures("inside")
def test_what_bounced_or_went_back_stays_when_the_batch_is_opened(
    session: Session, drive: Drive, finance: Actor
) -> None:
    batch = begin(finance, drive, 1000, 2000, 4000)
    closing.close(finance, batch.id)
    bounced, returned, _third = (session.get_one(Gift, str(row.gift_id)) for row in rows_of(batch.id))
    recording.void(bounced, said_by="member:mem_1", kind="bounced")
    returning_outside.return_now(finance, returned.id, amount=usd(500), reason="Asked for it", on_day=today())
    closing.reopen(finance, batch.id, reason="A wrong day")
    assert figures(drive) == (1500, 1, 1)
    kept = [row.gift_id for row in rows_of(batch.id)]
    assert kept == [bounced.id, returned.id, None]
    with pytest.raises(Conflict):
        batching.remove_row(finance, batch.id, rows_of(batch.id)[0].id)
    with pytest.raises(Conflict):
        closing.discard(finance, batch.id)
    closing.close(finance, batch.id)
    assert figures(drive) == (5500, 2, 2)


@pytest.mark.usefixtures("inside")
def test_a_closed_batch_takes_no_rows_and_an_empty_one_is_not_closed(drive: Drive, finance: Actor) -> None:
    batch = begin(finance, drive)
    with pytest.raises(Conflict) as refusal:
        closing.close(finance, batch.id, reason="Nothing came")
    assert refusal.value.code == "batch_empty"
    closing.discard(finance, batch.id)
    with pytest.raises(Conflict) as refusal:
        batching.add_row(finance, batch.id, typed(100))
    assert refusal.value.code == "batch_closed"
    closing.reopen(finance, batch.id, reason="It came after all")
    assert batching.add_row(finance, batch.id, typed(100)).number == 1


@pytest.mark.usefixtures("inside")
def test_a_donor_is_found_by_what_the_row_says(session: Session, drive: Drive, finance: Actor) -> None:
    batch = begin(finance, drive, wanted=plan(drive, count=3, minor=600))
    for row in (
        typed(100, email="Rosa@example.org"),
        typed(200, email="rosa@example.org"),
        TypedRow(amount=usd(300), channel="cash"),
    ):
        batching.add_row(finance, batch.id, row)
    closing.close(finance, batch.id)
    assert figures(drive) == (600, 3, 2)
    assert len(batching.known_by_name(finance, {"rosa diaz"})["rosa diaz"]) == 1


@pytest.mark.usefixtures("inside")
def test_nobody_else_sees_or_changes_a_batch(drive: Drive, finance: Actor, cast: Cast) -> None:
    batch = begin(finance, drive, 1000)
    with pytest.raises(NotFound):
        batching.get_batch(cast.actor("charlie"), batch.id)
    with pytest.raises(NotFound):
        closing.close(cast.actor("charlie"), batch.id)


#: What may happen to two batches and their gifts, in any order.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["close", "reopen", "bounce", "mistake", "return", "add", "remove", "discard"]),
        st.integers(0, 1),
        st.integers(0, 5),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_figures_equal_recomputation_after_any_order(
    session: Session, drive: Drive, finance: Actor, steps: list[tuple[str, int, int]]
) -> None:
    with undone():
        with transaction():
            batches = [begin(finance, drive, 700, 1100).id, begin(finance, drive, 1300, 500).id]
        for verb, which, number in steps:
            try:
                with transaction():
                    step(finance, batches[which], verb, number)
            except (Conflict, Invalid, NotFound):
                session.expire_all()
        standing = sum(
            gift.amount_minor - gift.refunded_minor for gift in session.query(Gift) if gift.state != "voided"
        )
        raised, gifts, donors = figures(drive)
        assert raised == standing
        assert (
            gifts
            == donors
            == session.query(Gift).filter(Gift.state.in_(("settled", "partly_refunded"))).count()
        )
        assert ledger.balance(drive.fund_id, ledger.CASH, "USD") == usd(standing)
        numbers = [row.number for row in session.query(Receipt).order_by(Receipt.number)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) == session.query(Gift).count()


def step(actor: Actor, batch_id: str, verb: str, number: int) -> None:
    rows = rows_of(batch_id)
    row = rows[number % len(rows)] if rows else None
    if verb == "close":
        closing.close(actor, batch_id, reason="As it is")
    elif verb == "reopen":
        closing.reopen(actor, batch_id, reason="Once more")
    elif verb == "discard":
        closing.discard(actor, batch_id)
    elif verb == "add":
        batching.add_row(actor, batch_id, typed(100 * (number + 1), name=""))
    elif row is not None and verb == "remove":
        batching.remove_row(actor, batch_id, row.id)
    elif row is not None and row.gift_id is not None:
        gift = settling.lock_gift(row.gift_id)
        assert gift is not None
        if verb == "return":
            returning_outside.return_now(
                actor,
                gift.id,
                amount=usd(200 if number % 2 else gift.refundable.minor),
                reason="Asked",
                on_day=today(),
            )
        else:
            recording.void(gift, said_by=actor.label, kind="bounced" if verb == "bounce" else "mistake")
