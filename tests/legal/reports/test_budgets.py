"""A report keeps the budget by stage: it says what the drive's page says, and goes on saying it."""

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core.db import transaction
from legal.budget.stage import BudgetStage
from legal.budget.stage_terms import StageTerms
from legal.budget.staging import add_stage, edit_stage
from legal.reports.report import canonical, digest
from tests.legal.budgets import open_drive, raise_money, stage
from tests.legal.conftest import Case, usd
from tests.legal.reports.conftest import Desk
from tests.legal.test_bond_following import posted
from tests.legal.test_budget import assign, claim
from tests.legal.test_shared_fund import second_drive


@pytest.fixture
def drive(session: Session, busy: Desk) -> Drive:
    made = open_drive(session, busy.case)
    with transaction():
        terms = StageTerms(name="Filing", estimate=usd("405"), phases=["L200"])
        add_stage(busy.case.actor("alice"), made.id, terms)
    stage(busy.case, made, "Hearing", "3000")
    stage(busy.case, made, "Bond", "8000", is_bond=True)
    raise_money(busy.case, made, usd("20000"))
    return made


def stages_of(client: FlaskClient, slug: str = "bond") -> list[dict[str, Any]]:
    return client.get(f"/d/{slug}/progress.json").get_json()["budget"]["stages"]


def budget_of(client: FlaskClient, report_id: str) -> dict[str, Any]:
    (only,) = client.get(f"/r/{report_id}/report.json").get_json()["budgets"]
    return only


def same(kept: list[dict[str, Any]], told: list[dict[str, Any]]) -> None:
    """What a report keeps of stages is what the drive's page tells of them."""
    for mine, theirs in zip(kept, told, strict=True):
        costs, bond = theirs["costs"] or {}, theirs["bond"] or {}
        assert mine["id"] == theirs["id"]
        assert mine["estimate_minor"] == theirs["estimate_minor"]
        for name in ("invoiced_minor", "approved_minor", "paid_minor"):
            assert mine[name] == costs.get(name)
        for name in ("posted_minor", "held_minor"):
            assert mine[name] == bond.get(name)
        assert mine["tenths"] == theirs["pro_bono"]["hours"] * 10
        assert mine["value_minor"] == theirs["pro_bono"]["in_kind_minor"]


def test_a_report_and_the_drives_page_tell_the_same_budget_its_own_hours_included(
    client: FlaskClient, session: Session, busy: Desk, drive: Drive
) -> None:
    posted(busy.case)
    first = session.get_one(BudgetStage, stages_of(client)[0]["id"])
    assign(busy.case, claim(busy.case), first)
    report = busy.publish()
    told = budget_of(client, report.id)
    same(told["stages"], stages_of(client))
    filing, hearing, bond = told["stages"]
    assert filing["tenths"] > 0
    assert filing["invoiced_minor"] == 40_500
    assert (hearing["invoiced_minor"], bond["invoiced_minor"]) == (0, None)
    assert (bond["posted_minor"], bond["held_minor"]) == (800_000, 800_000)
    assert told["costs"]["estimate_minor"] == 40_500 + 300_000
    for name in ("invoiced", "approved", "paid"):
        assert told["costs"][f"{name}_minor"] == sum(each[f"{name}_minor"] for each in (filing, hearing))


def test_page_document_and_table_tell_it(client: FlaskClient, busy: Desk, drive: Drive) -> None:
    report = busy.publish()
    page = client.get(f"/r/{report.id}?lang=en").text
    section = page[page.index('id="budgets"') :]
    for words in ("A bond for Carlos", "Filing", "Hearing", "$405", "$3,000", "$3,405", "Covered pro bono"):
        assert words in section
    assert "Given for it" not in section
    document = PdfReader(io.BytesIO(client.get(f"/r/{report.id}/report.pdf?lang=en").data))
    text = " ".join(" ".join(each.extract_text() for each in document.pages).split())
    for words in (
        "What it costs, stage by stage",
        "Hearing $3,000 $0 $0 $0",
        "All costs $3,405",
        "Bond $8,000",
    ):
        assert words in text
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"/r/{report.id}/report.csv").data.decode("utf-8-sig")))
    )
    mine = [each for each in rows if each["figure"] == "budget" and each["item"].endswith(" estimate")]
    assert [each["amount_minor"] for each in mine] == ["40500", "300000", "800000"]


