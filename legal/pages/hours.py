"""Hours: a grid to write them in like a paper timesheet, the week at its side, and the list below."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Invalid, Refusal
from core.forms import Form
from core.web import csv_out
from core.web.paging import numbered
from legal.hours.rounding import hours_text
from legal.hours.second_look import warnings_of
from legal.hours.time_entry import STATES, TimeEntry
from legal.hours.timekeeping import record_time, submit_time
from legal.hours.timesheet import DEFAULT_SORT, Filter, find_entries, find_last_written, week_of
from legal.matters.matter import list_matters
from legal.matters.timekeeper import find_own_timekeeper
from legal.pages.blueprint import bp, chosen_ids, refuse
from legal.schemas.time import TimeEntryIn
from staff.access import Actor, current_actor, requires
from staff.organisation import Organisation

BLANK_ROWS, MOST_ROWS = 5, 100
#: Alone in a field of a paper timesheet it means: as above.
DITTO = '"'
TYPED = ("duration", "task_code", "narrative")
MOST_EXPORTED = 100_000
EXPORTED = (
    *("worked_on", "timekeeper", "matter", "task", "activity"),
    *("minutes", "hours", "state", "narrative"),
)


@bp.get("/hours")
@requires("hours.view")
def hours() -> str:
    """The sheet. `?same=1` begins it with the matter, the codes and the words of the last entry."""
    actor = current_actor()
    rows = [_blank_row(actor) for _row in range(BLANK_ROWS)]
    last = find_last_written(actor) if request.args.get("same") else None
    if last is not None:
        rows[0] = Form(_row_schema(), initial={**rows[0].initial, **_as_typed(last)})
    return _page(rows)


def _as_typed(entry: TimeEntry) -> dict[str, str]:
    """What the next entry may have in common with this one."""
    return {
        "matter_id": entry.matter_id,
        "timekeeper_id": entry.timekeeper_id,
        "task_code": entry.task_code,
        "activity_code": entry.activity_code,
        "narrative": entry.narrative,
    }


@bp.post("/hours")
@requires("hours.enter")
def hours_submit() -> AnyResponse | tuple[str, int]:
    """Write every filled row as a draft, or none when one of them is wrong."""
    actor = current_actor()
    rows = list(_typed_rows())
    entries = _record(actor, rows) if rows and all(row.is_valid for row in rows) else []
    if not entries:
        blanks = [] if rows else [_blank_row(actor) for _row in range(BLANK_ROWS)]
        if not rows:
            flash(_("Nothing was written: no row says how long something took and what was done."), "bad")
        return _page([*rows, *blanks]), 422
    _flash_written(entries)
    return redirect(url_for("legal.hours"))


def _record(actor: Actor, rows: list[Form]) -> list[TimeEntry]:
    """The entries written, or nothing at all, with the refusal shown in its row."""
    entries: list[TimeEntry] = []
    row = rows[0]
    try:
        with transaction():
            for row in rows:
                entries.append(record_time(actor, **row.data))
    except Invalid as refusal:
        refuse(row, refusal, named={"minutes": "duration", "starts_minute": "starts_at"})
        return []
    return entries


def _flash_written(entries: list[TimeEntry]) -> None:
    flash(
        ngettext("One entry is written as a draft.", "%(num)d entries are written as drafts.", len(entries))
    )
    for warning in sorted({each for entry in entries for each in warnings_of(entry)}):
        flash(warning, "warn")


def _typed_rows() -> Iterator[Form]:
    """The rows that somebody typed into; a row of defaults alone is left aside."""
    schema = _row_schema()
    columns = {name: request.form.getlist(name) for name in schema.fields}
    above: dict[str, str] | None = None
    for number in range(min(max(map(len, columns.values())), MOST_ROWS)):
        typed = {name: values[number] for name, values in columns.items() if number < len(values)}
        if not any(typed.get(name, "").strip() for name in TYPED):
            continue
        if DITTO in {value.strip() for value in typed.values()}:
            above = above if above is not None else _last_as_typed()
            typed = {
                name: above.get(name, "") if each.strip() == DITTO else each for name, each in typed.items()
            }
        above = typed
        yield Form(_row_schema(), typed)


def _last_as_typed() -> dict[str, str]:
    last = find_last_written(current_actor())
    if last is None:
        return {}
    return {**_as_typed(last), "duration": f"{abs(last.minutes_raw)}min"}


def _row_schema() -> TimeEntryIn:
    return TimeEntryIn(exclude=("minutes",))


def _blank_row(actor: Actor) -> Form:
    own = find_own_timekeeper(actor)
    return Form(
        _row_schema(),
        initial={"worked_on": _today(actor), "timekeeper_id": own.id if own else None},
    )


def _today(actor: Actor) -> date:
    return clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)


def _page(rows: list[Form]) -> str:
    actor = current_actor()
    wanted, matters = _filter(), list_matters(actor)
    own = find_own_timekeeper(actor)
    return render_template(
        "legal/hours.html",
        rows=rows,
        blank=_blank_row(actor),
        wanted=wanted,
        matters=matters,
        matter_filters=[("", _("All matters")), *((each.id, each.title) for each in matters)],
        week=week_of(own, _week_shown(actor)) if own else None,
        states=STATES,
        pager=numbered(find_entries(actor, wanted)),
    )


def _week_shown(actor: Actor) -> date:
    try:
        return date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return _today(actor)


def _filter() -> Filter:
    return Filter(
        words=request.args.get("q", ""),
        state=request.args.get("state", ""),
        matter_id=request.args.get("matter", ""),
        sort=request.args.get("sort", DEFAULT_SORT),
    )


@bp.get("/hours.csv")
@requires("hours.view")
def hours_export() -> Response:
    """Exactly the list that is shown, all its pages."""
    found = db.session.scalars(find_entries(current_actor(), _filter()).limit(MOST_EXPORTED))
    return csv_out.download("hours.csv", EXPORTED, (_exported(entry) for entry in found))


def _exported(entry: TimeEntry) -> tuple[Any, ...]:
    return (
        entry.worked_on,
        entry.timekeeper.name,
        entry.matter.title,
        entry.task_code,
        entry.activity_code,
        entry.minutes_raw,
        hours_text(entry.units_tenths),
        entry.state,
        entry.narrative,
    )


@bp.post("/hours/submissions")
@requires("hours.enter")
def submissions_submit() -> AnyResponse:
    """Hand the ticked drafts to whoever approves."""
    ticked = chosen_ids("entry_id")
    if not ticked:
        flash(_("Tick the entries to submit first."), "warn")
        return redirect(url_for("legal.hours"))
    try:
        with transaction():
            entries = submit_time(current_actor(), ticked)
    except Refusal as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("legal.hours"))
    flash(
        ngettext("One entry waits for approval now.", "%(num)d entries wait for approval now.", len(entries))
    )
    return redirect(url_for("legal.hours"))
