"""Sending a file, and saying which of its columns means what."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import uploads
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.web.paging import numbered
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import (
    CHECKED,
    FILES,
    MAPPED,
    UPLOADED,
    GiftImport,
    get_import,
    imports_of,
)
from donors.importing.mapping import FIELDS
from donors.importing.presets import presets
from donors.importing.reasons import sentence
from donors.jobs import advance_import
from donors.schemas.imports import OTHER, ImportForm, mapping_form, shown, typed_mapping
from donors.staff_pages.blueprint import bp
from donors.staff_pages.imports.words import words
from staff.access import Actor, current_actor, requires


@bp.get("/gift-imports")
@requires("gifts.view")
def gift_imports() -> str:
    pager = numbered(imports_of(current_actor()))
    return render_template("donors/staff/imports.html", pager=pager, **words())


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
        **words(),
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
