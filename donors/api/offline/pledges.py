"""Pledges for software."""

from typing import Any

from core.db import transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.api.said import GiftOut
from donors.gifts.gift import Gift
from donors.jobs import mail_waiting_receipts
from donors.offline.recording import Received
from donors.pledges import finding, paying, pledging, standing
from donors.pledges.finding import WantedPledges
from donors.pledges.pledge import Pledge
from donors.pledges.pledging import PledgePlan
from donors.schemas.offline import WhyIn
from donors.schemas.pledges import FullPledgeOut, PledgeIn, PledgeOut, PledgePaymentIn, PledgesIn
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of

_NAMES = tuple(PledgeOut().fields)


@bp.get("/pledges")
@token_required("gifts.view")
@bp.arguments(PledgesIn, location="query")
@bp.response(200, piece_of(PledgeOut, "Pledges"))
def list_pledges(query: dict[str, Any]) -> Page:
    """The organisation's pledges, those written down last first. What is left of them was never raised."""
    wanted = WantedPledges(
        query.pop("q"), query.pop("standing"), query.pop("drive_id"), query.pop("donor_id")
    )
    return page(finding.pledges_of(current_actor(), wanted), (Pledge.created_at, Pledge.id), **query)


@bp.post("/pledges")
@token_required("gifts.record")
@bp.arguments(PledgeIn)
@bp.response(201, FullPledgeOut)
def create_pledge(body: dict[str, Any]) -> dict[str, Any]:
    """Write a promise down, in one part or several."""
    with transaction():
        return _told(pledging.record_pledge(current_actor(), PledgePlan(**body)))


@bp.get("/pledges/<pledge_id>")
@token_required("gifts.view")
@bp.response(200, FullPledgeOut)
def read_pledge(pledge_id: str) -> dict[str, Any]:
    """A pledge with its parts and the gifts made for it."""
    return _told(pledging.get_pledge(current_actor(), pledge_id))


@bp.post("/pledges/<pledge_id>/payments")
@token_required("gifts.record")
@bp.arguments(PledgePaymentIn)
@bp.response(201, GiftOut)
def create_pledge_payment(body: dict[str, Any], pledge_id: str) -> Gift:
    """Record what was received for a pledge as a gift of its donor."""
    with transaction():
        found = pledging.get_pledge(current_actor(), pledge_id)
        gift = paying.record_payment(current_actor(), pledge_id, Received(donor_id=found.donor_id, **body))
    enqueue(mail_waiting_receipts)
    return gift


@bp.post("/pledges/<pledge_id>/write-offs")
@token_required("gifts.record")
@bp.arguments(WhyIn)
@bp.response(201, PledgeOut)
def create_pledge_write_off(body: dict[str, Any], pledge_id: str) -> Pledge:
    """It will not be paid any more. 409 `illegal_transition` where nothing is owed."""
    with transaction():
        return pledging.write_off(current_actor(), pledge_id, **body)


@bp.post("/pledges/<pledge_id>/cancellations")
@token_required("gifts.record")
@bp.arguments(WhyIn)
@bp.response(201, PledgeOut)
def create_pledge_cancellation(body: dict[str, Any], pledge_id: str) -> Pledge:
    """Its donor took it back. 409 `illegal_transition` where nothing is owed."""
    with transaction():
        return pledging.cancel(current_actor(), pledge_id, **body)


@bp.post("/pledges/<pledge_id>/reinstatements")
@token_required("gifts.record")
@bp.arguments(WhyIn)
@bp.response(201, PledgeOut)
def create_pledge_reinstatement(body: dict[str, Any], pledge_id: str) -> Pledge:
    """Expect it again. 409 `illegal_transition` where it was not ended."""
    with transaction():
        return pledging.reinstate(current_actor(), pledge_id, **body)


def _told(pledge: Pledge) -> dict[str, Any]:
    about = {name: getattr(pledge, name) for name in _NAMES}
    gifts = [gift.id for gift in finding.payments_of(pledge.id)]
    return about | {"parts": standing.parts_of(pledge), "gift_ids": gifts}
