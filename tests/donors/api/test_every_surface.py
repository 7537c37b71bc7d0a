"""One meaning of every figure: pages, data, frame, API, report, snapshot and export say the same."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import METRICS, Goal
from campaigns.petitions.signature import CONFIRMED, Signature
from core import clock
from donors import jobs
from donors.figures import progress
from donors.gifts.gift import Gift
from tests.conftest import Cast
from tests.donors.api.conftest import Of
from tests.donors.conftest import Stripe
from tests.donors.staff.test_refunding import refund_in_the_dashboard

Figures = dict[str, int]
#: The staff's report on its drives tells figures in words, as the page does beside its bars.
_REPORTED = re.compile(r'<div class="goal">\s*<p><span class="figure num">(.*?)</span>')
_WORDS = re.compile(r'<b class="figure">(.*?)</b>')
_GOAL = re.compile(r'data-goal="(\w+)">.*?<progress max="\d+" value="(\d+)"', re.DOTALL)


@pytest.fixture
def busy(session: Session, drive: Drive, give: Callable[..., Gift], stripe: Stripe) -> Drive:
    """Goals of every metric; gifts once and monthly, one of them partly and one wholly given back."""
    session.execute(delete(Goal).where(Goal.drive_id == drive.id))
    for place, metric in enumerate(METRICS):
        session.add(Goal(drive_id=drive.id, metric=metric, target=1_000_000, position=place))
    session.add(
        Signature(
            drive_id=drive.id,
            email="sam@example.org",
            name="Sam Roe",
            state=CONFIRMED,
            confirmed_at=clock.now() - timedelta(days=1),
        )
    )
    session.commit()
    gifts = [
        give(amount, rhythm=rhythm, email=f"{name}@example.org")
        for name, amount, rhythm in (
            ("ana", "50", "once"),
            ("bea", "15", "month"),
            ("cho", "30", "month"),
            ("dan", "70", "once"),
        )
    ]
    for each in gifts:
        stripe.pay(each)
    stripe.deliver_all()
    session.expire_all()
    refund_in_the_dashboard(stripe, gifts[0], 2000)
    refund_in_the_dashboard(stripe, gifts[3], 7000)
    stripe.deliver_all()
    session.commit()
    return drive


def told(goals: list[dict[str, int | str]]) -> Figures:
    return {str(goal["metric"]): int(goal["actual"]) for goal in goals}


def shown(page: str) -> Figures:
    return {metric: int(value) for metric, value in _GOAL.findall(page)}


def test_every_surface_says_the_same(
    session: Session,
    busy: Drive,
    client: FlaskClient,
    of: Of,
    cast: Cast,
    sign_in: Callable[..., FlaskClient],
    subtests: pytest.Subtests,
) -> None:
    found = progress.read(busy.id)
    assert found is not None
    counted = {goal.metric: goal.actual for goal in found.goals}
    assert counted == {
        "amount": 7500,
        "donors": 3,
        "new_monthly_donors": 2,
        "monthly_value": 4500,
        "pro_bono_hours": 0,
        "signatures": 1,
    }
    jobs.take_snapshots.run()
    last = client.get("/d/monthly/snapshots.jsonl").text.splitlines()[-1]
    desk = sign_in(cast.frida)
    surfaces = {
        "page": shown(client.get("/d/monthly").text),
        "data": told(json.loads(client.get("/d/monthly/progress.json").text)["goals"]),
        "frame": shown(client.get("/d/monthly/embed").text),
        "software": told(of("alice").get(f"/drives/{busy.id}/progress").json["goals"]),
        "staff": shown(desk.get(f"/staff/drives/{busy.id}").text),
        "campaign": shown(client.get("/c/carlos").text),
        "snapshot": told(json.loads(json.loads(last)["content"])["goals"]),
    }
    for name, figures in surfaces.items():
        with subtests.test(surface=name):
            assert figures == counted
    with subtests.test(surface="report"):
        words = _WORDS.findall(client.get("/d/monthly").text)
        assert len(words) == len(METRICS)
        assert _REPORTED.findall(desk.get("/staff/").text) == words
    with subtests.test(surface="export"):
        assert added_up(desk, sign_in(cast.carla), busy) == counted


def added_up(desk: FlaskClient, campaigner: FlaskClient, drive: Drive) -> Figures:
    """The goals as a reader of the exports adds them up; nobody has given hours."""
    kept = [
        (
            row["email"],
            row["rhythm"] == "month",
            round((float(row["amount"]) - float(row["refunded"] or 0)) * 100),
        )
        for row in table(desk, "/staff/gifts.csv")
        if float(row["amount"]) > float(row["refunded"] or 0)
    ]
    signed = table(campaigner, f"/staff/drives/{drive.id}/signatures.csv")
    return {
        "amount": sum(minor for _email, _is_monthly, minor in kept),
        "donors": len({email for email, _is_monthly, _minor in kept}),
        "new_monthly_donors": len({email for email, is_monthly, _minor in kept if is_monthly}),
        "monthly_value": sum(minor for _email, is_monthly, minor in kept if is_monthly),
        "pro_bono_hours": 0,
        "signatures": sum(bool(row["confirmed_at"]) for row in signed),
    }


def table(browser: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(browser.get(path).text.removeprefix("\ufeff"))))
