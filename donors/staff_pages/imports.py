"""Importing gifts from a file: upload, columns, dry run, import, rows that were left out, taking back."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import uploads
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import (
    CHECKED,
    FILES,
    MAPPED,
    ROW_BAD,
    ROW_STATES,
    STATES,
    UPLOADED,
    WORKING,
    GiftImport,
    ImportRow,
    get_import,
    imports_of,
)
from donors.importing.mapping import FIELDS
from donors.importing.presets import presets
from donors.importing.reasons import sentence
from donors.jobs import advance_import
from donors.schemas.imports import OTHER, ImportForm, UndoIn, mapping_form, shown, typed_mapping
from donors.staff_pages.blueprint import bp
from staff.access import Actor, current_actor, requires

#: Which colour a state's tag has, beside its word.
_TONES = {
    "imported": "good",
    "ok": "good",
    "failed": "bad",
    "bad": "bad",
    "undone": "warn",
    "checked": "warn",
}


@bp.get("/gift-imports")
@requires("gifts.view")
def gift_imports() -> str:
    pager = numbered(imports_of(current_actor()))
    return render_template("donors/staff/imports.html", pager=pager, **_words())


@bp.get("/gift-imports/new")
@requires(receiving.MAY_IMPORT)
def gift_import_new() -> str:
    return _new_page()


def _new_page(form: Form | None = None) -> str:
    actor = current_actor()
    form = form or Form(_form_of(actor), initial={"drive_id": request.args.get("drive", "")})
    return render_template("donors/staff/import_new.html", form=form, presets=presets().values())


def _form_of(actor: Actor) -> ImportForm:
    schema = ImportForm()
    query = receiving.drives_to(actor).order_by(Drive.opens_at.desc(), Drive.id)
    field = schema.fields["drive_id"]
    options = [(each.id, f"{each.title} ({each.currency})") for each in db.session.scalars(query)]
    field.metadata = {**field.metadata, "options": options}
    return schema


@bp.post("/gift-imports")
@requires(receiving.MAY_IMPORT)
@uploads.takes(FILES)
def gift_import_submit() -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(_form_of(actor), CombinedMultiDict([request.form, request.files]))
    if not form.is_valid:
        return _new_page(form), 422
    stream, name = form.data["file"]
    preset = form.data["preset"]
    source = form.data["system"] if preset in ("", OTHER) else preset
    try:
        with receiving.receiving(stream) as received, transaction():
            found = receiving.create_import(
                actor, received, drive_id=form.data["drive_id"], source=source, file_name=name
            )
    except Invalid as refusal:
        form.refuse(
            Invalid({{"source": "system"}.get(key, key): said for key, said in refusal.errors.items()})
        )
        return _new_page(form), 422
    return redirect(url_for(".gift_import_columns", gift_import_id=found.id))


@bp.get("/gift-imports/<gift_import_id>/columns")
@requires(receiving.MAY_IMPORT)
def gift_import_columns(gift_import_id: str) -> AnyResponse | str:
    found = get_import(current_actor(), gift_import_id)
    if found.state not in (UPLOADED, MAPPED, CHECKED):
        return redirect(url_for(".gift_import", gift_import_id=found.id))
    return _columns_page(found)


def _columns_page(found: GiftImport, form: Form | None = None) -> str:
    form = form or Form(mapping_form(found), initial=shown(found.columns))
    drawn = {name: form[f"column_{name}"] for name in FIELDS}
    return render_template(
        "donors/staff/import_columns.html",
        found=found,
        form=form,
        chosen=[each for each in drawn.values() if each.value or each.required or each.is_wrong],
        others=[each for each in drawn.values() if not (each.value or each.required or each.is_wrong)],
        preview=looking.preview(found),
        preset=presets().get(found.source_key),
        sentence=sentence,
        **_words(),
    )


@bp.post("/gift-imports/<gift_import_id>/columns")
@requires(receiving.MAY_IMPORT)
def gift_import_columns_submit(gift_import_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    found = get_import(actor, gift_import_id)
    form = Form(mapping_form(found), request.form)
    if not form.is_valid:
        return _columns_page(found, form), 422
    only_look = "look" in request.form
    try:
        with transaction():
            found = steps.map_columns(actor, gift_import_id, typed_mapping(form.data))
            if not only_look:
                steps.ask_check(actor, gift_import_id)
    except Invalid as refusal:
        form.refuse(Invalid({_control(key): said for key, said in refusal.errors.items()}))
        return _columns_page(get_import(actor, gift_import_id), form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".gift_import", gift_import_id=gift_import_id))
    if only_look:
        return redirect(url_for(".gift_import_columns", gift_import_id=gift_import_id, _anchor="preview"))
    enqueue(advance_import, gift_import_id)
    return redirect(url_for(".gift_import", gift_import_id=gift_import_id))


def _control(name: str) -> str:
    """Which control of the form a rule of the mapping is about."""
    return {"currency_default": "currency", "zone_default": "zone"}.get(
        name, f"column_{name}" if name in FIELDS else name
    )


@bp.get("/gift-imports/<gift_import_id>")
@requires("gifts.view")
def gift_import(gift_import_id: str) -> str:
    return _page(get_import(current_actor(), gift_import_id))


def _page(found: GiftImport, undo: Form | None = None) -> str:
    return render_template(
        "donors/staff/import.html",
        found=found,
        standing=looking.standing(found),
        preset=presets().get(found.source_key),
        is_working=found.state in WORKING,
        first_bad=list(db.session.scalars(looking.rows_of(found, ROW_BAD).limit(10))),
        others=_same_file(found),
        undo=undo or Form(UndoIn()),
        amount_of=_amounts(found),
        sentence=sentence,
        **_words(),
    )


def _same_file(found: GiftImport) -> list[GiftImport]:
    """Other imports of the very same file."""
    query = imports_of(current_actor()).where(GiftImport.sha256 == found.sha256, GiftImport.id != found.id)
    return list(db.session.scalars(query.limit(5)))


@bp.get("/gift-imports/<gift_import_id>/rows")
@requires("gifts.view")
def gift_import_rows(gift_import_id: str) -> str:
    found = get_import(current_actor(), gift_import_id)
    status = request.args.get("status", "")
    query = looking.rows_of(found, status if status in ROW_STATES else "")
    return render_template(
        "donors/staff/import_rows.html",
        found=found,
        pager=numbered(query),
        amount_of=_amounts(found),
        sentence=sentence,
        **_words(),
    )


@bp.get("/gift-imports/<gift_import_id>/rows.csv")
@requires("gifts.view")
def gift_import_rows_csv(gift_import_id: str) -> Response:
    found = get_import(current_actor(), gift_import_id)
    status = request.args.get("status", ROW_BAD)
    status = status if status in looking.LEFT_OUT else ROW_BAD
    header = [_("Row"), _("Reason"), *(found.header if found.file_dropped_at is None else [])]
    return csv_out.download(f"{found.id}-{status}.csv", header, looking.left_out(found, status))


@bp.post("/gift-imports/<gift_import_id>/starts")
@requires(receiving.MAY_IMPORT)
def gift_import_start(gift_import_id: str) -> AnyResponse:
    return _step(gift_import_id, steps.start_import, works=True)


@bp.post("/gift-imports/<gift_import_id>/cancellations")
@requires(receiving.MAY_IMPORT)
def gift_import_cancel(gift_import_id: str) -> AnyResponse:
    return _step(gift_import_id, steps.cancel_import, said=_("It is called off, and its file is gone."))


@bp.post("/gift-imports/<gift_import_id>/retries")
@requires(receiving.MAY_IMPORT)
def gift_import_retry(gift_import_id: str) -> AnyResponse:
    return _step(gift_import_id, steps.try_again, works=True)


@bp.post("/gift-imports/<gift_import_id>/undos")
@requires(receiving.MAY_IMPORT)
def gift_import_undo(gift_import_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    found = get_import(actor, gift_import_id)
    form = Form(UndoIn(), request.form)
    if not form.is_valid:
        return _page(found, form), 422

    def undo(actor: Actor, import_id: str) -> GiftImport:
        return steps.undo_import(actor, import_id, **form.data)

    return _step(gift_import_id, undo, works=True)


def _step(
    gift_import_id: str,
    step: Callable[[Actor, str], GiftImport],
    *,
    works: bool = False,
    said: str = "",
) -> AnyResponse:
    try:
        with transaction():
            step(current_actor(), gift_import_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        if works:
            enqueue(advance_import, gift_import_id)
        if said:
            flash(said)
    return redirect(url_for(".gift_import", gift_import_id=gift_import_id))


def _amounts(found: GiftImport) -> Callable[[ImportRow], Money]:
    return lambda row: Money(row.amount_minor or 0, found.drive.currency)


def _words() -> dict[str, Any]:
    return {"states": STATES, "row_states": ROW_STATES, "import_tones": _TONES, "may_import": _may()}


def _may() -> bool:
    return current_actor().can(receiving.MAY_IMPORT)
