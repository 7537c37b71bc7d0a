"""Time entries for software: written, submitted, approved, returned, valued."""

from typing import Any

from marshmallow import Schema, fields

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import TimeEntriesIn, bp
from legal.hours.approving import approve_time, return_time
from legal.hours.revaluing import revalue
from legal.hours.time_entry import TimeEntry, TimeEntryApproval, TimeEntryReturn, get_entry
from legal.hours.timekeeping import discard_time, record_time, revise_time, submit_time
from legal.hours.timesheet import Filter, find_entries
from legal.rates.rate_matrix import DEFAULT_MATRIX
from legal.rates.valuation import Valuation
from legal.schemas.said import ApprovalOut, ReturnOut, TimeEntryOut, ValuationOut, WrittenTimeEntryOut
from legal.schemas.time import TimeEntryIn, WhyNotIn, WorkIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/time-entries")
@token_required("hours.view")
@bp.arguments(TimeEntriesIn, location="query")
@bp.response(200, piece_of(TimeEntryOut, "TimeEntries"))
def list_entries(query: dict[str, Any]) -> Page:
    """The organisation's own entries, those written last first."""
    wanted = Filter(state=query.pop("state", ""), matter_id=query.pop("matter_id", ""))
    found = find_entries(current_actor(), wanted)
    return page(found, (TimeEntry.written_at, TimeEntry.id), **query)


@bp.post("/time-entries")
@token_required("hours.enter")
@bp.arguments(TimeEntryIn)
@bp.response(201, WrittenTimeEntryOut)
def create_entry(body: dict[str, Any]) -> TimeEntry:
    """Write a draft. `warnings` speaks up when the timekeeper's day is over 16 hours."""
    with transaction():
        return record_time(current_actor(), **body)


@bp.get("/time-entries/<entry_id>")
@token_required("hours.view")
@bp.response(200, TimeEntryOut)
def read_entry(entry_id: str) -> TimeEntry:
    """One entry of the organisation."""
    return get_entry(current_actor(), entry_id)


@bp.put("/time-entries/<entry_id>")
@token_required("hours.enter")
@bp.arguments(WorkIn)
@bp.response(200, WrittenTimeEntryOut)
def replace_entry(body: dict[str, Any], entry_id: str) -> TimeEntry:
    """Correct a draft or a returned entry. 409 `entry_locked` once it is submitted, `period_locked` once it is
    certified or its period is closed."""
    with transaction():
        return revise_time(current_actor(), entry_id, **body)


@bp.delete("/time-entries/<entry_id>")
@token_required("hours.enter")
@bp.response(204)
def delete_entry(entry_id: str) -> None:
    """Throw a draft away. 409 `entry_locked` for anything else, `period_locked` for certified hours."""
    with transaction():
        discard_time(current_actor(), entry_id)


@bp.post("/time-entries/<entry_id>/submissions")
@token_required("hours.enter")
@bp.response(201, TimeEntryOut)
def create_submission(entry_id: str) -> TimeEntry:
    """Hand the entry to whoever approves."""
    with transaction():
        return submit_time(current_actor(), [entry_id])[0]


@bp.post("/time-entries/<entry_id>/approvals")
@token_required("hours.approve")
@bp.response(201, ApprovalOut)
def create_approval(entry_id: str) -> TimeEntryApproval:
    """Approve and value a submitted entry. 403 for hours that whoever made the token wrote or worked."""
    with transaction():
        return approve_time(current_actor(), [entry_id])[0]


@bp.post("/time-entries/<entry_id>/returns")
@token_required("hours.approve")
@bp.arguments(WhyNotIn)
@bp.response(201, ReturnOut)
def create_return(body: dict[str, Any], entry_id: str) -> TimeEntryReturn:
    """Send a submitted entry back with a reason."""
    with transaction():
        return return_time(current_actor(), entry_id, **body)


class ValuationIn(Schema):
    matrix = fields.String(load_default=DEFAULT_MATRIX)


@bp.post("/time-entries/<entry_id>/valuations")
@token_required("hours.approve")
@bp.arguments(ValuationIn)
@bp.response(201, ValuationOut)
def create_valuation(body: dict[str, Any], entry_id: str) -> Valuation:
    """Value an approved entry again. 409 `rate_year_missing`, `not_approved`."""
    with transaction():
        return revalue(current_actor(), entry_id, matrix_id=body["matrix"])
