"""Match funds of drives for software, and why a gift was matched so."""

from typing import Any

from campaigns import reading as campaigns_reading
from campaigns.matching import paying, sponsoring
from campaigns.matching.match_fund import MatchFund, match_funds_of
from campaigns.matching.match_payment import MatchPayment, payments_of
from campaigns.matching.match_terms import MatchTerms
from campaigns.schemas.campaign import ReasonSchema
from core import clock
from core.db import db, transaction
from donors import reading
from donors.api.blueprint import bp
from donors.matching.explaining import explain
from donors.matching.rules import rules
from donors.schemas.matching import (
    ExplanationOut,
    MatchFundBody,
    MatchFundEditBody,
    MatchFundOut,
    MatchOrderBody,
    MatchPaymentOut,
    MatchPaymentSchema,
    MatchWhyIn,
)
from staff.access import current_actor
from staff.bearer import token_required


@bp.get("/drives/<drive_id>/match-funds")
@token_required("campaigns.view")
@bp.response(200, MatchFundOut(many=True))
def list_match_funds(drive_id: str) -> list[dict[str, Any]]:
    """The match funds of a drive, in the order in which they are asked; 50 at most."""
    drive = campaigns_reading.get_drive(current_actor(), drive_id)
    return [_told(each) for each in db.session.scalars(match_funds_of(drive.id))]


@bp.post("/drives/<drive_id>/match-funds")
@token_required("campaigns.edit")
@bp.arguments(MatchFundBody)
@bp.response(201, MatchFundOut)
def open_match_fund(body: dict[str, Any], drive_id: str) -> dict[str, Any]:
    """Open a match fund of a drive, asked after those it has. 409 `closed`, `too_many`, `look_again`."""
    looked_at = body.pop("looked_at")
    with transaction():
        found = sponsoring.open_match_fund(current_actor(), drive_id, MatchTerms(**body), looked_at=looked_at)
        return _told(found)


@bp.get("/match-funds/<match_fund_id>")
@token_required("campaigns.view")
@bp.response(200, MatchFundOut)
def get_match_fund(match_fund_id: str) -> dict[str, Any]:
    """One match fund."""
    return _told(sponsoring.get_match_fund(current_actor(), match_fund_id))


@bp.patch("/match-funds/<match_fund_id>")
@token_required("campaigns.edit")
@bp.arguments(MatchFundEditBody(partial=True))
@bp.response(200, MatchFundOut)
def edit_match_fund(body: dict[str, Any], match_fund_id: str) -> dict[str, Any]:
    """Change a match fund. 409 `ended`, `rules_frozen` (a gift was matched), `edited_meanwhile`, `look_again`."""
    version, looked_at = body.pop("version", None), body.pop("looked_at", False)
    with transaction():
        return _told(
            sponsoring.edit_match_fund(
                current_actor(), match_fund_id, body, version=version, looked_at=looked_at
            )
        )


@bp.post("/match-funds/<match_fund_id>/endings")
@token_required("campaigns.edit")
@bp.arguments(ReasonSchema)
@bp.response(201, MatchFundOut)
def end_match_fund(body: dict[str, Any], match_fund_id: str) -> dict[str, Any]:
    """Match no more gifts from now on; what is reserved stays so. 409 `ended`."""
    with transaction():
        return _told(sponsoring.end_match_fund(current_actor(), match_fund_id, **body))


@bp.post("/drives/<drive_id>/match-order")
@token_required("campaigns.edit")
@bp.arguments(MatchOrderBody)
@bp.response(201, MatchFundOut(many=True))
def order_match_funds(body: dict[str, Any], drive_id: str) -> list[dict[str, Any]]:
    """Ask the drive's match funds in this order from now on; each is named once."""
    with transaction():
        found = sponsoring.order_match_funds(current_actor(), drive_id, body["match_fund_ids"])
        return [_told(each) for each in found]


@bp.get("/match-funds/<match_fund_id>/payments")
@token_required("funds.view")
@bp.response(200, MatchPaymentOut(many=True))
def list_match_payments(match_fund_id: str) -> list[MatchPayment]:
    """What the sponsor paid, the latest first."""
    fund = paying.get_own(current_actor(), match_fund_id)
    return list(db.session.scalars(payments_of(fund.id)))


@bp.post("/match-funds/<match_fund_id>/payments")
@token_required("funds.edit")
@bp.arguments(MatchPaymentSchema)
@bp.response(201, MatchPaymentOut)
def record_match_payment(body: dict[str, Any], match_fund_id: str) -> MatchPayment:
    """Record that the sponsor paid, up to the cap. Posted as money of the drive's fund; raised by no drive."""
    with transaction():
        return paying.record_payment(current_actor(), match_fund_id, **body)


@bp.post("/match-payments/<match_payment_id>/reversals")
@token_required("funds.edit")
@bp.arguments(MatchWhyIn)
@bp.response(201, MatchPaymentOut)
def undo_match_payment(body: dict[str, Any], match_payment_id: str) -> MatchPayment:
    """Take back a payment that was recorded by mistake, by a row of its own. 409 `undone`."""
    with transaction():
        return paying.undo_payment(current_actor(), match_payment_id, **body)


@bp.get("/gifts/<gift_id>/match")
@token_required("gifts.view")
@bp.response(200, ExplanationOut)
def explain_match(gift_id: str) -> dict[str, Any]:
    """Why a gift was matched so: what it found in each match fund, in their order, and each step since."""
    found = explain(reading.get_gift(current_actor(), gift_id))
    names = ("taken", "confirmed", "short", "looked", "happened")
    return {name: getattr(found, name) for name in names} | {"rules": rules()}


def _told(fund: MatchFund) -> dict[str, Any]:
    names = set(MatchFundOut().fields) - {"state"}
    return {name: getattr(fund, name) for name in names} | {"state": fund.state(clock.now())}
