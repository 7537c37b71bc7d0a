"""Two people, one page: the second sees both versions, and saving again is the answer to them."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.timeline import telling
from campaigns.timeline.telling import Happening
from campaigns.updates import updating
from staff.member import Member
from tests.campaigns.conftest import Work
from tests.conftest import Cast


@pytest.fixture
def alice(cast: Cast, sign_in: Callable[[Member], FlaskClient]) -> FlaskClient:
    return sign_in(cast.alice)


def typed(work: Work, **changes: object) -> dict[str, object]:
    return {
        "title": work.drive.title,
        "summary": work.drive.summary,
        "story": work.drive.story,
        "presets": "25, 50, 100",
        "rhythms": "month",
        "goal_amount": "100000",
        "goal_new_monthly_donors": "130",
        "zone": work.drive.zone,
        "slug": work.drive.slug,
        "deductibility": work.drive.deductibility,
        "grace_counts": "true",
        "version": 1,
    } | changes


def test_the_page_shows_what_the_other_saved_beside_what_was_typed(
    alice: FlaskClient, session: Session, work: Work
) -> None:
    url = f"/staff/drives/{work.drive.id}/edit"
    assert alice.post(url, data=typed(work, summary="A bond by Friday.")).status_code == 302
    second = alice.post(url, data=typed(work, summary="A bond by Sunday."))
    assert second.status_code == 409
    assert "A bond by Friday." in second.text
    assert "A bond by Sunday." in second.text
    assert 'name="version" value="2"' in second.text
    assert second.text.count('<th scope="row">') == 1
    session.refresh(work.drive)
    assert work.drive.summary == "A bond by Friday."
    assert alice.post(url, data=typed(work, summary="A bond by Sunday.", version=2)).status_code == 302
    session.refresh(work.drive)
    assert work.drive.summary == "A bond by Sunday."


def test_only_the_fields_that_differ_are_compared(alice: FlaskClient, work: Work) -> None:
    url = f"/staff/campaigns/{work.campaign.id}/edit"
    same = {
        "title": work.campaign.title,
        "summary": "",
        "story": work.campaign.story,
        "client_id": work.client.id,
        "slug": work.campaign.slug,
        "version": 1,
    }
    assert alice.post(url, data=same | {"summary": "He waits."}).status_code == 302
    page = alice.post(url, data=same | {"summary": "He hopes."}).text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "He waits." in table
    assert "He hopes." in table
    assert table.count("<tr>") == 1


def test_an_edited_draft_keeps_its_deadline_to_the_second(
    alice: FlaskClient, session: Session, work: Work
) -> None:
    page = alice.get(f"/staff/drives/{work.drive.id}/edit").text
    shown = {
        name: page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in ("closes_on", "closes_time")
    }
    before = work.drive.closes_at
    answer = alice.post(f"/staff/drives/{work.drive.id}/edit", data=typed(work, title="Home", **shown))
    assert answer.status_code == 302
    session.refresh(work.drive)
    assert work.drive.title == "Home"
    assert work.drive.closes_at == before


def first_and_second(browser: FlaskClient, url: str, same: dict[str, object], *, field: str) -> str:
    """One saves, then another who began from the same version; returns what the second is shown."""
    assert browser.post(url, data=same | {field: "Theirs it is."}).status_code == 302
    second = browser.post(url, data=same | {field: "Mine it is."})
    assert second.status_code == 409
    assert f'name="take-{field}"' in second.text
    assert 'form="edit"' in second.text
    assert "Theirs it is." in second.text
    assert "Mine it is." in second.text
    return second.text


def pages(work: Work, session: Session) -> dict[str, tuple[str, dict[str, object], str]]:
    """By noun: the page that edits it, what its form sends, and a field of words."""
    update = updating.write_update(work.alice, work.campaign.id, title="News", body="News.")
    entry = telling.tell(work.alice, work.campaign.id, Happening(what="filed", happened_on=date(2025, 6, 12)))
    session.commit()
    fund = work.fund
    return {
        "campaign": (
            f"/staff/campaigns/{work.campaign.id}/edit",
            {"title": work.campaign.title, "slug": work.campaign.slug, "client_id": work.client.id},
            "summary",
        ),
        "drive": (f"/staff/drives/{work.drive.id}/edit", typed(work), "summary"),
        "update": (f"/staff/updates/{update.id}/edit", {"title": "News"}, "body"),
        "timeline": (
            f"/staff/timeline/{entry.id}/edit",
            {"what": "filed", "happened_on": "2025-06-01", "version": entry.version},
            "words",
        ),
        "fund": (
            f"/staff/funds/{fund.id}/edit",
            {"name": fund.name, "surplus_clause": fund.surplus_clause, "purposes": ["travel", "records"]},
            "purpose",
        ),
        "client": (f"/staff/clients/{work.client.id}/edit", {"display_name": "Carlos"}, "summary"),
    }


@pytest.mark.parametrize("noun", ["campaign", "drive", "update", "timeline", "fund", "client"])
@pytest.mark.parametrize("answer", ["theirs", "yours"])
def test_every_edit_page_shows_both_and_takes_the_answer(
    alice: FlaskClient, session: Session, work: Work, noun: str, answer: str
) -> None:
    url, same, field = pages(work, session)[noun]
    same = {"version": 1} | same
    page = first_and_second(alice, url, same, field=field)
    version = page.split('name="version" value="')[1].split('"')[0]
    again = same | {field: "Mine it is.", "version": version, f"take-{field}": answer}
    assert alice.post(url, data=again).status_code == 302
    shown = alice.get(url).text
    assert ("Theirs it is." in shown) == (answer == "theirs")
    assert ("Mine it is." in shown) == (answer == "yours")


def test_several_ticks_survive_both_versions(alice: FlaskClient, session: Session, work: Work) -> None:
    url, same, field = pages(work, session)["fund"]
    page = first_and_second(alice, url, {"version": 1} | same, field=field)
    assert page.count("checked><span") >= 3  # both purposes, and "Keep mine"
