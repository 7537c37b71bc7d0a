"""Three organisations with every role each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from sqlalchemy import inspect, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from campaigns.campaign import Campaign
from core.db import db, transaction
from legal.matters.matter import Matter
from staff.account import User
from staff.member import ROLES, Member
from staff.organisation import Organisation
from tests.safety.conftest import MODELS, MOST_IDS, Town, look
from tests.safety.test_nobody_is_named import values_for
from tests.safety.walls.matrix import ORGANISATIONS

#: Columns of words that somebody wrote, and a length below which they are common words.
WORDS = {"email", "title", "narrative", "description", "purpose", "url"}
SHORTEST = 8


@dataclass(frozen=True)
class Person:
    organisation: str
    role: str
    browser: Any
    bearer: dict[str, str]

    def ask(self, path: str) -> TestResponse:
        return self.browser.get(path, headers=self.bearer if path.startswith("/api/") else {})


@pytest.fixture
def staffed(town: Town) -> Town:
    with transaction():
        for slug, role in product(ORGANISATIONS, ROLES):
            organisation = db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
            account = User(email=f"{slug}-{role}@walls.example", active=True, fs_uniquifier=f"{slug}-{role}")
            db.session.add(account)
            db.session.flush()
            db.session.add(Member(organisation_id=organisation.id, account_id=account.id, role=role))
    return town


def person(town: Town, organisation: str, role: str) -> Person:
    key = f"{organisation}-{role}"
    return Person(organisation, role, town.browser_of(key), town.bearer_of(key))


def addresses_of(town: Town, rule: Rule) -> Iterator[str]:
    """The route with every combination of up to MOST_IDS ids of each organisation."""
    names = sorted(rule.arguments)
    for chosen in product(*(_choices(town, rule.rule, name) for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)))
        assert built is not None
        yield built[1]


def _choices(town: Town, rule: str, argument: str) -> list[str]:
    if not argument.endswith("_id"):
        return values_for(town, rule, argument)[:MOST_IDS]
    if argument not in MODELS or argument == "session_id":
        return []
    model: Any = MODELS[argument]
    key = inspect(model).primary_key[0]
    if "organisation_id" not in model.__table__.c:
        return town.ids_of(argument)[:MOST_IDS]
    found: list[str] = []
    for organisation_id in look(select(Organisation.id)):
        query = (
            select(key)
            .where(model.__table__.c.organisation_id == organisation_id)
            .order_by(key)
            .limit(MOST_IDS)
        )
        found += [str(each) for each in look(query)]
    return found


def belongings(slug: str) -> set[str]:
    """The ids of all that belongs to an organisation or to a case it leads, and what is written there: addresses,
    titles, narratives."""
    (organisation_id,) = look(select(Organisation.id).where(Organisation.slug == slug))
    led = select(Campaign.id).where(Campaign.organisation_id == organisation_id)
    owners: dict[str, Any] = {
        "organisation_id": [organisation_id],
        "campaign_id": led,
        "matter_id": select(Matter.id).where(Matter.campaign_id.in_(led)),
    }
    found: set[str] = set()
    for model in set(MODELS.values()):
        table: Any = model.__table__
        if len(table.primary_key.columns) > 1:
            continue
        telling = [table.primary_key.columns[0], *(table.c[name] for name in WORDS & set(table.c.keys()))]
        for owner, column in product(owners.keys() & set(table.c.keys()), telling):
            own = look(select(column).where(table.c[owner].in_(owners[owner])))
            found |= {str(each) for each in own if len(str(each)) > SHORTEST}
    return found - {organisation_id}
