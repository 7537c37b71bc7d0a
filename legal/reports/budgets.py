"""The cost budgets of a campaign's public drives as a report keeps them: figures of each stage, no words.

Names of stages and titles of drives are read when the report is, since words must be able to go. The figures are those
that the drive's page tells once the report is published, its own hours included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from core.db import db
from core.money import Money
from legal.budget.figures import StageFigures, fill, without_bond_amounts
from legal.budget.stage import StagePhase
from legal.budget.statement import read_stages
from legal.reports.report import TransparencyReport

_COSTS = ("invoiced", "approved", "paid")
_BOND = ("posted", "held")


def budgets_of(
    campaign: Campaign, content: Mapping[str, Any], replaces: TransparencyReport | None
) -> list[dict[str, Any]]:
    """The budgets as `content` keeps them, whose hours are written already. Amounts in minor units, None where they
    may not be told."""
    drives = select(Drive).where(Drive.campaign_id == campaign.id, Drive.is_shown())
    told = []
    for drive in db.session.scalars(drives.order_by(Drive.published_at, Drive.id)):
        stages = _with_hours(drive, read_stages(drive.id, tells_bonds=campaign.tells_bond_amount), content)
        if replaces is not None and replaces.may_be_told(campaign):
            stages = _with_hours(drive, stages, replaces.figures, sign=-1)
        if stages:
            told.append(
                _content(drive, stages if campaign.tells_bond_amount else without_bond_amounts(stages))
            )
    return told


def _with_hours(
    drive: Drive, stages: Sequence[StageFigures], content: Mapping[str, Any], *, sign: int = 1
) -> list[StageFigures]:
    """The stages with the hours of a report added (or, with `sign` -1, taken away) by their phases."""
    phases = select(StagePhase.phase, StagePhase.stage_id).where(StagePhase.drive_id == drive.id)
    stage_of = {row.phase: row.stage_id for row in db.session.execute(phases)}
    is_same = content["currency"] == drive.currency
    added = {each.id: (0, 0) for each in stages}
    for line in content["hours"]["by_phase"]:
        stage_id = stage_of.get(line["phase"])
        if stage_id in added:
            tenths, minor = added[stage_id]
            added[stage_id] = (tenths + line["tenths"], minor + (line["value_minor"] if is_same else 0))
    return [
        replace(
            each,
            hours_tenths=each.hours_tenths + sign * added[each.id][0],
            in_kind=Money(each.in_kind.minor + sign * added[each.id][1], drive.currency),
        )
        for each in stages
    ]


def _content(drive: Drive, stages: Sequence[StageFigures]) -> dict[str, Any]:
    budget = fill(stages, Money.zero(drive.currency))
    costs = budget.costs
    return {
        "drive_id": drive.id,
        "currency": drive.currency,
        "stages": [_stage(each) for each in budget.stages],
        "costs": {f"{name}_minor": getattr(costs, name).minor for name in ("estimate", *_COSTS)},
    }


def _stage(stage: StageFigures) -> dict[str, Any]:
    """Costs are None of a bond, and its amounts of costs. `is_counted_elsewhere`: another drive on the same fund
    tells the bonds."""
    costs, bond = (None, stage) if stage.is_bond else (stage, None)
    return {
        "id": stage.id,
        "is_bond": stage.is_bond,
        "dropped_on": stage.dropped_on.isoformat() if stage.dropped_on else None,
        "estimate_minor": _minor(stage, "estimate"),
        **{f"{name}_minor": _minor(costs, name) for name in _COSTS},
        **{f"{name}_minor": _minor(bond, name) for name in _BOND},
        "is_counted_elsewhere": stage.told_with is not None,
        "tenths": stage.hours_tenths,
        "value_minor": stage.in_kind.minor,
    }


def _minor(stage: StageFigures | None, name: str) -> int | None:
    amount = getattr(stage, name) if stage is not None else None
    return amount.minor if amount is not None else None


def tells_a_bond(budgets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the amount of a bond, planned or posted, is in them."""
    stages = [stage for budget in budgets for stage in budget["stages"] if stage["is_bond"]]
    return any(stage[f"{name}_minor"] for stage in stages for name in ("estimate", *_BOND))
