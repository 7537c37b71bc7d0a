"""Writing a drive's budget: stages, their order, their estimates, and the phases whose hours belong to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, delete, select

from campaigns import reading
from campaigns.disclosure import Standing, ask_again, screen_for_drive, stands
from campaigns.drives.drafting import get_own
from campaigns.drives.drive import Drive
from campaigns.editing import changes_of, check_version, told
from campaigns.names.naming import gather_names, names_of_drives
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.money import Money
from legal.budget.stage import MOST_STAGES, BudgetStage, StageEstimate, StagePhase, stages_of
from legal.budget.stage_terms import StageTerms, check, check_phases, known_phases
from staff import audit
from staff.access import Actor


def add_stage(actor: Actor, drive_id: str, terms: StageTerms, *, looked_at: bool = False) -> BudgetStage:
    """Add a stage at the end of the budget of one's own drive.

    Raises NotFound, Forbidden for a partner's drive, Invalid on name, estimate, is_bond or phases, Conflict
    `look_again` (public, and the name holds what the detectors ask about) and `too_many_stages`.
    """
    drive = get_own(actor, drive_id)
    present = stages_of(drive.id)
    if sum(each.is_planned for each in present) >= MOST_STAGES:
        raise Conflict("too_many_stages", _("A budget has %(most)s stages at most.", most=MOST_STAGES))
    name, phases = terms.name.strip(), known_phases(terms.phases)
    check(drive, present, {"name": name, "estimate": terms.estimate, "is_bond": terms.is_bond})
    check_phases(drive, phases, None)
    _screen(drive, name, looked_at=looked_at)
    stage = BudgetStage(
        drive_id=drive.id,
        position=max((each.position for each in present), default=0) + 1,
        name=name,
        is_bond=terms.is_bond,
        estimate_minor=terms.estimate.minor,
        currency=drive.currency,
        expected_on=terms.expected_on,
    )
    db.session.add(stage)
    db.session.flush()
    _note_estimate(actor, drive, stage)
    _set_phases(stage, phases)
    gather_names(actor, drive)
    after = {"name": name, "estimate_minor": stage.estimate_minor, "is_bond": stage.is_bond, "phases": phases}
    audit.record(actor, "budget.stage_added", drive.id, after={"stage": stage.id, **after})
    return stage


def edit_stage(
    actor: Actor,
    stage_id: str,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
    looked_at: bool = False,
) -> BudgetStage:
    """Change name, estimate, expected_on or phases. A new estimate of a public drive is told on its page.

    Of a dropped stage the name alone may change. Raises what `add_stage` does, Conflict `edited_meanwhile` and
    `dropped`.
    """
    stage, drive = _own_stage(actor, stage_id)
    check_version(stage, version)
    if changes.keys() - {"name"}:
        _refuse_dropped(stage)
    wanted = dict(changes)
    phases = known_phases(wanted.pop("phases")) if "phases" in wanted else None
    if "name" in wanted:
        wanted["name"] = wanted["name"].strip()
    others = [each for each in stages_of(drive.id) if each.id != stage.id]
    check(drive, others, wanted)
    if phases is not None:
        check_phases(drive, phases, stage)
    changed = changes_of(stage, wanted)
    if "name" in changed:
        _screen(drive, changed["name"], looked_at=looked_at)
    before = {name: getattr(stage, name) for name in changed}
    if phases is not None and phases != phases_of(stage.id):
        before["phases"], changed["phases"] = phases_of(stage.id), phases
    _write(actor, drive, stage, changed)
    if "name" in changed:
        gather_names(actor, drive)
    if changed:
        audit.record(
            actor,
            "budget.stage_edited",
            drive.id,
            before={"stage": stage.id, **told(_plain(before))},
            after={"stage": stage.id, **told(_plain(changed))},
        )
    return stage


def _write(actor: Actor, drive: Drive, stage: BudgetStage, changed: Mapping[str, Any]) -> None:
    if "estimate" in changed:
        if drive.published_at is not None:
            stage.estimate_before_minor, stage.estimate_changed_at = stage.estimate_minor, clock.now()
        stage.estimate_minor = changed["estimate"].minor
        _note_estimate(actor, drive, stage)
    if "phases" in changed:
        _set_phases(stage, changed["phases"])
    for name in ("name", "expected_on"):
        if name in changed:
            setattr(stage, name, changed[name])
    db.session.flush()


def order_stages(actor: Actor, drive_id: str, stage_ids: Sequence[str]) -> list[BudgetStage]:
    """Put the planned stages into this order, in which they are paid for. Raises Invalid on stage_ids unless it
    names each of them once."""
    drive = get_own(actor, drive_id)
    planned = {each.id: each for each in stages_of(drive.id) if each.dropped_on is None}
    if len(stage_ids) != len(planned) or set(stage_ids) != planned.keys():
        raise Invalid({"stage_ids": [_("Name each stage that is planned once.")]})
    before = list(planned)
    for position, stage_id in enumerate(stage_ids, start=1):
        planned[stage_id].position = position
    db.session.flush()
    audit.record(
        actor, "budget.ordered", drive.id, before={"stages": before}, after={"stages": list(stage_ids)}
    )
    return [planned[each] for each in stage_ids]


def move_stage(actor: Actor, stage_id: str, *, by: int) -> list[BudgetStage]:
    """Move a stage up (-1) or down (1) among those that are planned; at the end it stays where it is."""
    stage, drive = _own_stage(actor, stage_id)
    _refuse_dropped(stage)
    order = [each.id for each in stages_of(drive.id) if each.is_planned]
    at = order.index(stage.id)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    return order_stages(actor, drive.id, order)


def drop_stage(actor: Actor, stage_id: str) -> BudgetStage:
    """Take a stage out of the budget. One of a public drive stays on its page as not planned any more.

    Raises NotFound, Forbidden, Conflict `dropped`.
    """
    stage, drive = _own_stage(actor, stage_id)
    _refuse_dropped(stage)
    db.session.execute(delete(StagePhase).where(StagePhase.stage_id == stage.id))
    stage.dropped_on, stage.dropped_unseen = clock.today(drive.zone), drive.published_at is None
    db.session.flush()
    gather_names(actor, drive)
    audit.record(actor, "budget.stage_dropped", drive.id, before={"stage": stage.id, "name": stage.name})
    return stage


def phases_of(stage_id: str) -> list[str]:
    query = select(StagePhase.phase).where(StagePhase.stage_id == stage_id)
    return list(db.session.scalars(query.order_by(StagePhase.phase)))


def estimates_of(stage_id: str) -> list[StageEstimate]:
    """Every estimate that a stage had, the first one first."""
    query = select(StageEstimate).where(StageEstimate.stage_id == stage_id)
    return list(db.session.scalars(query.order_by(StageEstimate.set_at, StageEstimate.id)))


def read_stage(actor: Actor, stage_id: str) -> BudgetStage:
    """A stage of a drive that the actor sees. Raises NotFound."""
    drives = reading.drives_of(actor).with_only_columns(Drive.id)
    return reading.get(select(BudgetStage).where(BudgetStage.drive_id.in_(drives)), BudgetStage, stage_id)


def _own_stage(actor: Actor, stage_id: str) -> tuple[BudgetStage, Drive]:
    """The stage and its drive, locked. Raises NotFound, Forbidden for a partner's drive."""
    drive = get_own(actor, read_stage(actor, stage_id).drive_id)
    query = select(BudgetStage).where(BudgetStage.id == stage_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one(), drive


def _refuse_dropped(stage: BudgetStage) -> None:
    if not stage.is_planned:
        raise Conflict("dropped", _("This stage is not planned any more."))


def _set_phases(stage: BudgetStage, phases: Sequence[str]) -> None:
    db.session.execute(delete(StagePhase).where(StagePhase.stage_id == stage.id))
    rows = [StagePhase(drive_id=stage.drive_id, phase=each, stage_id=stage.id) for each in phases]
    db.session.add_all(rows)
    db.session.flush()


def _screen(drive: Drive, name: str, *, looked_at: bool) -> None:
    warnings = screen_for_drive(drive.id, {"name": name})
    if drive.published_at is not None:
        ask_again(warnings, looked_at=looked_at)


def _note_estimate(actor: Actor, drive: Drive, stage: BudgetStage) -> None:
    row = StageEstimate(
        stage_id=stage.id, was_public=drive.published_at is not None, set_by_id=actor.person_id
    )
    row.amount = stage.estimate
    db.session.add(row)
    db.session.flush()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Money) else value for name, value in values.items()}


@names_of_drives
def stage_names_of(drive_id: str) -> Iterable[str]:
    query = select(BudgetStage.name).where(BudgetStage.drive_id == drive_id, ~BudgetStage.dropped_unseen)
    return db.session.scalars(query.distinct())


@stands
def stages_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    query = (
        select(BudgetStage.drive_id, BudgetStage.name)
        .join(Drive, Drive.id == BudgetStage.drive_id)
        .where(Drive.campaign_id.in_(campaigns))
    )
    for drive_id, name in db.session.execute(query):
        yield "drive", drive_id, name
