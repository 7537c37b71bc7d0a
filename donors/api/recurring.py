"""Recurring gifts and their end, for software."""

from typing import Any

from core.db import db, transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors import reading
from donors.api.asked import CancellationIn, RecurringGiftsIn
from donors.api.blueprint import bp
from donors.api.said import CancellationOut, RecurringGiftOut
from donors.gifts import deciding
from donors.jobs import send_cancellation
from donors.reading import Wanted
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/recurring-gifts")
@token_required("gifts.view")
@bp.arguments(RecurringGiftsIn, location="query")
@bp.response(200, piece_of(RecurringGiftOut, "RecurringGifts"))
def list_recurring_gifts(query: dict[str, Any]) -> Page:
    """The organisation's recurring gifts, those begun last first."""
    wanted = Wanted(
        words=query.get("q", ""),
        state=query.get("state", ""),
        drive_id=query.get("drive_id", ""),
        donor_id=query.get("donor_id", ""),
    )
    chosen = reading.promises_of(current_actor(), wanted)
    by_start = (RecurringGift.started_at, RecurringGift.id)
    return page(chosen, by_start, limit=query["limit"], cursor=query.get("cursor"))


@bp.get("/recurring-gifts/<recurring_gift_id>")
@token_required("gifts.view")
@bp.response(200, RecurringGiftOut)
def read_recurring_gift(recurring_gift_id: str) -> RecurringGift:
    """One recurring gift. Its instalments are gifts with its id."""
    return reading.get_promise(current_actor(), recurring_gift_id)


@bp.post("/recurring-gifts/<recurring_gift_id>/cancellations")
@token_required("gifts.refund")
@bp.arguments(CancellationIn)
@bp.response(201, CancellationOut)
def cancel_recurring_gift(body: dict[str, Any], recurring_gift_id: str) -> Cancellation:
    """End a recurring gift as its donor asked. 409 `already_cancelled` where it has ended."""
    with transaction():
        asked = deciding.cancel(current_actor(), recurring_gift_id, **body)
    enqueue(send_cancellation, asked.id)
    return db.session.get_one(Cancellation, asked.id)
