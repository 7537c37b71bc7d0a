"""Payouts for software."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.money import Money
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.payouts import sharing
from donors.payouts.payout import Payout
from donors.schemas.trouble import PayoutOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@dataclass(frozen=True)
class SharedPayout:
    """A payout and what of it is the organisation's."""

    payout: Payout
    share: Money


@bp.get("/payouts")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PayoutOut, "Payouts"))
def list_payouts(query: dict[str, Any]) -> Page:
    """Money on its way from Stripe to the organisation's bank, the latest first; also those that carry money of others
    beside its own."""
    mine = select(Payout).where(sharing.of(current_actor().organisation_id))
    found = page(mine, (Payout.created_at, Payout.id), **query)
    payouts: list[Payout] = found.items
    shares = sharing.shares(current_actor().organisation_id, payouts)
    return Page([SharedPayout(each, shares.get(each.id, each.amount)) for each in payouts], found.next_cursor)
