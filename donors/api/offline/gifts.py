"""Single gifts that came without a checkout, for software."""

from typing import Any

from core.db import transaction
from core.jobs import enqueue
from donors.api.blueprint import bp
from donors.api.said import GiftOut, RefundOut
from donors.gifts.gift import Gift
from donors.gifts.gift_void import GiftVoid
from donors.gifts.refund import Refund
from donors.jobs import mail_waiting_receipts
from donors.offline import deciding, returning_outside
from donors.offline.recording import Received
from donors.schemas.offline import OfflineGiftIn, ReturnIn, VoidIn, VoidOut
from staff.access import current_actor
from staff.api import or_proposal
from staff.approval.proposal import Proposal
from staff.bearer import token_required
from staff.schemas import ProposalOut


@bp.post("/offline-gifts")
@token_required("gifts.record")
@bp.arguments(OfflineGiftIn)
@bp.response(201, GiftOut)
def create_offline_gift(body: dict[str, Any]) -> Gift:
    """Record a gift that was received by check, in cash, by transfer or elsewhere. The same external id again
    returns the same gift. 409 `voided_before` where that gift was taken back."""
    drive_id, pledge_id = body.pop("drive_id"), body.pop("pledge_id")
    with transaction():
        gift = deciding.record(current_actor(), drive_id, Received(**body), pledge_id=pledge_id)
    enqueue(mail_waiting_receipts)
    return gift


@bp.post("/gifts/<gift_id>/voids")
@token_required("gifts.record")
@bp.arguments(VoidIn)
@bp.response(201, VoidOut)
def create_gift_void(body: dict[str, Any], gift_id: str) -> GiftVoid:
    """Take a recorded gift back with every figure. 409 `paid_at_checkout`, `illegal_transition`."""
    with transaction():
        return deciding.void(current_actor(), gift_id, **body)


@bp.post("/gifts/<gift_id>/returns")
@token_required("gifts.refund")
@bp.arguments(ReturnIn)
@bp.response(201, RefundOut)
@bp.alt_response(
    202, schema=ProposalOut, description="Above the organisation's limit: a second person confirms"
)
def create_gift_return(body: dict[str, Any], gift_id: str) -> Any:
    """Note money that the organisation gave back itself. 409 `at_stripe` for a gift that was paid there."""
    with transaction():
        row = returning_outside.return_outside(current_actor(), gift_id, **body)
    return or_proposal(row) if isinstance(row, Proposal) else row


@bp.post("/gifts/<gift_id>/returns/<refund_id>/reversals")
@token_required("gifts.refund")
@bp.response(201, RefundOut)
def create_gift_return_reversal(gift_id: str, refund_id: str) -> Refund:
    """It did not go back after all. 409 `not_returned`."""
    with transaction():
        return returning_outside.undo(current_actor(), gift_id, refund_id)
