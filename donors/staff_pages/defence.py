"""Against card testing: gifts that wait for a decision, and blocks that may be lifted."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict
from core.forms import Form, Schema
from core.jobs import enqueue
from core.web.paging import numbered
from donors import reading
from donors.defence import counting, defence_words, promise_reviewing, reviewing
from donors.defence.block import Block
from donors.jobs import send_decision
from donors.staff_pages.blueprint import bp
from donors.words import actor_name
from staff.access import current_actor, requires

_MOST = 50


class HoldDecisionSchema(Schema):
    """What becomes of a held gift."""

    decision = fields.Str(
        required=True,
        validate=validate.OneOf(("take", "release")),
        metadata={
            "label": lazy_gettext("What shall become of it"),
            "kind": "radio",
            "options": lambda: [
                ("take", _("Take the money: the gift is genuine")),
                ("release", _("Let it go: no money moves")),
            ],
        },
    )
    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )


class ReviewDecisionSchema(Schema):
    """What becomes of a recurring gift that waits for a look."""

    decision = fields.Str(required=True, validate=validate.OneOf(("let_through", "turn_down")))
    reason = fields.Str(required=True, validate=validate.Length(min=3, max=500))


class LiftSchema(Schema):
    """Why a block ends before its time."""

    reason = fields.Str(
        required=True,
        validate=validate.Length(min=3, max=500),
        metadata={"label": lazy_gettext("Why"), "hint": lazy_gettext("Kept in the audit trail.")},
    )


@bp.get("/defence")
@requires("gifts.view")
def defence() -> str:
    return _defence_page()


@bp.post("/promise-reviews/<gift_id>/decisions")
@requires("gifts.view")
def promise_review_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    """Let a donor go on to the payment page, or turn the gift down."""
    form = Form(ReviewDecisionSchema(), request.form)
    if not form.is_valid:
        current_actor().require("gifts.refund")
        return _defence_page(wrong={gift_id: form}), 422
    passes = form.data["decision"] == "let_through"
    try:
        with transaction():
            promise_reviewing.decide(current_actor(), gift_id, let_through=passes, reason=form.data["reason"])
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".defence"), 303)
    flash(
        _("The donor gets a mail and can go on.") if passes else _("The gift is turned down. No money moved.")
    )
    return redirect(url_for(".defence"), 303)


def _defence_page(wrong: dict[str, Form] | None = None) -> str:
    actor = current_actor()
    pager = numbered(reviewing.list_blocks(actor))
    return render_template(
        "donors/staff/defence.html",
        waiting=db.session.execute(reviewing.list_holds(actor, waiting=True).limit(_MOST)).all(),
        decided=db.session.execute(reviewing.list_holds(actor, waiting=False).limit(_MOST)).all(),
        reviews=db.session.execute(promise_reviewing.list_waiting(actor).limit(_MOST)).all(),
        wrong=wrong or {},
        flagged=db.session.execute(reviewing.list_flagged(actor).limit(_MOST)).all(),
        pager=pager,
        names=_names(pager.items),
        words=defence_words,
    )


@bp.get("/holds/<gift_id>")
@requires("gifts.view")
def hold(gift_id: str) -> str:
    return _hold_page(gift_id, Form(HoldDecisionSchema()))


@bp.post("/holds/<gift_id>/decisions")
@requires("gifts.view")
def hold_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    """Take the money of a held gift, or let it go. Stripe is told after the commit."""
    actor = current_actor()
    form = Form(HoldDecisionSchema(), request.form)
    if not form.is_valid:
        return _hold_page(gift_id, form), 422
    try:
        with transaction():
            take = form.data["decision"] == "take"
            reviewing.decide(actor, gift_id, take=take, reason=form.data["reason"])
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".hold", gift_id=gift_id), 303)
    enqueue(send_decision, gift_id)
    flash(_("Decided. Stripe is being told."))
    return redirect(url_for(".defence"), 303)


def _hold_page(gift_id: str, form: Form) -> str:
    actor = current_actor()
    row, screening = reviewing.get_hold(actor, gift_id)
    names = reading.names_of([row.decided_by])
    return render_template(
        "donors/staff/hold.html",
        hold=row,
        gift=reading.get_gift(actor, gift_id),
        screening=screening,
        decided_by=actor_name(row.decided_by, names) if row.decided_by else "",
        form=form,
        words=defence_words,
    )


@bp.get("/blocks/<block_id>")
@requires("gifts.view")
def block(block_id: str) -> str:
    return _block_page(block_id, Form(LiftSchema()))


@bp.post("/blocks/<block_id>/lifts")
@requires("gifts.view")
def lift_submit(block_id: str) -> AnyResponse | tuple[str, int]:
    """End a block before its time; what led to it is forgotten."""
    form = Form(LiftSchema(), request.form)
    if not form.is_valid:
        return _block_page(block_id, form), 422
    with transaction():
        row = reviewing.lift(current_actor(), block_id, reason=form.data["reason"])
    counting.forget(row.mark)
    flash(_("The block is lifted. Gifts are taken again."))
    return redirect(url_for(".defence"), 303)


def _block_page(block_id: str, form: Form) -> str:
    row = reviewing.get_block(current_actor(), block_id)
    return render_template(
        "donors/staff/block.html", block=row, names=_names([row]), form=form, words=defence_words
    )


def _names(blocks: list[Block]) -> dict[str, Any]:
    """Who lifted which block."""
    known = reading.names_of(row.lifted_by for row in blocks if row.lifted_by)
    return {row.id: actor_name(row.lifted_by, known) for row in blocks if row.lifted_by}
