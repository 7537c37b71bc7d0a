"""What does not make sense is refused by the field's name, and nothing is written."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from staff.audit import AuditEvent
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.conftest import Cast

HUGE = 10**18
GOAL = {"metric": "amount", "target": 500_000}


def goal(**changes: object) -> dict[str, Any]:
    return {"goals": [GOAL | changes]}


DRIVES: list[tuple[dict[str, Any], str]] = [
    (goal(target=0), "goals.0.target"),
    (goal(target=-5), "goals.0.target"),
    (goal(target=HUGE), "goals.0.target"),
    (goal(target=12.5), "goals.0.target"),
    (goal(target="many"), "goals.0.target"),
    (goal(target=True), "goals.0.target"),
    (goal(metric="new_monthly_donors", target=HUGE), "goals.0.target"),
    (goal(metric="likes"), "goals.0.metric"),
    (goal(lookback_months=-1), "goals.0.lookback_months"),
    ({"goals": [GOAL, GOAL]}, "goals.1.metric"),
    ({"goals": "all"}, "goals"),
    ({"goals": [{"metric": "amount"}]}, "goals.0.target"),
    ({"goals": [{"target": 5}]}, "goals.0.metric"),
    ({"min_minor": 0}, "min_minor"),
    ({"min_minor": -1}, "min_minor"),
    ({"min_minor": 100, "max_minor": 50}, "max_minor"),
    ({"max_minor": HUGE}, "max_minor"),
    ({"presets_minor": []}, "presets_minor"),
    ({"presets_minor": [2500, 2500]}, "presets_minor"),
    ({"presets_minor": [-2500]}, "presets_minor.0"),
    ({"presets_minor": [25.5]}, "presets_minor.0"),
    ({"presets_minor": [50]}, "presets_minor"),
    ({"zone": "Texas"}, "zone"),
    ({"zone": "../../etc/passwd"}, "zone"),
    ({"closes_on": "2020-01-01"}, "closes_on"),
    ({"closes_on": "9999-12-31"}, "closes_on"),
    ({"closes_on": "soon"}, "closes_on"),
    ({"closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
    ({"closes_at": "2099-01-01T00:00:00"}, "closes_at"),
    ({"grace_minutes": -1}, "grace_minutes"),
    ({"grace_minutes": 100_000}, "grace_minutes"),
    ({"deductibility": "maybe"}, "deductibility"),
    ({"slug": "Bring Carlos"}, "slug"),
    ({"slug": "a"}, "slug"),
    ({"slug": "-a-b-"}, "slug"),
    ({"slug": "a" * 61}, "slug"),
    ({"slug": "bring-carlos-home"}, "slug"),
    ({"title": ""}, "title"),
    ({"title": "a" * 121}, "title"),
    ({"title": 5}, "title"),
    ({"story": "a" * 20_001}, "story"),
    ({"fund_id": "fund_nobody"}, "fund_id"),
    ({"currency": "USD"}, "currency"),
    ({"published_at": "2020-01-01T00:00:00Z"}, "published_at"),
]


def test_software_is_told_the_field(
    session: Session,
    work: Work,
    api: Api,
    subtests: pytest.Subtests,
) -> None:
    for change, field in DRIVES:
        with subtests.test(change=change, field=field):
            before = rows(session)
            body = {"campaign_id": work.campaign.id, "fund_id": work.fund.id, "title": "A drive"} | change
            assert list(api.post("/drives", body, expect=422)["errors"]) == [field]
            assert rows(session) == before


def test_an_edit_is_held_to_the_same_rules(
    session: Session,
    work: Work,
    api: Api,
    subtests: pytest.Subtests,
) -> None:
    for change, field in [each for each in DRIVES if "fund_id" not in each[0]]:
        with subtests.test(change=change, field=field):
            if change == {"slug": "bring-carlos-home"}:
                change = {"slug": "taken"}
                taken = {
                    "campaign_id": work.campaign.id,
                    "fund_id": work.fund.id,
                    "title": "A drive",
                    "slug": "taken",
                }
                api.post("/drives", taken, expect=201)
            if change == {"title": ""}:
                change = {"title": "   "}
            before = rows(session)
            answer = api.patch(
                f"/drives/{work.drive.id}", change, expect=200 if change == {"title": "   "} else 422
            )
            if change != {"title": "   "}:
                assert list(answer["errors"]) == [field]
            assert rows(session) == before


def rows(session: Session) -> tuple[int, int]:
    """How many drives and audit events there are."""
    counts = [session.scalar(select(func.count()).select_from(each)) or 0 for each in (Drive, AuditEvent)]
    return counts[0], counts[1]


@pytest.mark.parametrize("body", ["", "{", "[]", '"a"', "null", "5", '{"title": '])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, api: Api, body: str) -> None:
    answer = client.post(
        "/api/v1/campaigns",
        data=body,
        content_type="application/json",
        headers=api.headers,
    )
    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"


FORMS = [
    ({"goal_amount": "-5"}, "goal_amount"),
    ({"goal_amount": "0"}, "goal_amount"),
    ({"goal_amount": "12.5051"}, "goal_amount"),
    ({"goal_amount": "9" * 20}, "goal_amount"),
    ({"goal_amount": "a lot"}, "goal_amount"),
    ({"goal_new_monthly_donors": "0"}, "goal_new_monthly_donors"),
    ({"goal_new_monthly_donors": "1.5"}, "goal_new_monthly_donors"),
    ({"goal_new_monthly_donors": "ten"}, "goal_new_monthly_donors"),
    ({"presets": "25; x"}, "presets"),
    ({"presets": "50, 25"}, "presets"),
    ({"presets": "0.10"}, "presets"),
    ({"closes_on": "2020-01-01"}, "closes_on"),
    ({"closes_on": "tomorrow"}, "closes_on"),
    ({"closes_time": "12:00"}, "closes_on"),
    ({"zone": "Texas"}, "zone"),
    ({"slug": "Not a slug"}, "slug"),
    ({"title": " "}, "title"),
    ({"fund_id": ""}, "fund_id"),
    ({"deductibility": "maybe"}, "deductibility"),
]


def test_the_page_says_it_next_to_the_field_and_keeps_what_was_typed(
    session: Session,
    cast: Cast,
    work: Work,
    sign_in: Callable[[Member], FlaskClient],
    subtests: pytest.Subtests,
) -> None:
    for change, field in FORMS:
        with subtests.test(change=change, field=field):
            before = rows(session)
            typed = {
                "campaign_id": work.campaign.id,
                "fund_id": work.fund.id,
                "title": "A drive that keeps its title",
                "presets": "25, 50",
                "zone": "America/Chicago",
                "deductibility": "deductible",
            }
            answer = sign_in(cast.alice).post("/staff/drives/new", data=typed | change)
            assert answer.status_code == 422
            assert re.findall(r'id="f-([a-z_]+)-error"', answer.text) == [field]
            assert field == "title" or "A drive that keeps its title" in answer.text
            assert rows(session) == before
