"""One case: Refugio's campaign with Llano as partner, a matter both work on, and three timekeepers.

Dana is a second lawyer of Refugio, so that Bob's hours can be approved; Charlie is Llano's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from campaigns.campaign import Campaign
from campaigns.clients.client import Client
from campaigns.funds import ledger
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import Line
from campaigns.partner import Partner
from core import clock
from core.db import Model, db, transaction
from core.money import Money
from legal.hours.approving import approve_time
from legal.hours.time_entry import TimeEntry
from legal.hours.timekeeping import Work, record_time, submit_time
from legal.matters.engaging import MatterTerms, add_counsel, engage_timekeeper, open_matter
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from staff.access import ALL_PERMISSIONS, Actor, actor_for
from staff.account import User
from staff.api_token import ApiToken, actor_of, digest_of, find_live, new_secret
from staff.member import Member
from tests.conftest import Cast
from tests.statements import statements

M = TypeVar("M", bound=Model)


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@dataclass
class Case:
    cast: Cast
    dana: Member
    campaign: Campaign
    fund: Fund
    matter: Matter
    bobs: Timekeeper
    charlies: Timekeeper
    volunteer: Timekeeper

    def actor(self, name: str) -> Actor:
        return actor_for(self.dana) if name == "dana" else self.cast.actor(name)

    def bearer(self, name: str, *scopes: str) -> str:
        """A fresh token of this member, as its owner is shown it once."""
        maker = self.dana if name == "dana" else getattr(self.cast, name)
        secret = new_secret()
        with transaction() as session:
            session.add(
                ApiToken(
                    organisation_id=maker.organisation_id,
                    name="Timesheet",
                    ending=secret[-4:],
                    digest=digest_of(secret),
                    scopes=list(scopes or ALL_PERMISSIONS),
                    created_by_id=maker.id,
                )
            )
        return secret

    def token(self, name: str) -> Actor:
        token = find_live(self.bearer(name))
        assert token is not None
        return actor_of(token)

    def work(self, **changed: object) -> Work:
        plain: dict[str, object] = {
            "worked_on": date(2025, 7, 10),
            "minutes": 72,
            "task_code": "L210",
            "activity_code": "A103",
            "narrative": "Draft the petition",
        }
        return Work(**(plain | changed))  # pyright: ignore[reportArgumentType]

    def record(self, **changed: object) -> TimeEntry:
        """A draft of Bob's, written by Bob."""
        with transaction():
            return record_time(
                self.actor("bob"),
                matter_id=self.matter.id,
                timekeeper_id=self.bobs.id,
                work=self.work(**changed),
            )

    def submit(self, **changed: object) -> TimeEntry:
        entry = self.record(**changed)
        with transaction():
            submit_time(self.actor("bob"), [entry.id])
        return entry

    def approve(self, **changed: object) -> TimeEntry:
        entry = self.submit(**changed)
        with transaction():
            approve_time(self.actor("dana"), [entry.id])
        return entry

    def only(self, model: type[M]) -> M:
        """The one row there is."""
        return db.session.scalars(select(model)).one()

    def give(self, amount: Money) -> None:
        """Put cash into the fund, as a settled gift does."""
        with transaction():
            ledger.post(
                kind="gift_settled",
                source=f"gift_{next(_gifts)}",
                fund_id=self.fund.id,
                lines=[Line(ledger.STRIPE, amount), Line(ledger.GIFTS, -amount)],
                occurred_at=clock.now(),
            )


_gifts = count(1)


@pytest.fixture
def case(session: Session, cast: Cast) -> Case:
    dana = _second_lawyer(session, cast)
    campaign, fund = _campaign(session, cast)
    with transaction():
        matter = open_matter(
            cast.actor("bob"),
            campaign_id=campaign.id,
            terms=MatterTerms(title="Petition and bond", opened_on=date(2025, 5, 5)),
        )
        add_counsel(cast.actor("bob"), matter.id, organisation_id=cast.llano.id, part="co_counsel")
        bobs = engage_timekeeper(
            cast.actor("bob"), name="Bob", classification="STFATT", bar_year=2012, member_id=cast.bob.id
        )
        volunteer = engage_timekeeper(cast.actor("bob"), name="Volunteer", classification="PARALG")
        charlies = engage_timekeeper(
            cast.actor("charlie"), name="Charlie", classification="PARTNR", member_id=cast.charlie.id
        )
    return Case(
        cast=cast,
        dana=dana,
        campaign=campaign,
        fund=fund,
        matter=matter,
        bobs=bobs,
        charlies=charlies,
        volunteer=volunteer,
    )


def _second_lawyer(session: Session, cast: Cast) -> Member:
    account = User(email="dana@example.org", name="Dana", active=True, fs_uniquifier="dana-session")
    session.add(account)
    session.flush()
    dana = Member(organisation_id=cast.refugio.id, account_id=account.id, role="legal")
    session.add(dana)
    session.commit()
    return dana


def _campaign(session: Session, cast: Cast) -> tuple[Campaign, Fund]:
    client = Client(organisation_id=cast.refugio.id)
    session.add(client)
    session.flush()
    campaign = Campaign(
        organisation_id=cast.refugio.id, client_id=client.id, slug="carlos", title="Bring Carlos home"
    )
    session.add(campaign)
    session.flush()
    for organisation, part in ((cast.refugio, "lead"), (cast.llano, "partner")):
        session.add(
            Partner(
                campaign_id=campaign.id, organisation_id=organisation.id, part=part, accepted_at=clock.now()
            )
        )
    fund = Fund(
        organisation_id=cast.refugio.id,
        campaign_id=campaign.id,
        name="Carlos legal fund",
        purpose="Legal costs and bond",
        surplus_clause="To the next client",
        currency="USD",
    )
    session.add(fund)
    session.commit()
    return campaign, fund


def send(browser: FlaskClient, path: str, typed: Any = None) -> TestResponse:
    """Send a form as a browser does; repeated names come as pairs."""
    return browser.post(path, data=MultiDict(typed or {}))


@pytest.fixture
def count_statements(session: Session) -> Callable[[Callable[[], object]], int]:
    """How many SELECTs a call takes."""

    def count(call: Callable[[], object]) -> int:
        with statements() as asked:
            call()
        return len([each for each in asked if each.startswith("SELECT")])

    return count