def test_words_stand_beside_the_snapshot_and_figures_in_it(
    client: FlaskClient, busy: Desk, drive: Drive
) -> None:
    report = busy.publish()
    assert "Filing" not in report.content
    assert drive.title not in report.content
    stage_id = stages_of(client)[1]["id"]
    before = client.get(f"/r/{report.id}/report.json").data
    with transaction():
        edit_stage(busy.case.actor("alice"), stage_id, {"name": "Appeal", "estimate": usd("9000")})
    assert client.get(f"/r/{report.id}/report.json").data == before
    page = client.get(f"/r/{report.id}?lang=en").text
    assert "$9,000" not in page
    assert "$3,000" in page
    assert digest(before.decode()) == report.sha256


def test_a_correction_counts_its_own_hours_in_place_of_those_it_replaces(
    client: FlaskClient, busy: Desk, drive: Drive
) -> None:
    first = busy.publish()
    second = busy.correct_with_late_hours(first)
    before, after = budget_of(client, first.id)["stages"][0], budget_of(client, second.id)["stages"][0]
    assert before["tenths"] < after["tenths"]
    same(budget_of(client, second.id)["stages"], stages_of(client))


def test_a_bond_that_may_not_be_told_stands_in_no_budget(
    client: FlaskClient, session: Session, busy: Desk, drive: Drive
) -> None:
    busy.case.campaign.tells_bond_amount = False
    session.commit()
    report = busy.publish()
    bond = budget_of(client, report.id)["stages"][2]
    assert [bond[f"{name}_minor"] for name in ("estimate", "posted", "held")] == [None] * 3
    assert not report.tells_bond_amount
    assert "$8,000" not in client.get(f"/r/{report.id}?lang=en").text


def test_a_planned_bonds_amount_takes_the_report_down_with_the_clients_word(
    client: FlaskClient, session: Session, busy: Desk, drive: Drive
) -> None:
    report = busy.publish()
    assert report.tells_bond_amount  # no bond is posted, its estimate is told
    busy.case.campaign.tells_bond_amount = False
    session.commit()
    assert client.get(f"/r/{report.id}").status_code == 410


def test_two_drives_on_one_fund_count_the_bond_once(
    client: FlaskClient, session: Session, busy: Desk, drive: Drive
) -> None:
    other = second_drive(session, busy.case)
    stage(busy.case, other, "The bond", "8000", is_bond=True)
    posted(busy.case)
    report = busy.publish()
    content = client.get(f"/r/{report.id}/report.json").get_json()
    held = [
        each["held_minor"] for budget in content["budgets"] for each in budget["stages"] if each["is_bond"]
    ]
    assert held == [800_000, 0]
    assert sum(held) == client.get("/d/months/progress.json").get_json()["legal"]["bond_held_minor"]
    page = client.get(f"/r/{report.id}?lang=en").text
    assert page.count("This drive shares its fund with another one, which counts the bonds.") == 1


def test_a_report_from_before_budgets_is_read_as_it_was_published(
    client: FlaskClient, session: Session, case: Case, busy: Desk, drive: Drive
) -> None:
    report = busy.publish()
    content = json.loads(report.content)
    del content["budgets"]
    old = type(report)(
        **{
            column.key: getattr(report, column.key)
            for column in type(report).__mapper__.column_attrs
            if column.key not in ("id", "content", "sha256")
        },
        id="report_before",
        content=canonical(content),
        sha256=digest(canonical(content)),
    )
    session.add(old)
    session.commit()
    page = client.get("/r/report_before?lang=en")
    assert page.status_code == 200
    assert 'id="budgets"' not in page.text
    assert client.get("/r/report_before/report.json").data.decode() == canonical(content)
    assert client.get("/r/report_before/report.pdf").status_code == 200
