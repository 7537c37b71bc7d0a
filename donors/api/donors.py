"""Donors for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from donors import reading
from donors.api.asked import DonorsIn
from donors.api.blueprint import bp
from donors.api.said import DonorOut, FullDonorOut
from donors.people.donor import Donor
from donors.privacy import address_reading
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of


@bp.get("/donors")
@token_required("gifts.view")
@bp.arguments(DonorsIn, location="query")
@bp.response(200, piece_of(DonorOut, "Donors"))
def list_donors(query: dict[str, Any]) -> Page:
    """The organisation's donors, those seen first last."""
    with transaction():
        address_reading.note(current_actor(), address_reading.LIST)
    chosen = reading.donors_of(current_actor(), query.get("q", ""))
    by_arrival = (Donor.first_seen_at, Donor.id)
    return page(chosen, by_arrival, limit=query["limit"], cursor=query.get("cursor"))


@bp.get("/donors/<donor_id>")
@token_required("gifts.view")
@bp.response(200, FullDonorOut)
def read_donor(donor_id: str) -> dict[str, Any]:
    """One donor with what they agreed to, the newest first. Their gifts are gifts with their id."""
    found = reading.get_donor(current_actor(), donor_id)
    with transaction():
        address_reading.note(current_actor(), address_reading.DONOR, found.id)
    shown = DonorOut().fields
    return {**{name: getattr(found, name) for name in shown}, "consents": reading.consents_of(found.id)}
