"""Raised, donors, new monthly donors, and what the law work took: the one read model of public figures.

Page, JSON, API, staff pages and exports all read `Progress`. Raised is what settled gifts in the window
brought, instalments included, less refunds; without fee cover and without anything in kind.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT, DONORS, MONTHLY_VALUE, PRO_BONO_HOURS, SIGNATURES, Goal
from campaigns.matching.match_fund import MatchFund
from campaigns.petitions.signature import count_signatures
from core import clock
from core.db import db
from core.money import Money
from donors.figures.counted_promise import monthly_value
from donors.figures.goal_progress import GoalProgress
from donors.figures.goal_step import read_reached
from donors.figures.statement import statement
from donors.matching import figures as matches
from legal.bonds.bond_figures import BondFigures
from legal.pledges.certified import certified_tenths
from legal.pledges.hours_pledge import pledged_hours


@dataclass(frozen=True)
class Tiles:
    """What stands apart and is never summed: cash, spent cash, bonds, hours and their estimated value."""

    cash_received: Money
    cash_spent: Money
    #: None on public surfaces where the client has not agreed that it is told.
    bond_held: Money | None
    hours_tenths: int
    in_kind: Money
    trust_held: Money
    #: What became of the campaign's bonds; None where none was posted.
    bonds: BondFigures | None = None
    #: Services that others than lawyers gave; zero or None where none was accepted.
    services: Money | None = None


@dataclass(frozen=True)
class Progress:
    drive: Drive
    raised: Money
    gifts: int
    donors: int
    new_monthly_donors: int
    goals: list[GoalProgress]
    tiles: Tiles
    as_of: datetime
    #: What employers added to gifts that count; paid, and never part of what was raised.
    employers: Money
    #: What sponsors promise to add; no part of what is raised.
    match_funds: list[MatchFund] = field(default_factory=list)

    @property
    def matched(self) -> Money:
        """What sponsors add to gifts that are paid."""
        return matches.matched(self.match_funds, self.raised.currency)

    def as_json(self) -> dict[str, Any]:
        """The public JSON of a drive's figures; amounts in minor units."""
        tiles = self.tiles
        return {
            "as_of": self.as_of.isoformat(),
            "currency": self.raised.currency,
            "raised_minor": self.raised.minor,
            "employer_match_minor": self.employers.minor,
            "gifts": self.gifts,
            "donors": self.donors,
            "matched_minor": self.matched.minor,
            "match_funds": matches.as_json(self.match_funds, self.as_of),
            "goals": [g.as_json() for g in self.goals],
            "legal": {
                "hours": tiles.hours_tenths / 10,
                "in_kind_minor": tiles.in_kind.minor,
                "cash_received_minor": tiles.cash_received.minor,
                "cash_spent_minor": tiles.cash_spent.minor,
                "bond_held_minor": tiles.bond_held.minor if tiles.bond_held is not None else None,
                "trust_held_minor": tiles.trust_held.minor,
                "in_kind_services_minor": tiles.services.minor if tiles.services else 0,
                **_bonds_as_json(tiles.bonds),
            },
        }


def without_bonds(figures: Progress) -> Progress:
    """The same without a bond's amount, for public surfaces of a campaign that may not tell it."""
    return replace(figures, tiles=replace(figures.tiles, bond_held=None, bonds=None))


def _bonds_as_json(bonds: BondFigures | None) -> dict[str, Any]:
    if bonds is None:
        return {}
    return {
        "bond_posted_minor": bonds.posted.minor,
        "bond_returned_minor": bonds.returned.minor,
        "bond_forfeited_minor": bonds.forfeited.minor,
        "bond_times_recycled": str(bonds.times_recycled) if bonds.times_recycled is not None else None,
    }


def assemble(rows: Sequence[Any], as_of: datetime) -> Progress:
    """One drive's rows of `statement`, a goal each, as its progress."""
    row = rows[0]
    drive: Drive = row.Drive
    raised = Money(-int(row.raised), drive.currency)
    goals = sorted(
        (each.Goal for each in rows if each.Goal is not None), key=lambda g: (g.position, g.metric)
    )
    return Progress(
        drive=drive,
        raised=raised,
        gifts=row.gifts,
        donors=row.donors,
        new_monthly_donors=row.new_monthly_donors,
        goals=[_goal(goal, drive, row) for goal in goals],
        tiles=_tiles(row, drive.currency),
        as_of=as_of,
        match_funds=matches.read_matches(row.matches),
        employers=Money(-int(row.employers), drive.currency),
    )


def _goal(goal: Goal, drive: Drive, row: Any) -> GoalProgress:
    asks_for_hours = goal.metric == PRO_BONO_HOURS
    return GoalProgress(
        metric=goal.metric,
        target=goal.target,
        actual=_actual(goal.metric, drive, row),
        currency=drive.currency,
        lookback_months=goal.lookback_months,
        pledged=pledged_hours(drive.id) if asks_for_hours else 0,
        frozen=_frozen_figure(row.frozen, goal.metric),
        steps=tuple(goal.steps),
        reached=tuple(
            (target, day) for metric, target, day in read_reached(row.reached) if metric == goal.metric
        ),
    )


def _frozen_figure(content: str | None, metric: str) -> int | None:
    goals = json.loads(content)["goals"] if content else []
    return next((goal["actual"] for goal in goals if goal["metric"] == metric), None)


def _actual(metric: str, drive: Drive, row: Any) -> int:
    """The one place where each metric is counted. What is no kept total is read for the drives that ask for it
    alone; hours count in whole ones."""
    if metric == AMOUNT:
        return -int(row.raised)
    if metric == DONORS:
        return int(row.donors)
    if metric == MONTHLY_VALUE:
        return monthly_value(drive.id)
    if metric == SIGNATURES:
        return count_signatures(drive.id)
    if metric == PRO_BONO_HOURS:
        return certified_tenths(drive) // 10
    return int(row.new_monthly_donors)


def _tiles(row: Any, currency: str) -> Tiles:
    return Tiles(
        cash_received=Money(-int(row.received), currency),
        cash_spent=Money(int(row.spent), currency),
        bond_held=Money(int(row.bond), currency),
        hours_tenths=row.hours_tenths,
        in_kind=Money(row.in_kind_minor, row.in_kind_currency or currency),
        trust_held=Money(int(row.trust), currency),
        bonds=_bonds(row, currency),
        services=Money(int(row.services), currency),
    )


def _bonds(row: Any, currency: str) -> BondFigures | None:
    held, returned, forfeited = int(row.bond), int(row.returned), int(row.forfeited)
    if not held + returned + forfeited:
        return None
    return BondFigures(
        posted=Money(held + returned + forfeited, currency),
        held=Money(held, currency),
        returned=Money(returned, currency),
        forfeited=Money(forfeited, currency),
        capital=Money(-int(row.received), currency),
    )


def read(drive_id: str) -> Progress | None:
    """The figures of one drive now."""
    found = read_many(Drive.id == drive_id)
    return found[0] if found else None


def read_many(*where: ColumnElement[bool], limit: int = 200) -> list[Progress]:
    """The figures of the drives that match, newest first; bounded."""
    chosen = select(Drive.id).where(*where).order_by(Drive.opens_at.desc(), Drive.id).limit(limit)
    as_of = clock.now()
    by_drive: dict[str, list[Any]] = {}
    query = statement().where(Drive.id.in_(chosen)).order_by(Drive.opens_at.desc(), Drive.id)
    for row in db.session.execute(query):
        by_drive.setdefault(row.Drive.id, []).append(row)
    return [assemble(rows, as_of) for rows in by_drive.values()]
