"""Lines of the bank that are donors' money, for software."""

from typing import Any

from marshmallow import Schema as PlainSchema
from marshmallow import fields, validate

from core.db import transaction
from core.forms import Schema
from core.jobs import enqueue
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.jobs import mail_waiting_receipts
from donors.offline import line_guessing, line_matching
from donors.offline.line_match import LineMatch
from donors.payouts.bank_line import BankLine
from legal.schemas.said import AmountOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of

VERBS = {
    "pledge": line_matching.record_for_pledge,
    "gift": line_matching.match_gift,
    "batch": line_matching.match_batch,
}


class BankTransfersIn(PieceIn):
    """What waits, or what is matched."""

    matched = fields.Boolean(load_default=False)


class BankTransferOut(PlainSchema):
    id = fields.String(required=True)
    on_day = fields.Date(required=True)
    amount = fields.Nested(AmountOut, required=True)
    text = fields.String(required=True)
    external_id = fields.String(required=True)


class GuessOut(PlainSchema):
    kind = fields.String(required=True, validate=validate.OneOf(list(VERBS)))
    id = fields.String(required=True, attribute="thing.id")
    reasons = fields.List(fields.String(), required=True)


class MatchIn(Schema):
    """A pledge that the line pays, a gift that it is, or a batch that was brought to the bank."""

    kind = fields.String(required=True, validate=validate.OneOf(list(VERBS)))
    id = fields.String(required=True, validate=validate.Length(max=40))


class MatchOut(PlainSchema):
    id = fields.String(required=True)
    line_id = fields.String(required=True)
    gift_id = fields.String(required=True, allow_none=True)
    batch_id = fields.String(required=True, allow_none=True)
    made_gift = fields.Boolean(required=True)
    matched_at = fields.AwareDateTime(required=True)
    undone_at = fields.AwareDateTime(required=True, allow_none=True)


@bp.get("/bank-transfers")
@token_required("gifts.view")
@bp.arguments(BankTransfersIn, location="query")
@bp.response(200, piece_of(BankTransferOut, "BankTransfers"))
def list_bank_transfers(query: dict[str, Any]) -> Page:
    """Money that came into the bank and is no payout of Stripe's, the latest first."""
    found = line_matching.lines_of(current_actor(), matched=query.pop("matched"))
    return page(found, (BankLine.on_day, BankLine.id), **query)


@bp.get("/bank-transfers/<line_id>/guesses")
@token_required("gifts.view")
@bp.response(200, GuessOut(many=True))
def list_guesses(line_id: str) -> list[line_guessing.Suggestion]:
    """What a line may be, the likeliest first."""
    line = line_matching.get_line(current_actor(), line_id)
    return line_guessing.suggest(current_actor(), [line])[line.id]


@bp.post("/bank-transfers/<line_id>/matches")
@token_required("gifts.record")
@bp.arguments(MatchIn)
@bp.response(201, MatchOut)
def create_match(body: dict[str, Any], line_id: str) -> LineMatch:
    """Say what a line is; with a pledge, record the gift that pays it. 409 `line_matched`, `matched_elsewhere`."""
    with transaction():
        row = VERBS[body["kind"]](current_actor(), line_id, body["id"])
    enqueue(mail_waiting_receipts)
    return row


@bp.post("/bank-transfers/<line_id>/undoings")
@token_required("gifts.record")
@bp.response(201, MatchOut)
def create_undoing(line_id: str) -> LineMatch:
    """It is not this money after all; a gift that was recorded from the line is taken back."""
    with transaction():
        return line_matching.undo(current_actor(), line_id)
