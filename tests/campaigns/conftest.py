"""A campaign for Carlos, led by Refugio: persona, sealed identity, fund, and a drive in draft."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns import opening
from campaigns.campaign import Campaign
from campaigns.clients import identity, registering
from campaigns.clients.client import Client
from campaigns.clients.registering import PersonaTerms
from campaigns.drives import drafting, launching
from campaigns.drives.drafting import DriveTerms
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import GoalTerms
from campaigns.drives.goal import AMOUNT, NEW_MONTHLY_DONORS
from campaigns.funds import funding, ledger
from campaigns.funds.fund import Fund
from campaigns.funds.funding import FundTerms
from campaigns.funds.ledger import Line
from campaigns.opening import CampaignTerms
from core import clock
from core.db import db
from core.money import Money
from staff import issuing
from staff.access import Actor
from tests.clearing import clear
from tests.conftest import Cast

#: Invented for these tests; nobody is called so.
SEALED_NAME = "Zebulón Quetzalito Ñandúbal"
NEVER_PUBLISH = "Zebedeo Quetzalito\nVilla Trapisonda\nTalleres Zurzir"


@dataclass
class Work:
    """The cast's organisations at work: alice acts for Refugio, charlie for Llano."""

    alice: Actor
    charlie: Actor
    client: Client
    campaign: Campaign
    fund: Fund
    drive: Drive

    def publish_campaign(self) -> None:
        """Cleared by counsel and client before."""
        clear(self.alice, self.campaign)
        opening.publish_campaign(self.alice, self.campaign.id)

    def publish_drive(self, drive: Drive) -> None:
        clear(self.alice, drive)
        launching.publish_drive(self.alice, drive.id)

    def publish(self) -> None:
        self.publish_campaign()
        self.publish_drive(self.drive)


def drive_terms(**changes: object) -> DriveTerms:
    """A drive that could be published as it is."""
    terms = {
        "title": "Bring Carlos home",
        "summary": "A bond, and a lawyer for the hearing.",
        "story": "Carlos has waited for months. His children wait with him.",
        "closes_at": clock.now() + timedelta(days=10),
        "deductibility": "deductible",
        "goals": (
            GoalTerms(metric=AMOUNT, target=10_000_000),
            GoalTerms(metric=NEW_MONTHLY_DONORS, target=130),
        ),
    }
    return DriveTerms(**(terms | changes))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def work(session: Session, cast: Cast) -> Work:
    alice = cast.actor("alice")
    client = registering.register_client(alice, PersonaTerms(display_name="Carlos", pronoun="he"))
    identity.seal_identity(alice, client.id, full_name=SEALED_NAME, never_publish=NEVER_PUBLISH)
    terms = CampaignTerms(
        title="Carlos belongs with his children",
        story="Carlos is a father of two.",
        client_id=client.id,
    )
    campaign = opening.open_campaign(alice, terms)
    fund = funding.open_fund(
        alice,
        FundTerms(
            name="Carlos's bond and defence",
            purpose="Bond, filing fees and interpreters.",
            surplus_clause="What is left goes to the next bond.",
            campaign_id=campaign.id,
        ),
    )
    drive = drafting.draft_drive(alice, campaign_id=campaign.id, fund_id=fund.id, terms=drive_terms())
    session.commit()
    return Work(
        alice=alice, charlie=cast.actor("charlie"), client=client, campaign=campaign, fund=fund, drive=drive
    )


@pytest.fixture
def posted_fund(session: Session, work: Work) -> Fund:
    """The fund after one gift of $50."""
    fifty = Money(5000, "USD")
    ledger.post(
        kind="gift_settled",
        source="gift_1",
        fund_id=work.fund.id,
        lines=[Line(ledger.STRIPE, fifty), Line(ledger.GIFTS, -fifty, work.drive.id)],
        occurred_at=clock.now(),
    )
    session.commit()
    return work.fund


class Api:
    """The API as software with this token speaks to it; every answer's status is checked."""

    def __init__(self, client: FlaskClient, secret: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, *, expect: int = 200) -> Any:
        return self.send("GET", path, expect)

    def post(self, path: str, body: Any, *, expect: int = 200) -> Any:
        return self.send("POST", path, expect, json=body)

    def patch(self, path: str, body: Any, *, expect: int = 200) -> Any:
        return self.send("PATCH", path, expect, json=body)

    def delete(self, path: str, *, expect: int = 200) -> Any:
        return self.send("DELETE", path, expect)

    def send(self, method: str, path: str, expect: int, **body: Any) -> Any:
        answer = self._client.open(f"/api/v1{path}", method=method, headers=self.headers, **body)
        assert answer.status_code == expect, answer.text
        if expect >= 400:
            assert answer.mimetype == "application/problem+json"
        return answer.json if answer.data else None


@pytest.fixture
def api(client: FlaskClient, cast: Cast) -> Api:
    """Refugio's software, with every scope there is."""
    return _api(client, cast.actor("alice"))


@pytest.fixture
def llano(client: FlaskClient, cast: Cast) -> Api:
    """Llano's software, with every scope there is."""
    return _api(client, cast.actor("charlie"))


def _api(client: FlaskClient, actor: Actor) -> Api:
    secret = issuing.issue(actor, name="Everything", scopes=sorted(issuing.SCOPES))[1]
    db.session.commit()
    return Api(client, secret)
