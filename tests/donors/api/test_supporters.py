"""Supporters' pages for software: listed without addresses, let be public, hidden with a reason."""

import pytest
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from core import clock
from donors.supporters.supporter_page import DRAFT, WAITING, SupporterPage
from tests.donors.api.conftest import Of


@pytest.fixture
def page(session: Session, drive: Drive) -> SupporterPage:
    """One that waits, beside one that nobody confirmed."""

    def make(state: str) -> SupporterPage:
        row = SupporterPage(
            drive_id=drive.id,
            title="Ten miles",
            name="Lena O.",
            words="I run.",
            goal_minor=50_000,
            email="lena@example.org",
            state=state,
            waiting_since=clock.now(),
        )
        session.add(row)
        return row

    make(DRAFT)
    found = make(WAITING)
    session.commit()
    return found


def test_a_page_is_listed_approved_and_hidden(of: Of, drive: Drive, page: SupporterPage) -> None:
    software = of("alice", "campaigns.view", "campaigns.edit")
    listed = software.get(f"/drives/{drive.id}/supporter-pages").get_json()["items"]
    assert [(each["id"], each["state"]) for each in listed] == [(page.id, "waiting")]
    assert "lena@example.org" not in str(listed)
    approved = software.post(f"/supporter-pages/{page.id}/approvals", {})
    assert (approved.status_code, approved.get_json()["state"]) == (201, "public")
    twice = software.post(f"/supporter-pages/{page.id}/approvals", {})
    assert (twice.status_code, twice.get_json()["code"]) == (409, "illegal_transition")
    assert software.post(f"/supporter-pages/{page.id}/hidings", {"reason": ""}).status_code == 422
    hidden = software.post(f"/supporter-pages/{page.id}/hidings", {"reason": "It names a town."})
    assert (hidden.get_json()["state"], hidden.get_json()["hidden_because"]) == ("hidden", "It names a town.")


def test_another_organisation_finds_none(of: Of, drive: Drive, page: SupporterPage) -> None:
    stranger = of("charlie")
    assert stranger.get(f"/drives/{drive.id}/supporter-pages").status_code == 404
    assert stranger.post(f"/supporter-pages/{page.id}/approvals", {}).status_code == 404
