"""Signatures for software."""

from typing import Any

from campaigns.api.blueprint import bp
from campaigns.petitions.signature import Signature, signatures_under
from campaigns.schemas.petitions import SignatureOut
from core.web.paging import Page, page
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/drives/<drive_id>/signatures")
@token_required("campaigns.edit")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(SignatureOut, "Signatures"))
def list_signatures(query: dict[str, Any], drive_id: str) -> Page:
    """The signatures under a drive of the organisation, the latest first, without those that were taken back."""
    _drive, found = signatures_under(current_actor(), drive_id)
    return page(found, (Signature.signed_at, Signature.id), **query)
