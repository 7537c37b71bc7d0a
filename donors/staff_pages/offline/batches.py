"""Batches: the list, a new one, its rows typed by keyboard, closing it and opening it again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from donors import reading
from donors.offline import batching, closing
from donors.offline.batch import GiftBatch, rows_of, steps_of, totals_by_batch, totals_of
from donors.offline.batching import BatchPlan
from donors.schemas.offline import BatchIn, MaybeWhyIn
from donors.staff_pages.blueprint import asked, bp, zone_of
from donors.staff_pages.offline.choices import drive_options, row_schema
from donors.words import BATCH_STATES, CHANNELS, actor_name
from staff.access import current_actor, requires


@bp.get("/batches")
@requires("gifts.view")
def batches() -> str:
    query = batching.batches_of(current_actor(), state=asked("state"), words=asked("q"))
    pager = numbered(query.order_by(GiftBatch.created_at.desc(), GiftBatch.id))
    return render_template(
        "donors/staff/offline/batches.html",
        pager=pager,
        totals=totals_by_batch(pager.items),
        states=BATCH_STATES,
        narrowed=bool(asked("state") or asked("q")),
    )


@bp.get("/batches/new")
@requires("gifts.record")
def batch_new() -> str:
    today = clock.today(zone_of(current_actor()))
    return _plan_page(Form(_batch_schema(), initial={"received_on": today, "drive_id": asked("drive")}))


@bp.post("/batches")
@requires("gifts.record")
def batch_new_submit() -> AnyResponse | tuple[str, int]:
    form = Form(_batch_schema(), request.form)
    if not form.is_valid:
        return _plan_page(form), 422
    try:
        with transaction():
            batch_id = batching.begin(current_actor(), BatchPlan(**form.data)).id
    except Invalid as refusal:
        form.refuse(refusal)
        return _plan_page(form), 422
    return redirect(url_for(".batch", batch_id=batch_id), 303)


def _plan_page(form: Form, batch: GiftBatch | None = None) -> str:
    return render_template("donors/staff/offline/batch_form.html", form=form, batch=batch)


def _batch_schema() -> BatchIn:
    """The form with the actor's drives; amounts are typed in the currency of the chosen one."""
    options = drive_options(current_actor())
    chosen = db.session.get(Drive, request.form.get("drive_id", "").replace("\x00", ""))
    schema = BatchIn(currency=chosen.currency if chosen else "USD")
    field = schema.fields["drive_id"]
    field.metadata = {**field.metadata, "options": options}
    return schema


@bp.get("/batches/<batch_id>/plan")
@requires("gifts.view")
def batch_plan(batch_id: str) -> str:
    batch = batching.get_batch(current_actor(), batch_id)
    current_actor().require("gifts.record")
    names = ("drive_id", "source", "received_on", "channel", "expected_count", "expected")
    return _plan_page(Form(_batch_schema(), initial={name: getattr(batch, name) for name in names}), batch)


@bp.post("/batches/<batch_id>/plan")
@requires("gifts.view")
def batch_plan_submit(batch_id: str) -> AnyResponse | tuple[str, int]:
    batch = batching.get_batch(current_actor(), batch_id)
    form = Form(_batch_schema(), request.form)
    if not form.is_valid:
        return _plan_page(form, batch), 422
    try:
        with transaction():
            batching.replan(current_actor(), batch_id, BatchPlan(**form.data))
    except Invalid as refusal:
        form.refuse(refusal)
        return _plan_page(form, batching.get_batch(current_actor(), batch_id)), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".batch", batch_id=batch_id), 303)


@bp.get("/batches/<batch_id>")
@requires("gifts.view")
def batch(batch_id: str) -> str:
    return page_of(batching.get_batch(current_actor(), batch_id))


def page_of(batch: GiftBatch, form: Form | None = None, why: Form | None = None) -> str:
    actor = current_actor()
    rows, steps = rows_of(batch.id), steps_of(batch.id)
    names = reading.names_of([batch.created_by, *(step.done_by for step in steps)])
    unknown = {row.name for row in rows if not row.email and not row.donor_id and not row.gift_id}
    return render_template(
        "donors/staff/offline/batch.html",
        batch=batch,
        rows=list(reversed(rows)),
        totals=totals_of(batch),
        steps=steps,
        form=form or Form(row_schema(batch), initial={"channel": batch.channel}),
        why=why or Form(MaybeWhyIn()),
        alike=batching.known_by_name(actor, unknown),
        channels=CHANNELS,
        states=BATCH_STATES,
        who=lambda label: actor_name(label, names),
    )


@bp.post("/batches/<batch_id>/closings")
@requires("gifts.view")
def batch_close(batch_id: str) -> AnyResponse | tuple[str, int]:
    """Every row becomes a gift, or none does."""
    return _step(batch_id, closing.close, _("Every row is a gift now, with its receipt."))


@bp.post("/batches/<batch_id>/reopenings")
@requires("gifts.view")
def batch_reopen(batch_id: str) -> AnyResponse | tuple[str, int]:
    return _step(batch_id, closing.reopen, _("Its gifts are taken back, and the rows are drafts again."))


@bp.post("/batches/<batch_id>/discards")
@requires("gifts.view")
def batch_discard(batch_id: str) -> AnyResponse | tuple[str, int]:
    return _step(batch_id, closing.discard, _("The batch is put aside. It can be opened again."))


def _step(batch_id: str, verb: Callable[..., GiftBatch], said: str) -> AnyResponse | tuple[str, int]:
    form = Form(MaybeWhyIn(), request.form)
    batch = batching.get_batch(current_actor(), batch_id)
    if not form.is_valid:
        return page_of(batch, why=form), 422
    try:
        with transaction():
            verb(current_actor(), batch_id, **form.data)
        flash(said)
    except Invalid as refusal:
        db.session.expire_all()
        form.refuse(refusal)
        return page_of(batching.get_batch(current_actor(), batch_id), why=form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".batch", batch_id=batch_id), 303)
