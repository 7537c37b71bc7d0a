"""A populated installation: the demo's people and case, a few hours, donors who gave, costs, a bond, updates.

It takes seconds to fill, so it is filled once, with a database and a Stripe of its own; what a test writes there is
undone at the test's end, as everywhere.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, inspect, select, text

from campaigns.campaign import Campaign
from campaigns.partner import Partner
from core.db import Model, db, transaction
from core.settings import Settings
from demo import (
    bank,
    budget,
    cause,
    employers,
    offline,
    partners,
    people,
    reports,
    signers,
    sponsors,
    supporters,
    surplus,
)
from donors.close_outs.close_out import CloseOut
from donors.gifts import form_token
from donors.gifts.gift import Gift
from donors.webhooks_out import keeping
from sandbox.server import Box, start
from staff.access import ALL_PERMISSIONS
from staff.account import User
from staff.api_token import ApiToken, digest_of, new_secret
from staff.member import Member
from tests.conftest import an_app, settings_of
from tests.donors.conftest import Stripe
from tests.safety import stranger

HOURS_KEPT = 12
#: Of a kind and an organisation; `make torture` takes every one there is.
MOST_IDS = 1000 if os.environ.get("AMPARO_WALLS") else 2
T = TypeVar("T")


def look(query: Select[T]) -> list[T]:
    """What the query finds. The reading ends at once: a rollback would else take back what came after it."""
    found = list(db.session.scalars(query))
    db.session.commit()
    return found


@dataclass
class Town:
    """The installation as the crawlers see it."""

    app: Flask
    sign_in: Callable[[Member], FlaskClient]

    def browser_of(self, key: str) -> FlaskClient:
        """Somebody of the demo, `stranger` of another organisation, or `nobody`."""
        if key == "nobody":
            return self.app.test_client()
        return self.sign_in(self.member(key))

    def member(self, key: str) -> Member:
        named = User.email.startswith(f"{key}@")
        (found,) = look(select(Member).join(User, User.id == Member.account_id).where(named))
        return found

    def bearer_of(self, key: str) -> dict[str, str]:
        """The header of a token with every scope, made by that person."""
        maker = self.member(key)
        secret = new_secret()
        with transaction() as session:
            session.add(
                ApiToken(
                    organisation_id=maker.organisation_id,
                    name="Everything",
                    ending=secret[-4:],
                    digest=digest_of(secret),
                    scopes=sorted(ALL_PERMISSIONS),
                    created_by_id=maker.id,
                )
            )
        return {"Authorization": f"Bearer {secret}"}

    def ids_of(self, argument: str) -> list[str]:
        """A few ids for an argument of a route: `gift_id` is the primary key of `gift`."""
        if argument == "session_id":
            return []  # a sign-in belongs to one person, whichever organisation they work for
        if argument in PLAIN:
            return [PLAIN[argument]]
        model = MODELS[argument]
        key = inspect(model).primary_key[0]
        query = select(key).order_by(key).limit(2 * MOST_IDS)
        theirs: Any = self.member("stranger").organisation_id  # the stranger may look at what is its own
        table: Any = model.__table__
        if "organisation_id" in table.c:
            query = query.where(table.c.organisation_id != theirs)
        elif "campaign_id" in table.c:
            led = select(Campaign.id).where(Campaign.organisation_id == theirs)
            query = query.where(table.c.campaign_id.not_in(led))
        return [str(found) for found in look(query)]


def _models() -> dict[str, type[Model]]:
    found = {mapper.class_.__tablename__: mapper.class_ for mapper in Model.registry.mappers}
    short = {"event": "stripe_event", "group": "ledger_group", "entry": "time_entry"}
    short |= {"token": "api_token", "update": "campaign_update"}
    short |= {"report": "transparency_report", "note": "report_note"}
    short |= {"clause": "surplus_clause"}
    short |= {"block": "donor_block", "warning": "fraud_warning"}
    short |= {"page": "supporter_page", "merge": "donor_merge"}
    short |= {"batch": "gift_batch", "row": "batch_row", "line": "bank_line"}
    return {f"{name}_id": found[table] for name, table in {**{name: name for name in found}, **short}.items()}


#: One of a few words, or a number: not a thing that belongs to somebody.
PLAIN = {"kind": "amounts", "year": "2025"}
MODELS = _models()


def dump() -> dict[str, list[str]]:
    """Every row of every table as text, the vault's left out."""
    found = {
        table: [repr(tuple(row)) for row in db.session.execute(text(f"SELECT * FROM {table}"))]
        for table in inspect(db.session.connection()).get_table_names()
        if table != "client_identity"
    }
    db.session.commit()
    return found


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    with start() as running:
        yield running


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, database_kind: str, box: Box) -> Settings:
    return settings_of(tmp_path_factory.mktemp("town"), database_kind, box)


@pytest.fixture(scope="session")
def the_app(settings: Settings, box: Box) -> Iterator[Flask]:
    lines = cause.HOURS.read_text().splitlines(keepends=True)
    short = settings.data_dir / "hours.csv"
    short.write_text("".join(lines[:HOURS_KEPT]))
    with an_app(settings) as app:
        with pytest.MonkeyPatch.context() as patch, app.app_context():
            patch.setattr(cause, "HOURS", short)
            _fill(app, Stripe(box, app.test_client(), settings.stripe_webhook_secret))
        yield app


@pytest.fixture
def town(app: Flask, sign_in: Callable[[Member], FlaskClient]) -> Town:
    return Town(app, sign_in)


def _fill(app: Flask, till: Stripe) -> None:
    for step in (people.settle_in, cause.open_the_campaign, sponsors.promise, cause.record_hours):
        with transaction():
            step()
    with transaction():
        keeping.add(people.actor("elena"), url="https://refugio.example/hooks", kinds=["gift.paid"])
    _give(app, till)
    told = (cause.tell_updates, cause.tell_the_timeline, reports.publish_a_report)
    for step in (
        partners.agree,
        cause.pay_costs,
        budget.plan_the_costs,
        bank.leave_a_run_to_the_bank,
        signers.sign_the_petition,
        sponsors.pay_a_part,
        employers.ask_employers,
        supporters.start_pages,
        offline.receive_checks_and_promises,
        *told,
        surplus.move_money,
        _begin_a_close_out,
        stranger.settle,
    ):
        with transaction():
            step()


def _begin_a_close_out() -> None:
    """As if the drive had closed."""
    drive = cause.a_drive("legal-fund")
    about = {"organisation_id": drive.organisation_id, "drive_id": drive.id, "fund_id": drive.fund_id}
    db.session.add(CloseOut(**about, begun_by="system"))


def _give(app: Flask, till: Stripe) -> None:
    code = look(select(Partner.code).where(Partner.part == "partner"))[0]
    for drive, rhythm in (("legal-fund", "once"), ("130-before-midnight", "month")):
        for number in range(2):
            typed = {
                "form_token": form_token.new_token(),
                "amount_choice": "other",
                "amount_other": "10000",
                "rhythm": rhythm,
                "email": f"donor{number}@example.org",
                "name": "Ana Lopez",
                "message": "Come home soon.",
                **({"via": code, "consent_1": "true"} if number else {}),
            }
            sent = app.test_client().post(f"/d/{drive}/gifts", data=typed)
            assert sent.status_code == 303, sent.text
            (gift,) = look(select(Gift).where(Gift.checkout_url == sent.headers["Location"]))
            till.pay(gift)
    till.deliver_all()
    db.session.expire_all()
