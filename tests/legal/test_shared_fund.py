"""Two drives on one fund: its bonds are told once, wherever a reader adds up."""

from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from core.db import transaction
from donors.public import face
from legal.budget.stage import BudgetStage
from legal.budget.staging import drop_stage
from tests.legal.budgets import open_drive, raise_money, stage
from tests.legal.conftest import Case, usd
from tests.legal.test_bond_following import posted


def second_drive(session: Session, case: Case, *, is_public: bool = True) -> Drive:
    return open_drive(session, case, is_public=is_public, slug="months", days_ago=10)


@pytest.fixture
def drives(session: Session, case: Case) -> tuple[Drive, Drive]:
    """Both with a bond stage; a bond of $8,000 is posted from their fund."""
    first, second = open_drive(session, case), second_drive(session, case)
    stage(case, first, "Bond", "8000", is_bond=True)
    stage(case, second, "The bond", "8000", is_bond=True)
    raise_money(case, first, usd("20000"))
    posted(case)
    return first, second


def bond(client: FlaskClient, slug: str) -> dict[str, Any]:
    stages = client.get(f"/d/{slug}/progress.json").get_json()["budget"]["stages"]
    (only,) = (each["bond"] for each in stages if each["is_bond"] and not each["dropped_on"])
    return only


def test_the_drive_that_was_published_first_tells_the_bonds_and_the_other_names_it(
    client: FlaskClient, drives: tuple[Drive, Drive]
) -> None:
    assert bond(client, "bond") == {"posted_minor": 800_000, "held_minor": 800_000, "told_with": None}
    assert bond(client, "months") == {"posted_minor": 0, "held_minor": 0, "told_with": "bond"}
    shared = "The bonds of the fund are counted once, there:"
    assert shared not in client.get("/d/bond?lang=en").text
    page = client.get("/d/months?lang=en").text
    assert f'{shared} <a href="/d/bond#budget">A bond for Carlos</a>' in page


def test_the_campaign_tells_the_sum_of_its_drives_stages(
    client: FlaskClient, case: Case, drives: tuple[Drive, Drive]
) -> None:
    held = [bond(client, slug)["held_minor"] for slug in ("bond", "months")]
    of_campaign = client.get("/d/months/progress.json").get_json()["legal"]
    assert sum(held) == of_campaign["bond_held_minor"] == 800_000
    page = client.get(f"/c/{case.campaign.slug}?lang=en").text
    assert page.count("$8,000") == 3  # held, and in the account posted and held: the campaign's tiles alone


def test_each_drives_page_says_that_the_campaigns_figures_stand_on_both(
    client: FlaskClient, session: Session, drives: tuple[Drive, Drive]
) -> None:
    said = "These figures are of the whole campaign and stand on the page of each of its drives: count them once."
    for slug in ("bond", "months"):
        assert said in client.get(f"/d/{slug}?lang=en").text
    with transaction():
        session.get_one(Drive, drives[0].id).withdrawn_at = clock.now()
    assert said not in client.get("/d/months?lang=en").text


def test_where_the_first_drive_goes_out_of_sight_the_other_tells_the_bonds(
    client: FlaskClient, session: Session, drives: tuple[Drive, Drive]
) -> None:
    with transaction():
        session.get_one(Drive, drives[0].id).withdrawn_at = clock.now()
    assert bond(client, "months") == {"posted_minor": 800_000, "held_minor": 800_000, "told_with": None}


def test_where_the_first_drive_plans_no_bond_any_more_the_other_tells_them(
    client: FlaskClient, session: Session, case: Case, drives: tuple[Drive, Drive]
) -> None:
    stages = client.get("/d/bond/progress.json").get_json()["budget"]["stages"]
    with transaction():
        drop_stage(case.actor("alice"), stages[0]["id"])
    (dropped,) = client.get("/d/bond/progress.json").get_json()["budget"]["stages"]
    assert dropped["bond"] == {"posted_minor": 0, "held_minor": 0, "told_with": "months"}
    assert bond(client, "months")["held_minor"] == 800_000


def test_a_stage_that_took_a_dropped_ones_place_tells_them_alone(
    client: FlaskClient, session: Session, case: Case
) -> None:
    drive = open_drive(session, case)
    first = stage(case, drive, "Bond", "8000", is_bond=True)
    raise_money(case, drive, usd("20000"))
    posted(case)
    with transaction():
        drop_stage(case.actor("alice"), first.id)
    stage(case, drive, "Bond, anew", "9000", is_bond=True)
    stages = client.get("/d/bond/progress.json").get_json()["budget"]["stages"]
    assert [(each["name"], each["bond"]["held_minor"]) for each in stages] == [
        ("Bond, anew", 800_000),
        ("Bond", 0),
    ]


def test_a_draft_takes_no_bonds_away_from_what_is_public(
    client: FlaskClient, session: Session, case: Case
) -> None:
    draft = second_drive(session, case, is_public=False)
    stage(case, draft, "The bond", "8000", is_bond=True)
    drive = open_drive(session, case)
    stage(case, drive, "Bond", "8000", is_bond=True)
    raise_money(case, drive, usd("20000"))
    posted(case)
    assert bond(client, "bond")["held_minor"] == 800_000


STANDINGS = ("draft", "public", "withdrawn")
STAGES = ("planned", "dropped", "dropped unseen")


def put(session: Session, drive: Drive, standing: str, bond_stage: str) -> None:
    now = clock.now()
    session.execute(
        update(Drive)
        .where(Drive.id == drive.id)
        .values(
            published_at=None if standing == "draft" else drive.opens_at,
            withdrawn_at=now if standing == "withdrawn" else None,
        )
    )
    session.execute(
        update(BudgetStage)
        .where(BudgetStage.drive_id == drive.id)
        .values(
            dropped_on=None if bond_stage == "planned" else now.date(),
            dropped_unseen=bond_stage == "dropped unseen",
        )
    )


def test_however_two_drives_stand_public_pages_add_up_to_the_bonds_or_tell_none(
    session: Session, drives: tuple[Drive, Drive]
) -> None:
    for first, second in product(product(STANDINGS, STAGES), repeat=2):
        for drive, (standing, bond_stage) in zip(drives, (first, second), strict=True):
            put(session, drive, standing, bond_stage)
        faces = [face.read(slug) for slug in ("bond", "months")]
        told = [each for found in faces if found is not None for each in found.stages if each.is_bond]
        held = [each.held.minor for each in told if each.held is not None]
        assert len(held) == len(told)
        assert sum(held) == (800_000 if told else 0), (first, second)
        assert sum(each.told_with is None for each in told) == min(len(told), 1), (first, second)
