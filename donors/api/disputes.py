"""Disputes for software: the list, an answer with evidence, giving in, letting a held recurring gift go on."""

from typing import Any

from core.db import transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.disputes import answering
from donors.disputes.dispute import Dispute, DisputeAnswer
from donors.jobs import send_answer
from donors.schemas.trouble import DisputeAnswerIn, DisputeAnswerOut, DisputeOut, DisputesIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/disputes")
@token_required("gifts.view")
@bp.arguments(DisputesIn, location="query")
@bp.response(200, piece_of(DisputeOut, "Disputes"))
def list_disputes(query: dict[str, Any]) -> Page:
    """Disputes of the organisation's gifts, the latest first."""
    found = answering.disputes_of(current_actor(), query.pop("state"))
    return page(found, (Dispute.opened_at, Dispute.id), **query)


@bp.get("/disputes/<dispute_id>")
@token_required("gifts.view")
@bp.response(200, DisputeOut)
def read_dispute(dispute_id: str) -> Dispute:
    """One dispute."""
    return answering.get_dispute(current_actor(), dispute_id)


@bp.post("/disputes/<dispute_id>/answers")
@token_required("gifts.refund")
@bp.arguments(DisputeAnswerIn)
@bp.response(201, DisputeAnswerOut)
def create_dispute_answer(body: dict[str, Any], dispute_id: str) -> DisputeAnswer:
    """Hand the evidence in, once. 409 `decided`, `answered`."""
    return _decide(dispute_id, statement=body["statement"])


@bp.post("/disputes/<dispute_id>/acceptances")
@token_required("gifts.refund")
@bp.response(201, DisputeAnswerOut)
def create_dispute_acceptance(dispute_id: str) -> DisputeAnswer:
    """Let the bank keep the money. 409 `decided`."""
    return _decide(dispute_id, is_accepting=True)


def _decide(dispute_id: str, *, statement: str = "", is_accepting: bool = False) -> DisputeAnswer:
    with transaction():
        row = answering.answer(current_actor(), dispute_id, statement=statement, is_accepting=is_accepting)
    enqueue(send_answer, row.id)
    return row


@bp.post("/disputes/<dispute_id>/releases")
@token_required("gifts.refund")
@bp.response(204)
def create_dispute_release(dispute_id: str) -> None:
    """Let a recurring gift go on that a lost dispute still holds. 409 `undecided`."""
    with transaction():
        answering.release(current_actor(), dispute_id)
