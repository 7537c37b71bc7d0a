"""Two people, one page: the second sees both versions, and saving again is the answer to them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

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
