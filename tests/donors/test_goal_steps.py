"""Milestones and stretch goals open in their order, are announced once, and never taken back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from campaigns.drives import drafting
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import GoalTerms, wrong_goals
from campaigns.drives.goal import AMOUNT, DONORS, Goal
from core.db import transaction
from donors import jobs
from donors.figures.goal_step import GoalStep
from donors.gifts.gift import Gift
from staff.member import Member
from tests.conftest import Cast
from tests.donors.leading import lead
from tests.donors.test_snapshots import Later, give, later, refund  # noqa: F401 (fixtures)

Give = Callable[..., Gift]


@pytest.fixture
def stepped(session: Session, drive: Drive) -> Drive:
    """A goal of 100 dollars with a milestone at 50 and stretch goals at 150 and 200; gifts are of 50."""
    goal = session.scalars(select(Goal).where(Goal.drive_id == drive.id, Goal.metric == AMOUNT)).one()
    goal.target, goal.steps = 10_000, [5_000, 15_000, 20_000]
    session.commit()
    return drive


def told(client: FlaskClient, drive: Drive) -> tuple[int, list[int]]:
    goals = client.get(f"/d/{drive.slug}/progress.json").get_json()["goals"]
    amount = next(goal for goal in goals if goal["metric"] == AMOUNT)
    return amount["aim"], [each["target"] for each in amount["reached"]]


def test_steps_open_in_their_order_and_stay(
    session: Session,
    client: FlaskClient,
    stepped: Drive,
    give: Give,  # noqa: F811
    later: Later,  # noqa: F811
) -> None:
    assert told(client, stepped) == (10_000, [])
    seen, gifts = [], []
    for number in range(5):
        gifts.append(give(number))
        jobs.note_steps.run()
        jobs.note_steps.run()
        session.commit()
        seen.append(told(client, stepped))
    assert seen == [
        (10_000, [5_000]),
        (15_000, [5_000, 10_000]),
        (20_000, [5_000, 10_000, 15_000]),
        (20_000, [5_000, 10_000, 15_000, 20_000]),
        (20_000, [5_000, 10_000, 15_000, 20_000]),
    ]
    for gift in gifts:
        refund(gift)
    jobs.note_steps.run()
    session.commit()
    assert told(client, stepped) == (20_000, [5_000, 10_000, 15_000, 20_000])
    page = client.get(f"/d/{stepped.slug}?lang=en").text
    assert "$100 reached on" in page
    assert "of $200" in page
    with pytest.raises(DatabaseError), transaction():
        session.execute(text("DELETE FROM goal_step"))


def test_a_jump_announces_every_step_on_the_way(
    session: Session,
    client: FlaskClient,
    stepped: Drive,
    give: Give,  # noqa: F811
    later: Later,  # noqa: F811
) -> None:
    for number in range(3):
        give(number)
    jobs.note_steps.run()
    assert sorted(session.scalars(select(GoalStep.target))) == [5_000, 10_000, 15_000]


@pytest.mark.pure
def test_steps_are_refused_that_make_no_ladder() -> None:
    for steps in ((200, 100), (100, 100), (1_000,), (0, 5), tuple(range(1, 12)), (-1,)):
        wrong = wrong_goals([GoalTerms(metric=DONORS, target=1_000, steps=steps)])
        assert list(wrong) == ["goals.0.steps"], steps
    assert wrong_goals([GoalTerms(metric=DONORS, target=1_000, steps=(100, 5_000))]) == {}


@pytest.mark.once
def test_on_the_form_of_a_draft(
    session: Session, drive: Drive, cast: Cast, sign_in: Callable[[Member], FlaskClient]
) -> None:
    lead(session, drive)
    drive.published_at = None
    session.commit()
    carla, at = sign_in(cast.carla), f"/staff/drives/{drive.id}/edit"
    assert "Steps of the amount" in carla.get(at).text
    typed = {"title": drive.title, "story": drive.story, "goal_amount": "100", "version": str(drive.version)}
    wrong = carla.post(at, data=typed | {"steps_amount": "150, 50"})
    assert (wrong.status_code, "smallest first" in wrong.text) == (422, True)
    assert carla.post(at, data=typed | {"steps_amount": "50, 150"}).status_code == 302
    session.expire_all()
    (terms,) = [each for each in drafting.goal_terms(drive) if each.metric == AMOUNT]
    assert (terms.target, terms.steps) == (10_000, (5_000, 15_000))
    assert 'value="50, 150"' in carla.get(at).text
