"""Bonds for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.bonds.bond import Bond, BondApproval, BondEvent, BondPosting, bonds_of
from legal.bonds.bond_figures import BondFigures, bond_figures
from legal.bonds.bond_following import follow_bond
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.bonds.obligor import Obligor, list_obligors, register_obligor
from legal.schemas.bonds import BondEventIn, BondIn, ContractIn, ObligorIn
from legal.schemas.said_of_costs import (
    BondApprovalOut,
    BondEventOut,
    BondFiguresOut,
    BondOut,
    BondPostingOut,
    ObligorOut,
)
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/bonds")
@token_required("costs.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(BondOut, "Bonds"))
def list_bonds(query: dict[str, Any]) -> Page:
    """Bonds the organisation asked for and bonds of its funds, the latest first."""
    return page(bonds_of(current_actor()), (Bond.requested_at, Bond.id), **query)


@bp.post("/bonds")
@token_required("costs.claim")
@bp.arguments(BondIn)
@bp.response(201, BondOut)
def create_bond(body: dict[str, Any]) -> Bond:
    """Ask a fund of the matter's campaign to deposit a bond."""
    with transaction():
        return request_bond(current_actor(), **body)


@bp.post("/bonds/<bond_id>/approvals")
@token_required("costs.approve")
@bp.response(201, BondApprovalOut)
def create_bond_approval(bond_id: str) -> BondApproval:
    """Approve a requested bond. 403 for one's own request."""
    with transaction():
        return approve_bond(current_actor(), bond_id)


@bp.post("/bonds/<bond_id>/postings")
@token_required("costs.pay")
@bp.arguments(ContractIn(partial=("posted_on",)), required=False)
@bp.response(201, BondPostingOut)
def create_bond_posting(body: dict[str, Any], bond_id: str) -> BondPosting:
    """Deposit an approved bond: held, not spent. A body says by which contract. 409 `fund_too_small`."""
    with transaction():
        return post_bond(current_actor(), bond_id, **body)


@bp.post("/bonds/<bond_id>/events")
@token_required("costs.pay")
@bp.arguments(BondEventIn)
@bp.response(201, BondEventOut)
def create_bond_event(body: dict[str, Any], bond_id: str) -> BondEvent:
    """What became of a posted bond. 409 `illegal_transition`; a breach needs its I-323 document, else 422."""
    with transaction():
        return follow_bond(current_actor(), bond_id, **body)


@bp.get("/bonds/figures")
@token_required("costs.view")
@bp.response(200, BondFiguresOut)
def read_bond_figures() -> BondFigures:
    """Posted in all, held, returned, forfeited, and how often the capital was used."""
    return bond_figures(bonds_of(current_actor()))


@bp.get("/obligors")
@token_required("costs.pay")
@bp.response(200, ObligorOut(many=True))
def read_obligors() -> list[Obligor]:
    """Who can stand for bonds, by their labels; names and addresses stay sealed."""
    return list_obligors(current_actor())


@bp.post("/obligors")
@token_required("costs.pay")
@bp.arguments(ObligorIn)
@bp.response(201, ObligorOut)
def create_obligor(body: dict[str, Any]) -> Obligor:
    """Register who can stand for bonds. Name and address are sealed and never given back here."""
    with transaction():
        return register_obligor(current_actor(), **body)
