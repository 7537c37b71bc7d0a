"""What a stage of a budget may be: its terms, and the rules they keep before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.drives.drive import Drive
from core.db import db
from core.errors import Invalid
from core.money import Money
from legal import utbms
from legal.budget.stage import LARGEST_ESTIMATE_MINOR, LONGEST_NAME, BudgetStage, StagePhase


@dataclass(frozen=True, kw_only=True)
class StageTerms:
    """What a stage is. `phases` are UTBMS phases or counseling codes, in any case."""

    name: str
    estimate: Money
    is_bond: bool = False
    expected_on: date | None = None
    phases: Sequence[str] = ()


def phase_codes() -> list[utbms.Code]:
    """What hours can be told by: the litigation phases, then the counseling codes."""
    return [*utbms.codes("phase"), *utbms.codes("counseling")]


def check(drive: Drive, others: Sequence[BudgetStage], wanted: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    planned = [each for each in others if each.is_planned]
    if "name" in wanted:
        name = wanted["name"]
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            wrong["name"] = [_("Write a name of 1 to %(most)s characters, on one line.", most=LONGEST_NAME)]
        elif name.casefold() in {each.name.casefold() for each in planned}:
            wrong["name"] = [_("Another stage has this name.")]
    estimate = wanted.get("estimate")
    if estimate is not None and estimate.currency != drive.currency:
        wrong["estimate"] = [_("This drive is kept in %(currency)s.", currency=drive.currency)]
    elif estimate is not None and not 0 < estimate.minor <= LARGEST_ESTIMATE_MINOR:
        wrong["estimate"] = [_("Enter an amount above zero and within reason.")]
    if wanted.get("is_bond") and any(each.is_bond for each in planned):
        wrong["is_bond"] = [_("The budget has a stage for the bond already. Raise its estimate.")]
    if wrong:
        raise Invalid(wrong)


def known_phases(typed: Sequence[str]) -> list[str]:
    known = {each.code for each in phase_codes()}
    wanted = sorted({each.strip().upper() for each in typed})
    if not set(wanted) <= known:
        raise Invalid({"phases": [_("Choose phases of the list.")]})
    return wanted


def check_phases(drive: Drive, phases: Sequence[str], stage: BudgetStage | None) -> None:
    query = select(StagePhase.phase).where(StagePhase.drive_id == drive.id, StagePhase.phase.in_(phases))
    if stage is not None:
        query = query.where(StagePhase.stage_id != stage.id)
    taken = sorted(db.session.scalars(query))
    if taken:
        message = _("Hours of %(phases)s belong to another stage already.", phases=", ".join(taken))
        raise Invalid({"phases": [message]})
