"""Which donors may be one person: the same address but for dots and tags, or one name at two addresses alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.db import db
from donors.merging.merge import TwoPeople
from donors.people import sameness
from donors.people.donor import Donor
from staff.access import Actor

SAME_ADDRESS, SAME_NAME = "same_address", "same_name"
#: So many groups of donors with one key are looked at for one list, and so many donors of a group.
MOST_GROUPS, MOST_IN_GROUP = 200, 20


@dataclass(frozen=True)
class Suggestion:
    """Two donors and why they may be one; the one who was seen first comes first."""

    first: Donor
    second: Donor
    why: str


def suggestions(actor: Actor) -> list[Suggestion]:
    """Pairs that nobody has said to be two people, those of one address first. Raises NotFound."""
    actor.require("gifts.view")
    found: dict[tuple[str, str], Suggestion] = {}
    for why, column in ((SAME_ADDRESS, Donor.address_key), (SAME_NAME, Donor.name_key)):
        for one, other in _pairs(_members(actor, column), column.key):
            if why == SAME_ADDRESS or sameness.are_alike(one.address_key, other.address_key):
                found.setdefault((one.id, other.id), Suggestion(one, other, why))
    two = _two_people(each for pair in found for each in pair)
    return [each for pair, each in found.items() if _sorted(*pair) not in two]


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


def _members(actor: Actor, column: InstrumentedAttribute[str]) -> Iterable[Donor]:
    """Donors who share their key with another, one group after the other."""
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
        .order_by(same)
        .limit(MOST_GROUPS)
    )
    query = _living(actor).where(column.in_(shared)).order_by(column, Donor.first_seen_at, Donor.id)
    return db.session.scalars(query.limit(MOST_GROUPS * MOST_IN_GROUP))


def _pairs(donors: Iterable[Donor], key: str) -> Iterator[tuple[Donor, Donor]]:
    groups: dict[str, list[Donor]] = {}
    for each in donors:
        groups.setdefault(getattr(each, key), []).append(each)
    for group in groups.values():
        yield from combinations(group[:MOST_IN_GROUP], 2)


def _two_people(donor_ids: Iterable[str]) -> set[tuple[str, str]]:
    ids = set(donor_ids)
    query = select(TwoPeople.one_id, TwoPeople.other_id).where(
        and_(TwoPeople.one_id.in_(ids), TwoPeople.other_id.in_(ids))
    )
    return {(row[0], row[1]) for row in db.session.execute(query)}


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
