"""Certifying periods, reopening them, and correcting what is certified, for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.hours.certification import PeriodLock, lock_for_reopening, locks_of
from legal.hours.certifying import Outcome, Period, certify_period
from legal.hours.closing import reopen_period
from legal.hours.correcting import correct_time
from legal.hours.time_entry import TimeEntry
from legal.matters.matter import get_matter
from legal.schemas.said import CertificationOut, PeriodLockOut, TimeEntryOut
from legal.schemas.time import CorrectionIn, PeriodIn, WhyNotIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.post("/matters/<matter_id>/certifications")
@token_required("hours.approve")
@bp.arguments(PeriodIn)
@bp.response(201, CertificationOut)
def create_certification(body: dict[str, Any], matter_id: str) -> Outcome:
    """Approve every submitted entry of the period that is not one's own, and close the period when nothing in
    it stays open. 409 `period_locked` when it is closed already, `nothing_to_certify`."""
    with transaction():
        return certify_period(current_actor(), Period(matter_id=matter_id, **body))


@bp.get("/matters/<matter_id>/period-locks")
@token_required("hours.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PeriodLockOut, "PeriodLocks"))
def list_period_locks(query: dict[str, Any], matter_id: str) -> Page:
    """The organisation's closed periods on a matter, the latest first."""
    actor = current_actor()
    found = locks_of(actor).where(PeriodLock.matter_id == get_matter(actor, matter_id).id)
    return page(found, (PeriodLock.locked_at, PeriodLock.id), **query)


@bp.post("/period-locks/<period_lock_id>/reopenings")
@token_required("hours.approve")
@bp.arguments(WhyNotIn)
@bp.response(201, PeriodLockOut)
def create_reopening(body: dict[str, Any], period_lock_id: str) -> PeriodLock:
    """Take new entries into a closed period again. What is certified stays certified."""
    with transaction():
        actor = current_actor()
        return reopen_period(actor, lock_for_reopening(actor, period_lock_id), **body)


@bp.post("/time-entries/<entry_id>/corrections")
@token_required("hours.enter")
@bp.arguments(CorrectionIn)
@bp.response(201, TimeEntryOut(many=True))
def create_correction(body: dict[str, Any], entry_id: str) -> list[TimeEntry]:
    """Take a certified entry back and say what it should have been: the pair waits for approval. 409
    `not_approved`, `taken_back`."""
    with transaction():
        return correct_time(current_actor(), entry_id, **body)
