"""Blocks and held gifts for software."""

from typing import Any

from sqlalchemy import select

from core.db import transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.defence import counting, promise_reviewing, reviewing
from donors.defence.block import Block
from donors.defence.hold import Hold
from donors.defence.promise_review import PromiseReview
from donors.jobs import send_decision
from donors.schemas.trouble import (
    BlockOut,
    HoldDecisionIn,
    HoldOut,
    LiftIn,
    PromiseReviewDecisionIn,
    PromiseReviewOut,
)
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/blocks")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(BlockOut, "Blocks"))
def list_blocks(query: dict[str, Any]) -> Page:
    """Blocks against card testing, the latest first."""
    return page(reviewing.list_blocks(current_actor()), (Block.made_at, Block.id), **query)


@bp.post("/blocks/<block_id>/lifts")
@token_required("gifts.refund")
@bp.arguments(LiftIn)
@bp.response(201, BlockOut)
def create_lift(body: dict[str, Any], block_id: str) -> Block:
    """End a block before its time; what led to it is forgotten."""
    with transaction():
        row = reviewing.lift(current_actor(), block_id, reason=body["reason"])
    counting.forget(row.mark)
    return row


@bp.get("/holds")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(HoldOut, "Holds"))
def list_holds(query: dict[str, Any]) -> Page:
    """Gifts that were held for a look, the latest first."""
    mine = select(Hold).where(Hold.organisation_id == current_actor().organisation_id)
    return page(mine, (Hold.held_at, Hold.gift_id), **query)


@bp.post("/holds/<gift_id>/decisions")
@token_required("gifts.refund")
@bp.arguments(HoldDecisionIn)
@bp.response(201, HoldOut)
def create_hold_decision(body: dict[str, Any], gift_id: str) -> Hold:
    """Take the money of a held gift, or let it go. 409 `already_decided`."""
    with transaction():
        row = reviewing.decide(
            current_actor(), gift_id, take=body["decision"] == "take", reason=body["reason"]
        )
    enqueue(send_decision, gift_id)
    return row


@bp.get("/promise-reviews")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PromiseReviewOut, "PromiseReviews"))
def list_promise_reviews(query: dict[str, Any]) -> Page:
    """Doubtful recurring gifts that wait, or waited, for a look before their first payment, the latest first."""
    mine = select(PromiseReview).where(PromiseReview.organisation_id == current_actor().organisation_id)
    return page(mine, (PromiseReview.asked_at, PromiseReview.gift_id), **query)


@bp.post("/promise-reviews/<gift_id>/decisions")
@token_required("gifts.refund")
@bp.arguments(PromiseReviewDecisionIn)
@bp.response(201, PromiseReviewOut)
def create_promise_review_decision(body: dict[str, Any], gift_id: str) -> PromiseReview:
    """Let its donor go on to the payment, by mail, or turn the gift down. 409 `already_decided`."""
    passes = body["decision"] == "let_through"
    with transaction():
        return promise_reviewing.decide(current_actor(), gift_id, let_through=passes, reason=body["reason"])
