"""Which donors may be one person: the same address but for dots and tags, or one name at two addresses alike.

The whole list is found by one statement for each key and one for what people decided: addresses can be compared here
alone, and a page of it, its count and a search need all of it. Donors themselves are read for a page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.db import db
from donors.merging.merge import TwoPeople
from donors.people import sameness
from donors.people.donor import Donor
from staff.access import Actor

SAME_ADDRESS, SAME_NAME = "same_address", "same_name"
#: So many donors of one key are compared with each other, the ones seen first: a bound to what a common name costs.
MOST_IN_GROUP = 40
#: More pairs than anybody looks through: the rest show as these are decided, and a search finds them before.
MOST_PAIRS = 5_000


@dataclass(frozen=True)
class Suggestion:
    """Two donors and why they may be one; the one who was seen first comes first."""

    first: Donor
    second: Donor
    why: str


@dataclass(frozen=True)
class Pair:
    """The same by their ids, the smaller one first as `TwoPeople` keeps them; `first_id` was seen first."""

    first_id: str
    second_id: str
    why: str

    @property
    def one_id(self) -> str:
        return min(self.first_id, self.second_id)

    @property
    def other_id(self) -> str:
        return max(self.first_id, self.second_id)


class _Member(NamedTuple):
    """Of a donor what is compared and searched."""

    id: str
    key: str
    address_key: str
    name: str
    email: str | None
    first_seen_at: datetime

    def fits(self, typed: str) -> bool:
        return typed in self.name.casefold() or typed in (self.email or "")


def find_pairs(actor: Actor, typed: str = "") -> list[Pair]:
    """Pairs that nobody has said to be two people, those of one address first, `MOST_PAIRS` at most; with `typed` those
    of which a name or address holds it. Raises NotFound."""
    actor.require("gifts.view")
    typed = typed.strip().casefold()
    decided = _decided(actor)
    found: dict[tuple[str, str], Pair] = {}
    for why, column in ((SAME_ADDRESS, Donor.address_key), (SAME_NAME, Donor.name_key)):
        for one, other in _alike(_members(actor, column), why, typed):
            pair = Pair(one.id, other.id, why)
            names = (pair.one_id, pair.other_id)
            if names not in decided:
                found.setdefault(names, pair)
            if len(found) >= MOST_PAIRS:
                return list(found.values())
    return list(found.values())


def filled_in(pairs: Sequence[Pair]) -> list[Suggestion]:
    """The pairs of a page with their donors."""
    wanted = {each for pair in pairs for each in (pair.first_id, pair.second_id)}
    people = {each.id: each for each in db.session.scalars(select(Donor).where(Donor.id.in_(wanted)))}
    return [Suggestion(people[pair.first_id], people[pair.second_id], pair.why) for pair in pairs]


def suggestions_for(actor: Actor, donor: Donor) -> list[Suggestion]:
    """The same for one donor."""
    same: list[ColumnElement[bool]] = []
    if donor.address_key:
        same.append(Donor.address_key == donor.address_key)
    if donor.name_key:
        same.append(Donor.name_key == donor.name_key)
    if not same:
        return []
    query = _living(actor).where(or_(*same), Donor.id != donor.id).order_by(Donor.first_seen_at, Donor.id)
    others = [
        each
        for each in db.session.scalars(query.limit(MOST_IN_GROUP))
        if sameness.are_alike(each.address_key, donor.address_key)
    ]
    two = _two_people([donor.id, *(each.id for each in others)])
    return [
        Suggestion(donor, each, SAME_ADDRESS if each.address_key == donor.address_key else SAME_NAME)
        for each in others
        if _sorted(donor.id, each.id) not in two
    ]


def _living(actor: Actor) -> Select[Donor]:
    return select(Donor).where(
        Donor.organisation_id == actor.organisation_id,
        Donor.merged_into_id.is_(None),
        Donor.erased_at.is_(None),
    )


def _members(actor: Actor, column: InstrumentedAttribute[str]) -> Iterable[_Member]:
    """Donors who share their key with another, one group after the other, within it the ones seen first first."""
    other = aliased(Donor)
    same = getattr(other, column.key)
    shared = (
        select(same)
        .where(
            other.organisation_id == actor.organisation_id,
            other.merged_into_id.is_(None),
            other.erased_at.is_(None),
            same != "",
        )
        .group_by(same)
        .having(func.count() > 1)
    )
    columns = (Donor.id, column, Donor.address_key, Donor.name, Donor.email, Donor.first_seen_at)
    query = _living(actor).where(column.in_(shared)).order_by(column, Donor.first_seen_at, Donor.id)
    return (_Member(*row) for row in db.session.execute(query.with_only_columns(*columns)))


def _alike(members: Iterable[_Member], why: str, typed: str) -> Iterator[tuple[_Member, _Member]]:
    for _key, group in groupby(members, key=lambda each: each.key):
        for one, other in combinations(list(group)[:MOST_IN_GROUP], 2):
            if typed and not (one.fits(typed) or other.fits(typed)):
                continue
            if why == SAME_ADDRESS or sameness.are_alike(one.address_key, other.address_key):
                yield one, other


def _decided(actor: Actor) -> set[tuple[str, str]]:
    """All pairs of the organisation that somebody said to be two people."""
    query = select(TwoPeople.one_id, TwoPeople.other_id).join(Donor, Donor.id == TwoPeople.one_id)
    found = db.session.execute(query.where(Donor.organisation_id == actor.organisation_id))
    return {(row[0], row[1]) for row in found}


def _two_people(donor_ids: Iterable[str]) -> set[tuple[str, str]]:
    ids = set(donor_ids)
    query = select(TwoPeople.one_id, TwoPeople.other_id).where(
        and_(TwoPeople.one_id.in_(ids), TwoPeople.other_id.in_(ids))
    )
    return {(row[0], row[1]) for row in db.session.execute(query)}


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
