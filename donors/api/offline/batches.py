"""Batches for software."""

from typing import Any

from core.db import transaction
from core.jobs import enqueue
from core.web.paging import Page, page
from donors.api.blueprint import bp
from donors.jobs import mail_waiting_receipts
from donors.offline import batching, closing
from donors.offline.batch import BatchRow, GiftBatch, rows_of, totals_of
from donors.offline.batching import BatchPlan, TypedRow
from donors.schemas.offline import (
    BatchesIn,
    BatchIn,
    BatchOut,
    BatchRowOut,
    FullBatchOut,
    MaybeWhyIn,
    RowIn,
    WhyIn,
)
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import piece_of

_NAMES = tuple(BatchOut().fields)


@bp.get("/batches")
@token_required("gifts.view")
@bp.arguments(BatchesIn, location="query")
@bp.response(200, piece_of(BatchOut, "Batches"))
def list_batches(query: dict[str, Any]) -> Page:
    """The organisation's batches, the latest first."""
    found = batching.batches_of(current_actor(), state=query.pop("state", ""), words=query.pop("q"))
    return page(found, (GiftBatch.created_at, GiftBatch.id), **query)


@bp.post("/batches")
@token_required("gifts.record")
@bp.arguments(BatchIn)
@bp.response(201, BatchOut)
def create_batch(body: dict[str, Any]) -> GiftBatch:
    """Begin a batch. 422 names `drive_id` where it is not one of the organisation's own."""
    with transaction():
        return batching.begin(current_actor(), BatchPlan(**body))


@bp.get("/batches/<batch_id>")
@token_required("gifts.view")
@bp.response(200, FullBatchOut)
def read_batch(batch_id: str) -> dict[str, Any]:
    """A batch with its rows and how its totals compare."""
    return _told(batching.get_batch(current_actor(), batch_id))


@bp.put("/batches/<batch_id>")
@token_required("gifts.record")
@bp.arguments(BatchIn)
@bp.response(200, BatchOut)
def change_batch(body: dict[str, Any], batch_id: str) -> GiftBatch:
    """Say anew what is known of an open batch. 409 `batch_closed`."""
    with transaction():
        return batching.replan(current_actor(), batch_id, BatchPlan(**body))


@bp.post("/batches/<batch_id>/rows")
@token_required("gifts.record")
@bp.arguments(RowIn)
@bp.response(201, BatchRowOut)
def create_batch_row(body: dict[str, Any], batch_id: str) -> BatchRow:
    """Keep one more row as a draft. 409 `batch_closed`, `batch_full`."""
    with transaction():
        return batching.add_row(current_actor(), batch_id, TypedRow(**body))


@bp.put("/batches/<batch_id>/rows/<row_id>")
@token_required("gifts.record")
@bp.arguments(RowIn)
@bp.response(200, BatchRowOut)
def change_batch_row(body: dict[str, Any], batch_id: str, row_id: str) -> BatchRow:
    """Say a row anew. 409 `batch_closed`, or `row_stays` where it is a gift that stays."""
    with transaction():
        return batching.change_row(current_actor(), batch_id, row_id, TypedRow(**body))


@bp.delete("/batches/<batch_id>/rows/<row_id>")
@token_required("gifts.record")
@bp.response(204)
def remove_batch_row(batch_id: str, row_id: str) -> None:
    """Forget a draft. 409 `batch_closed`, `row_stays`."""
    with transaction():
        batching.remove_row(current_actor(), batch_id, row_id)


@bp.post("/batches/<batch_id>/closings")
@token_required("gifts.record")
@bp.arguments(MaybeWhyIn)
@bp.response(201, FullBatchOut)
def create_batch_closing(body: dict[str, Any], batch_id: str) -> dict[str, Any]:
    """Make every row a gift, all or none; again changes nothing. 422 names `reason` where totals do not agree, or
    `rows`."""
    with transaction():
        told = _told(closing.close(current_actor(), batch_id, **body))
    enqueue(mail_waiting_receipts)
    return told


@bp.post("/batches/<batch_id>/reopenings")
@token_required("gifts.record")
@bp.arguments(WhyIn)
@bp.response(201, FullBatchOut)
def create_batch_reopening(body: dict[str, Any], batch_id: str) -> dict[str, Any]:
    """Take the gifts of a closed batch back; its rows are drafts again."""
    with transaction():
        return _told(closing.reopen(current_actor(), batch_id, **body))


@bp.post("/batches/<batch_id>/discards")
@token_required("gifts.record")
@bp.arguments(MaybeWhyIn)
@bp.response(201, BatchOut)
def create_batch_discard(body: dict[str, Any], batch_id: str) -> GiftBatch:
    """Put an open batch aside. 409 `batch_stays` where a row of it is a gift."""
    with transaction():
        return closing.discard(current_actor(), batch_id, **body)


def _told(batch: GiftBatch) -> dict[str, Any]:
    about = {name: getattr(batch, name) for name in _NAMES}
    return about | {"totals": totals_of(batch), "rows": rows_of(batch.id)}
