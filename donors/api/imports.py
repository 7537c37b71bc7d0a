"""Imports of gifts for software: a file in, its dry run, the import, and back."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from core import uploads
from core.db import transaction
from core.jobs import enqueue
from core.web import csv_out
from core.web.paging import Page, Pager, numbered, page
from donors.api.blueprint import bp
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import FILES, ROW_BAD, ROW_STATES, GiftImport, get_import, imports_of
from donors.importing.mapping import Mapping
from donors.importing.presets import normal
from donors.jobs import advance_import
from donors.schemas.imports import (
    FullImportOut,
    ImportAboutIn,
    ImportFileIn,
    ImportOut,
    ImportRowsIn,
    ImportRowsOut,
    ImportUndoIn,
    MappingIn,
)
from staff.access import Actor, current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/gift-imports")
@token_required("gifts.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(ImportOut, "GiftImports"))
def list_gift_imports(query: dict[str, Any]) -> Page:
    """The organisation's imports, the latest first."""
    return page(imports_of(current_actor()), (GiftImport.uploaded_at, GiftImport.id), **query)


@bp.post("/gift-imports")
@token_required(receiving.MAY_IMPORT)
@uploads.takes(FILES)
@bp.arguments(ImportFileIn, location="files")
@bp.arguments(ImportAboutIn, location="query")
@bp.response(201, ImportOut)
def create_gift_import(files: dict[str, Any], about: dict[str, Any]) -> GiftImport:
    """Send a CSV file (multipart `file`). Its columns are matched as far as they are known; then check it."""
    stream, name = files["file"]
    with receiving.receiving(stream) as received, transaction():
        return receiving.create_import(current_actor(), received, file_name=name, **about)


@bp.get("/gift-imports/<gift_import_id>")
@token_required("gifts.view")
@bp.response(200, FullImportOut)
def read_gift_import(gift_import_id: str) -> dict[str, Any]:
    """One import with what its rows are, and how far its work is."""
    return _told(get_import(current_actor(), gift_import_id))


@bp.put("/gift-imports/<gift_import_id>/mapping")
@token_required(receiving.MAY_IMPORT)
@bp.arguments(MappingIn)
@bp.response(200, ImportOut)
def update_gift_import_mapping(body: dict[str, Any], gift_import_id: str) -> GiftImport:
    """Say which column means what; kept for the source's next file."""
    actor = current_actor()
    for name in ("gifts", "refunds"):
        if name in body:
            body[name] = [normal(each) for each in body[name] if normal(each)]
    with transaction():
        present = get_import(actor, gift_import_id).mapping
        return steps.map_columns(actor, gift_import_id, Mapping(**{**present, **body}))


@bp.post("/gift-imports/<gift_import_id>/checks")
@token_required(receiving.MAY_IMPORT)
@bp.response(202, FullImportOut)
def create_gift_import_check(gift_import_id: str) -> dict[str, Any]:
    """Begin the dry run; its columns are taken as they stand. 409 `illegal_transition`."""

    def check(actor: Actor, import_id: str) -> GiftImport:
        steps.map_columns(actor, import_id, get_import(actor, import_id).columns)
        return steps.ask_check(actor, import_id)

    return _begun(gift_import_id, check)


@bp.post("/gift-imports/<gift_import_id>/starts")
@token_required(receiving.MAY_IMPORT)
@bp.response(202, FullImportOut)
def create_gift_import_start(gift_import_id: str) -> dict[str, Any]:
    """Begin to import what the dry run found sound. 409 `illegal_transition`."""
    return _begun(gift_import_id, steps.start_import)


@bp.post("/gift-imports/<gift_import_id>/retries")
@token_required(receiving.MAY_IMPORT)
@bp.response(202, FullImportOut)
def create_gift_import_retry(gift_import_id: str) -> dict[str, Any]:
    """Go on with work that stopped by an error. 409 `illegal_transition`."""
    return _begun(gift_import_id, steps.try_again)


@bp.post("/gift-imports/<gift_import_id>/cancellations")
@token_required(receiving.MAY_IMPORT)
@bp.response(201, FullImportOut)
def create_gift_import_cancellation(gift_import_id: str) -> dict[str, Any]:
    """Call it off before anything is imported. 409 `illegal_transition`."""
    with transaction():
        return _told(steps.cancel_import(current_actor(), gift_import_id))


@bp.post("/gift-imports/<gift_import_id>/undos")
@token_required(receiving.MAY_IMPORT)
@bp.arguments(ImportUndoIn)
@bp.response(202, FullImportOut)
def create_gift_import_undo(body: dict[str, Any], gift_import_id: str) -> dict[str, Any]:
    """Take back every gift of the import. 409 `illegal_transition`."""
    return _begun(gift_import_id, lambda actor, import_id: steps.undo_import(actor, import_id, **body))


@bp.get("/gift-imports/<gift_import_id>/rows")
@token_required("gifts.view")
@bp.arguments(ImportRowsIn, location="query")
@bp.response(200, ImportRowsOut)
def list_gift_import_rows(query: dict[str, Any], gift_import_id: str) -> Pager:
    """What each row is or became, 50 a page, all or those of one status."""
    found = get_import(current_actor(), gift_import_id)
    status = query["status"] if query["status"] in ROW_STATES else ""
    return numbered(looking.rows_of(found, status), number=query["page"])


@bp.get("/gift-imports/<gift_import_id>/bad-rows")
@token_required("gifts.view")
@bp.response(200, content_type="text/csv")
def read_gift_import_bad_rows(gift_import_id: str) -> Response:
    """The bad rows as CSV: number and reason before the columns of the file."""
    found = get_import(current_actor(), gift_import_id)
    header = [_("Row"), _("Reason"), *(found.header if found.file_dropped_at is None else [])]
    return csv_out.download(f"{found.id}-bad.csv", header, looking.left_out(found, ROW_BAD))


def _begun(gift_import_id: str, step: Callable[[Actor, str], GiftImport]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        step(actor, gift_import_id)
    enqueue(advance_import, gift_import_id)
    return _told(get_import(actor, gift_import_id))


def _told(found: GiftImport) -> dict[str, Any]:
    stands = looking.standing(found)
    return {
        **{name: getattr(found, name) for name in ImportOut().fields},
        "counts": stands.counts,
        "amounts_minor": {status: amount.minor for status, amount in stands.sums.items()},
        "counting": stands.counting[0],
        "counting_minor": stands.counting[1].minor,
        "currency": found.drive.currency,
        "progress": stands.share,
        "reasons": [
            {"status": status, "column": column, "rule": rule, "rows": rows}
            for status, column, rule, rows in stands.reasons
        ],
    }
