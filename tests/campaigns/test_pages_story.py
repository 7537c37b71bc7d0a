"""A newcomer's way through the staff pages: client, campaign, fund, drive, update, withdrawal."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from campaigns.campaign import Campaign
from campaigns.clearance.steps import find_clearance_id
from campaigns.clients.client import Client
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from campaigns.reading import goals_of
from campaigns.updates.update import Update
from core import clock
from staff.member import Member
from tests.campaigns.conftest import Work
from tests.clearing import engage
from tests.conftest import Cast

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def alice(cast: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(cast.alice)


def send(browser: FlaskClient, url: str, **typed: object) -> TestResponse:
    """Send a form and follow where it leads; fails unless it was accepted."""
    answer = browser.post(url, data=typed)
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.headers["Location"])
    assert page.status_code == 200
    return page


def test_from_an_empty_house_to_a_public_drive(
    alice: FlaskClient, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    for empty in ("/staff/campaigns", "/staff/drives", "/staff/funds", "/staff/clients", "/staff/updates"):
        assert 'class="empty"' in alice.get(empty).text
    send(alice, "/staff/clients/new", display_name="Carlos", pronoun="he")
    client = session.scalars(select(Client)).one()
    send(alice, f"/staff/clients/{client.id}/identity", full_name="Zebulón Quetzalito")
    send(
        alice,
        "/staff/campaigns/new",
        title="Carlos belongs with his children",
        story="Carlos is a father of two.",
        client_id=client.id,
    )
    campaign = session.scalars(select(Campaign)).one()
    send(
        alice,
        "/staff/funds/new",
        name="Bond",
        purpose="Bond and filing fees.",
        surplus_clause="The next bond.",
        campaign_id=campaign.id,
        currency="USD",
    )
    bob = sign_in(cast.bob)
    engage(cast.actor("bob"), campaign)
    send(bob, f"/staff/clients/{client.id}/consents/new", **CONSENT)
    through_counsel(alice, bob, campaign.id)
    page = send(alice, "/staff/drives/new", **drive_form(campaign, session.scalars(select(Fund)).one()))
    assert "Counsel reads it next" in page.text
    drive = session.scalars(select(Drive)).one()
    assert "It is public." in through_counsel(alice, bob, drive.id, submitted=True).text
    session.refresh(drive)
    assert drive.slug == "bring-carlos-home"
    assert drive.state(clock.now()) == "open"
    assert [goal.target for goal in goals_of(drive.id)] == [10_000_000, 130]
    assert "$100,000" in alice.get(f"/staff/drives/{drive.id}").text


CONSENT = {
    "scopes": ["campaign", "drive", "update"],
    "language": "es",
    "given_by": "client",
    "given_on": clock.today().isoformat(),
    "expires_on": (clock.today() + timedelta(days=90)).isoformat(),
}


def through_counsel(
    author: FlaskClient, lawyer: FlaskClient, subject_id: str, *, submitted: bool = False
) -> TestResponse:
    """Submitted by its author, approved by the lawyer, agreed to by the client, published."""
    url = text_address(subject_id)
    if not submitted:
        assert "Counsel reads it next" in send(author, f"{url}/submissions").text
    read = lawyer.get(url).text
    (sha256,) = re.findall(r'name="sha256" value="(\w{64})"', read)
    send(lawyer, f"{url}/approvals", sha256=sha256)
    (consent_id,) = re.findall(r'<option value="(dcons_\w+)"', lawyer.get(url).text)
    send(lawyer, f"{url}/agreements", consent_id=consent_id)
    return send(author, f"{url}/publications")


def text_address(subject_id: str) -> str:
    return f"/staff/texts/{find_clearance_id(subject_id)}"


def drive_form(campaign: Campaign, fund: Fund, **changes: object) -> dict[str, object]:
    return {
        "campaign_id": campaign.id,
        "fund_id": fund.id,
        "title": "Bring Carlos home",
        "story": "His children wait with him.",
        "goal_amount": "100,000",
        "goal_new_monthly_donors": "130",
        "closes_on": (clock.today() + timedelta(days=9)).isoformat(),
        "zone": "America/Chicago",
        "deductibility": "deductible",
        "presets": "15, 25, 50",
        "grace_counts": "true",
        "then": "submit",
    } | changes


def test_a_drive_is_drafted_and_published_in_one_form_of_fewer_than_fifteen_fields(
    alice: FlaskClient,
) -> None:
    form = re.search(r'<form class="form".*?</form>', alice.get("/staff/drives/new").text, re.DOTALL)
    assert form is not None
    names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form[0])) - {"csrf_token"}
    assert len(names) < 15


def test_news_is_written_published_and_taken_back(
    alice: FlaskClient, cast: Cast, sign_in: SignIn, work: Work, session: Session
) -> None:
    campaign = session.scalars(select(Campaign)).one()
    work.publish_campaign()
    session.commit()
    bob = sign_in(cast.bob)
    engage(cast.actor("bob"), campaign)
    session.commit()
    send(alice, "/staff/updates/new", campaign_id=campaign.id, title="Filed", body="The motion is filed.")
    update = session.scalars(select(Update)).one()
    assert "The motion is filed." in alice.get(f"/staff/updates/{update.id}").text
    through_counsel(alice, bob, update.id)
    session.refresh(update)
    assert update.is_public
    send(alice, f"/staff/updates/{update.id}/edit", title="Filed", body="The motion was filed.", version=2)
    session.refresh(update)
    assert update.state == "withdrawn"
    through_counsel(alice, bob, update.id)
    send(bob, f"/staff/updates/{update.id}/withdraw", reason="Counsel asked")
    session.refresh(update)
    assert update.state == "withdrawn"


def test_what_the_screen_found_is_asked_before_it_becomes_public(
    alice: FlaskClient, cast: Cast, sign_in: SignIn, work: Work, session: Session
) -> None:
    campaign = session.scalars(select(Campaign)).one()
    send(
        alice,
        f"/staff/campaigns/{campaign.id}/edit",
        title=campaign.title,
        story="Held since March 3, 2026.",
        client_id=campaign.client_id,
        slug=campaign.slug,
        version=campaign.version,
    )
    engage(cast.actor("bob"), campaign)
    session.commit()
    url = text_address(campaign.id)
    asked = alice.get(url).text
    assert '<mark title="This has a full date. A month is safer.">March 3, 2026</mark>' in asked
    refused = alice.post(f"{url}/submissions")
    assert refused.status_code == 422
    assert "full date" in refused.text
    page = send(alice, f"{url}/submissions", looked_at="true")
    assert "looked at and confirmed" in page.text
    assert "looked at and confirmed" in sign_in(cast.bob).get(url).text


def test_a_published_campaign_is_withdrawn_at_once_by_counsel(
    cast: Cast, sign_in: SignIn, work: Work, session: Session
) -> None:
    campaign = session.scalars(select(Campaign)).one()
    work.publish_campaign()
    session.commit()
    bob = sign_in(cast.bob)
    assert "Withdraw the campaign" in bob.get(f"/staff/campaigns/{campaign.id}").text
    send(bob, f"/staff/campaigns/{campaign.id}/withdraw", reason="Safety")
    session.refresh(campaign)
    assert campaign.state == "withdrawn"


def test_a_partner_is_invited_accepts_and_sees_the_campaign(
    cast: Cast, sign_in: SignIn, work: object, session: Session
) -> None:
    campaign = session.scalars(select(Campaign)).one()
    alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
    assert (
        "takes part or is invited"
        in alice.post(f"/staff/campaigns/{campaign.id}/partners", data={"organisation_slug": "refugio"}).text
    )
    send(alice, f"/staff/campaigns/{campaign.id}/partners", organisation_slug="llano")
    assert charlie.get(f"/staff/campaigns/{campaign.id}").status_code == 404
    listed = charlie.get("/staff/campaigns").text
    assert "Refugio Legal Project invites you" in listed
    (accept,) = re.findall(r'action="(/staff/invitations/\w+/accept)"', listed)
    page = send(charlie, accept)
    assert campaign.title in page.text
    assert "/edit" in page.text  # the words, while they are a draft
    assert "Withdraw" not in page.text
    assert charlie.get(f"/staff/campaigns/{campaign.id}/edit").status_code == 200


def test_the_fund_shows_its_balances_and_exports_its_ledger(alice: FlaskClient, posted_fund: Fund) -> None:
    page = alice.get(f"/staff/funds/{posted_fund.id}").text
    assert "$50" in page
    assert "Gift settled" in page
    export = alice.get(f"/staff/funds/{posted_fund.id}/ledger.csv")
    assert export.mimetype == "text/csv"
    assert export.text.splitlines()[1:][0].endswith(",stripe,50.00,USD,")
    assert export.text.splitlines()[1:][1].split(",")[6] == "-50.00"


def test_the_identity_is_shown_once_and_kept_by_no_cache(
    alice: FlaskClient, work: object, session: Session
) -> None:
    client = session.scalars(select(Client)).one()
    url = f"/staff/clients/{client.id}"
    assert "Quetzalito" not in alice.get(url).text
    short = alice.post(f"{url}/identity/openings", data={"reason": "hm"})
    assert short.status_code == 422
    assert "Quetzalito" not in short.text
    opened = alice.post(f"{url}/identity/openings", data={"reason": "Filing the bond motion"})
    assert "Zebulón Quetzalito Ñandúbal" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert "Quetzalito" not in alice.get(url).text


def test_sealing_shows_what_already_names_the_client(
    alice: FlaskClient, work: object, session: Session
) -> None:
    client = session.scalars(select(Client)).one()
    url = f"/staff/clients/{client.id}"
    assert "These words name the client" not in alice.get(url).text
    page = send(alice, f"{url}/identity", full_name="Zebulón Quetzalito", never_publish="father of two")
    assert "These words name the client" in page.text
    assert f"/staff/campaigns/{session.scalars(select(Campaign.id)).one()}" in page.text


def test_a_refused_name_is_not_sent_back(alice: FlaskClient, work: object, session: Session) -> None:
    client = session.scalars(select(Client)).one()
    refused = alice.post(
        f"/staff/clients/{client.id}/identity", data={"full_name": "", "never_publish": "Quetzalito" * 400}
    )
    assert refused.status_code == 422
    assert "Quetzalito" not in refused.text
