"""Donors who are one person, for software."""

from typing import Any

from core.db import transaction
from core.web.paging import Page, page, page_of_list
from donors.api.blueprint import bp
from donors.merging import merging, previewing, suggesting, undoing
from donors.merging.merge import DonorMerge, TwoPeople
from donors.merging.previewing import Preview
from donors.schemas.merging import (
    DuplicatePieceIn,
    MergeIn,
    MergeOut,
    PairIn,
    PreviewIn,
    PreviewOut,
    SuggestionOut,
    UndoMergeSchema,
)
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/donor-duplicates")
@token_required("gifts.view")
@bp.arguments(DuplicatePieceIn, location="query")
@bp.response(200, piece_of(SuggestionOut, "DonorDuplicatePieceOut"))
def list_duplicates(query: dict[str, Any]) -> Page:
    """Pairs of donors who may be one person and of whom nobody has said that they are two, by their ids."""
    pairs = suggesting.find_pairs(current_actor(), query["q"])
    order = (TwoPeople.one_id, TwoPeople.other_id)
    return page_of_list(pairs, order, limit=query["limit"], cursor=query.get("cursor"))


@bp.post("/donor-duplicates/refusals")
@token_required("gifts.refund")
@bp.arguments(PairIn)
@bp.response(204)
def create_duplicate_refusal(body: dict[str, str]) -> None:
    """Say that two donors are two people; they are not suggested again."""
    with transaction():
        merging.say_two_people(current_actor(), body["one_id"], body["other_id"])


@bp.get("/donors/<donor_id>/merge-preview")
@token_required("gifts.view")
@bp.arguments(PreviewIn, location="query")
@bp.response(200, PreviewOut)
def read_merge_preview(query: dict[str, str], donor_id: str) -> Preview:
    """What would move to this donor from another one, and which figures would change."""
    return previewing.preview(current_actor(), donor_id, query["absorbed_id"])


@bp.post("/donors/<donor_id>/merges")
@token_required("gifts.refund")
@bp.arguments(MergeIn)
@bp.response(201, MergeOut)
def create_merge(body: dict[str, str], donor_id: str) -> DonorMerge:
    """Make another donor one with this one. 409 `merged_already`, `erased`, `being_paid`."""
    with transaction():
        return merging.merge(current_actor(), donor_id, **body)


@bp.get("/donor-merges")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(MergeOut, "DonorMerges"))
def list_merges(query: dict[str, Any]) -> Page:
    """The latest first."""
    return page(merging.merges_of(current_actor()), (DonorMerge.merged_at, DonorMerge.id), **query)


@bp.post("/donor-merges/<merge_id>/undos")
@token_required("gifts.refund")
@bp.arguments(UndoMergeSchema)
@bp.response(201, MergeOut)
def create_merge_undo(body: dict[str, str], merge_id: str) -> DonorMerge:
    """Make two donors of one again. 409 `undone_already`, `merged_on`, `erased`, `being_paid`."""
    with transaction():
        return undoing.undo(current_actor(), merge_id, **body)
