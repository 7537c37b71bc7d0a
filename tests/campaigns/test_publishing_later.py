"""Approved words become public at a chosen time, by the rules of that moment, or not at all."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import jobs, publishing
from campaigns.clearance.clearance import Clearance
from campaigns.clearance.steps import clearance_of
from campaigns.drives import drafting, launching
from campaigns.publishing import ScheduledPublication
from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.clearing import clear
from tests.conftest import Cast

Later = Callable[[timedelta], None]
HOUR = timedelta(hours=1)


@pytest.fixture
def approved(session: Session, work: Work) -> Clearance:
    """The drive's words, approved and agreed to; the campaign is public."""
    work.publish_campaign()
    clear(work.alice, work.drive)
    session.commit()
    return clearance_of(work.drive)


@pytest.fixture
def later(approved: Clearance) -> Iterator[Later]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.shift


def plan(session: Session, work: Work, approved: Clearance) -> ScheduledPublication:
    session.commit()
    with transaction():
        return publishing.schedule(work.alice, approved, clock.now() + HOUR)


def test_it_is_public_from_that_minute_on(
    session: Session, work: Work, approved: Clearance, client: FlaskClient, later: Later
) -> None:
    row = plan(session, work, approved)
    jobs.publish_due.run()
    assert client.get(f"/d/{work.drive.slug}").status_code == 404
    later(HOUR)
    session.commit()
    jobs.publish_due.run()
    jobs.publish_due.run()
    assert client.get(f"/d/{work.drive.slug}").status_code == 200
    assert row.ended_as == "published"


WRONG = {"edited": "not_approved", "left": "left", "hidden": "campaign_not_public"}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_hold_any_more_publishes_nothing_and_is_said(
    session: Session, work: Work, approved: Clearance, cast: Cast, later: Later, what: str
) -> None:
    row = plan(session, work, approved)
    if what == "edited":
        drafting.edit_drive(work.alice, work.drive.id, {"story": "Other words."})
    elif what == "left":
        session.get_one(Member, cast.alice.id).left_at = clock.now()
    else:
        work.campaign.withdrawn_at = clock.now()
    session.commit()
    later(HOUR)
    jobs.publish_due.run()
    session.commit()
    assert (row.ended_as, row.refused_because) == ("refused", WRONG[what])
    assert not work.drive.is_public
    assert publishing.find_refused(approved.id) is row


def test_who_is_quicker_by_hand_ends_the_plan(
    session: Session, work: Work, approved: Clearance, later: Later
) -> None:
    row = plan(session, work, approved)
    with transaction():
        launching.publish_drive(work.alice, work.drive.id)
    later(HOUR)
    jobs.publish_due.run()
    session.commit()
    assert row.ended_as == "published"


def test_what_is_refused_says_why(session: Session, work: Work, approved: Clearance, cast: Cast) -> None:
    with pytest.raises(Invalid):
        publishing.schedule(work.alice, approved, clock.now())
    with pytest.raises(Invalid):
        publishing.schedule(work.alice, approved, clock.now() + timedelta(days=91))
    with pytest.raises(Forbidden):
        publishing.schedule(cast.actor("vera"), approved, clock.now() + HOUR)
    with pytest.raises(NotFound):
        publishing.cancel_scheduled(work.alice, approved)
    plan(session, work, approved)
    with pytest.raises(Conflict) as caught, transaction():
        publishing.schedule(work.alice, approved, clock.now() + HOUR)
    assert caught.value.code == "scheduled"
    drafting.edit_drive(work.alice, work.drive.id, {"story": "Other words."})
    session.commit()
    with transaction():
        publishing.cancel_scheduled(work.alice, approved)
    with pytest.raises(Conflict) as caught:
        publishing.schedule(work.alice, approved, clock.now() + HOUR)
    assert caught.value.code == "not_approved"


def test_software_chooses_a_time_and_thinks_better_of_it(
    session: Session, approved: Clearance, api: Api, llano: Api
) -> None:
    at, soon = f"/texts/{approved.id}/schedules", (clock.now() + HOUR).isoformat()
    assert api.post(at, {"due_at": soon}, expect=201)["ended_as"] == ""
    assert api.post(at, {"due_at": soon}, expect=409)["code"] == "scheduled"
    llano.delete(at, expect=404)
    api.delete(at, expect=204)
    api.delete(at, expect=404)
    assert session.scalars(select(ScheduledPublication.ended_as)).all() == ["cancelled"]


@pytest.mark.once
def test_on_the_page_of_the_words(
    session: Session, work: Work, approved: Clearance, cast: Cast, sign_in: Callable[[Member], FlaskClient]
) -> None:
    alice, at = sign_in(cast.alice), f"/staff/texts/{approved.id}"
    assert "Publish it later" in alice.get(at).text
    assert alice.post(f"{at}/schedules", data={"on_day": "2001-01-01", "at_time": "09:00"}).status_code == 422
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    assert alice.post(f"{at}/schedules", data={"on_day": day}).status_code == 422
    assert alice.post(f"{at}/schedules", data={"on_day": day, "at_time": "09:00"}).status_code == 302
    assert "It becomes public by itself" in alice.get(at).text
    assert alice.post(f"{at}/schedules/cancellations").status_code == 302
    assert "Publish it later" in alice.get(at).text
