"""Payouts for software."""

from typing import Any

from sqlalchemy import select

from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.payouts.payout import Payout
from donors.schemas.trouble import PayoutOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/payouts")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PayoutOut, "Payouts"))
def list_payouts(query: dict[str, Any]) -> Page:
    """Money on its way from Stripe to the organisation's bank, the latest first."""
    mine = select(Payout).where(Payout.organisation_id == current_actor().organisation_id)
    return page(mine, (Payout.created_at, Payout.id), **query)
