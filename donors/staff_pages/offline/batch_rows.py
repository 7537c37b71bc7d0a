"""Rows of a batch: typed, changed, removed, taken along."""

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web import csv_out
from donors.offline import batching
from donors.offline.batch import BatchRow, GiftBatch, rows_of
from donors.offline.batching import TypedRow
from donors.staff_pages.blueprint import bp
from donors.staff_pages.offline.batches import page_of
from donors.staff_pages.offline.choices import row_schema
from staff.access import Actor, current_actor, requires

HEADER = ("number", "amount", "currency", "channel", "name", "email", "check_number", "note", "gift")


@bp.post("/batches/<batch_id>/rows")
@requires("gifts.view")
def batch_row_submit(batch_id: str) -> AnyResponse | tuple[str, int]:
    """Keep one more row. The page comes back with its first field ready for the next."""
    batch = batching.get_batch(current_actor(), batch_id)
    form = Form(row_schema(batch), request.form)
    return _typed(
        batch,
        form,
        lambda: batching.add_row(current_actor(), batch_id, TypedRow(**form.data)),
        lambda: page_of(batching.get_batch(current_actor(), batch_id), form),
    )


def _typed(
    batch: GiftBatch, form: Form, verb: Callable[[], object], again: Callable[[], str]
) -> AnyResponse | tuple[str, int]:
    batch_id = batch.id
    if not form.is_valid:
        return again(), 422
    try:
        with transaction():
            verb()
    except Invalid as refusal:
        form.refuse(refusal)
        return again(), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@bp.get("/batches/<batch_id>/rows/<row_id>")
@requires("gifts.view")
def batch_row(batch_id: str, row_id: str) -> str:
    actor = current_actor()
    batch = batching.get_batch(actor, batch_id)
    row = batching.get_row(batch, row_id)
    actor.require("gifts.record")
    return _row_page(actor, batch, row, None)


def _row_page(actor: Actor, batch: GiftBatch, row: BatchRow, typed: Form | None) -> str:
    found = batching.known_by_name(actor, {row.name}).get(row.name.lower(), [])
    chosen = [(row.donor_id, row.name or row.donor_id)] if row.donor_id else []
    known = [(each.id, f"{each.called} · {each.email or each.id}") for each in found]
    options = [("", _("Somebody new, or whoever has the address")), *(known or chosen)]
    schema = row_schema(batch, options)
    form = typed or Form(schema, initial={name: getattr(row, name) for name in schema.fields})
    form.schema = schema
    return render_template(
        "donors/staff/offline/batch_row.html", batch=batch, row=row, form=form, is_known=bool(known or chosen)
    )


@bp.post("/batches/<batch_id>/rows/<row_id>")
@requires("gifts.view")
def batch_row_change(batch_id: str, row_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    batch = batching.get_batch(actor, batch_id)
    form = Form(row_schema(batch), request.form)

    def again() -> str:
        fresh = batching.get_batch(actor, batch_id)
        return _row_page(actor, fresh, batching.get_row(fresh, row_id), form)

    return _typed(
        batch,
        form,
        lambda: batching.change_row(actor, batch_id, row_id, TypedRow(**form.data)),
        again,
    )


@bp.post("/batches/<batch_id>/rows/<row_id>/removals")
@requires("gifts.view")
def batch_row_remove(batch_id: str, row_id: str) -> AnyResponse:
    try:
        with transaction():
            row = batching.remove_row(current_actor(), batch_id, row_id)
        flash(_("Row %(number)s is removed. Type it again if that was a mistake.", number=row.number))
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@bp.get("/batches/<batch_id>/rows.csv")
@requires("gifts.view")
def batch_rows_csv(batch_id: str) -> Response:
    batch = batching.get_batch(current_actor(), batch_id)
    rows = (
        (
            *(row.number, row.amount.major, row.currency, row.channel, row.name, row.email),
            *(row.check_number, row.note, row.gift_id),
        )
        for row in rows_of(batch.id)
    )
    return csv_out.download(f"batch-{batch.received_on.isoformat()}.csv", HEADER, rows)
