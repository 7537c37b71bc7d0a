"""Whatever two donors did before: merged they are counted as one, and taken apart they are counted as before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import db, transaction
from donors.figures.snapshot import CLOSE, PublicSnapshot
from donors.gifts.gift import Gift
from donors.merging import merging, previewing, undoing
from donors.people import donor as people
from donors.recurring.recurring_gift import RecurringGift
from staff.access import actor_for
from tests.conftest import Cast
from tests.donors import people_world
from tests.donors.people_world import World, happenings
from tests.donors.test_any_order import undone

ANY = settings(
    max_examples=40,
    deadline=None,
    database=None,
    # What an example writes is undone at its end, by `undone`.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def a_world(drive: Drive, events: list[Any]) -> Iterator[World]:
    with undone(), transaction() as session:
        world = people_world.build(session, session.get_one(Drive, drive.id))
        world.live(events)
        yield world


def frozen_words(session: Session) -> list[str]:
    query = select(PublicSnapshot.content).where(PublicSnapshot.kind == CLOSE)
    return list(session.scalars(query.order_by(PublicSnapshot.drive_id)))


@ANY
@given(events=happenings, swapped=st.booleans())
def test_merged_they_are_one_and_taken_apart_they_are_as_before(
    session: Session, drive: Drive, cast: Cast, events: list[Any], swapped: bool
) -> None:
    actor = actor_for(cast.frida)
    with a_world(drive, events) as world:
        before = world.recount()
        kept, absorbed = reversed(world.donors) if swapped else world.donors
        foreseen = previewing.preview(actor, kept.id, absorbed.id)

        merged = merging.merge(actor, kept.id, absorbed_id=absorbed.id, reason="One and the same.")
        together = world.figures()
        frozen = frozen_words(world.session)
        assert together == world.recount()
        for drive_id, told in together["told"].items():
            assert told["raised_minor"] == before["told"][drive_id]["raised_minor"]
            assert told["gifts"] == before["told"][drive_id]["gifts"]
            assert told["donors"] <= 1
        for change in foreseen.figures:
            found = together["told"][change.drive.id]
            goals = {goal["metric"]: goal["actual"] for goal in found["goals"]}
            assert found["donors"] == change.donors[1]
            assert goals.get("new_monthly_donors", 0) in (0, change.new_monthly_donors[1])
        assert all(each[1] == kept.id for each in together["gifts"] + together["monthly"])
        assert together["news"][world.donors.index(kept)] <= any(before["news"])

        undoing.undo(actor, merged.id, reason="They are two.")
        assert world.figures() == before == world.recount()
        assert frozen_words(world.session) == frozen


@ANY
@given(before=happenings, since=happenings)
def test_what_happened_since_goes_to_whom_it_belongs(
    session: Session, drive: Drive, cast: Cast, before: list[Any], since: list[Any]
) -> None:
    """Later instalments go with their promise, gifts of the kept donor stay; every count is right in between."""
    actor = actor_for(cast.frida)
    with a_world(drive, before) as world:
        kept, absorbed = world.donors
        owners = {each.id: each.donor_id for each in world.promises}
        merged = merging.merge(actor, kept.id, absorbed_id=absorbed.id, reason="One and the same.")
        db.session.expire_all()
        assert absorbed.email is not None
        met = people.meet(organisation_id=kept.organisation_id, email=absorbed.email, name="", language="en")
        assert met.id == kept.id
        world.live([(what, 0, where, day) for what, _who, where, day in since])
        assert world.figures() == world.recount()
        later = {each.id for each in world.promises} - set(owners)

        undoing.undo(actor, merged.id, reason="They are two.")
        assert world.figures() == world.recount()
        promises = world.session.execute(select(RecurringGift.id, RecurringGift.donor_id)).all()
        assert {row[0]: row[1] for row in promises} == owners | dict.fromkeys(later, kept.id)
        mixed = select(Gift.id).join(RecurringGift).where(Gift.donor_id != RecurringGift.donor_id)
        assert world.session.scalars(mixed).all() == []
