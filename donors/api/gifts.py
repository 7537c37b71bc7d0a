"""Gifts, refunds and receipts for software."""

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from core.db import db, transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors import reading
from donors.api.asked import GiftsIn, ReceiptsIn, RefundIn, WordsShownIn
from donors.api.blueprint import bp
from donors.api.said import FullGiftOut, GiftOut, ReceiptOut, RefundOut
from donors.gifts import deciding, moderating
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.jobs import send_refund
from donors.reading import Wanted
from donors.receipts.receipt import Receipt
from staff.access import current_actor
from staff.api import or_proposal
from staff.approval.proposal import Proposal
from staff.bearer import token_required
from staff.schemas import ProposalOut, piece_of

_BY_START: tuple[InstrumentedAttribute[Any], ...] = (Gift.started_at, Gift.id)


@bp.get("/gifts")
@token_required("gifts.view")
@bp.arguments(GiftsIn, location="query")
@bp.response(200, piece_of(GiftOut, "Gifts"))
def list_gifts(query: dict[str, Any]) -> Page:
    """The organisation's gifts, those begun last first."""
    wanted = Wanted(
        words=query.get("q", ""),
        state=query.get("state", ""),
        drive_id=query.get("drive_id", ""),
        donor_id=query.get("donor_id", ""),
        recurring_gift_id=query.get("recurring_gift_id", ""),
        kind=query.get("kind", ""),
        since=query.get("started_from"),
        until=query.get("started_until"),
    )
    chosen = reading.gifts_of(current_actor(), wanted)
    return page(chosen, _BY_START, limit=query["limit"], cursor=query.get("cursor"))


@bp.get("/gifts/<gift_id>")
@token_required("gifts.view")
@bp.response(200, FullGiftOut)
def read_gift(gift_id: str) -> dict[str, Any]:
    """One gift with its refunds, the newest first."""
    found = reading.get_gift(current_actor(), gift_id)
    shown = GiftOut().fields
    return {**{name: getattr(found, name) for name in shown}, "refunds": reading.refunds_of(found.id)}


@bp.post("/gifts/<gift_id>/refunds")
@token_required("gifts.refund")
@bp.arguments(RefundIn)
@bp.response(201, RefundOut)
@bp.alt_response(
    202, schema=ProposalOut, description="Above the organisation's limit: a second person confirms"
)
def refund_gift(body: dict[str, Any], gift_id: str) -> Any:
    """Give money back. It is on its way until Stripe confirms; 422 names the amount that is too much."""
    with transaction():
        row = deciding.refund(current_actor(), gift_id, **body)
    if isinstance(row, Proposal):
        return or_proposal(row)
    enqueue(send_refund, row.id)
    return db.session.get_one(Refund, row.id)


@bp.put("/gifts/<gift_id>/words-shown")
@token_required("campaigns.edit")
@bp.arguments(WordsShownIn)
@bp.response(200, GiftOut)
def show_gift_words(body: dict[str, Any], gift_id: str) -> Gift:
    """Take the donor's name and message off public pages at once, or show them again."""
    with transaction():
        return (moderating.show_words if body["shown"] else moderating.hide_words)(current_actor(), gift_id)


@bp.get("/receipts")
@token_required("gifts.view")
@bp.arguments(ReceiptsIn, location="query")
@bp.response(200, piece_of(ReceiptOut, "Receipts"))
def list_receipts(query: dict[str, Any]) -> Page:
    """The organisation's receipts, those issued last first."""
    chosen = reading.receipts_of(current_actor())
    if "gift_id" in query:
        chosen = chosen.where(Receipt.gift_id == query["gift_id"])
    if "year" in query:
        chosen = chosen.where(Receipt.year == query["year"])
    by_issue = (Receipt.issued_at, Receipt.id)
    return page(chosen, by_issue, limit=query["limit"], cursor=query.get("cursor"))
