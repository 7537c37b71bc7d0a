"""One import: what its dry run says, starting it, and what became of it."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict
from core.forms import Form
from core.jobs import enqueue
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import (
    ROW_BAD,
    WORKING,
    GiftImport,
    get_import,
    imports_of,
)
from donors.importing.presets import presets
from donors.importing.reasons import sentence
from donors.jobs import advance_import
from donors.schemas.imports import ImportUndoIn
from donors.staff_pages.blueprint import bp
from donors.staff_pages.imports.words import amounts, words
from staff.access import Actor, current_actor, requires


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
        undo=undo or Form(ImportUndoIn()),
        amount_of=amounts(found),
        sentence=sentence,
        **words(),
    )


def _same_file(found: GiftImport) -> list[GiftImport]:
    """Other imports of the very same file."""
    query = imports_of(current_actor()).where(GiftImport.sha256 == found.sha256, GiftImport.id != found.id)
    return list(db.session.scalars(query.limit(5)))


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
    form = Form(ImportUndoIn(), request.form)
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
