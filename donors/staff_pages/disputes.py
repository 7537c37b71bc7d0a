"""Disputes: the list, one dispute with its evidence and its answer, and warnings of fraud."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict
from core.forms import Form, Schema
from core.jobs import enqueue
from core.web.paging import numbered
from donors import reading
from donors.disputes import answering, evidence
from donors.disputes.dispute import UNDECIDED, Dispute, DisputeAnswer, DisputeMovement
from donors.disputes.fraud_warning import FraudWarning
from donors.gifts.gift import Gift
from donors.jobs import send_answer, send_refund
from donors.staff_pages.blueprint import asked, bp
from donors.words import DISPUTE_REASONS, DISPUTE_STATES, actor_name
from staff.access import current_actor, requires
from staff.approval.proposal import Proposal
from staff.pages.proposals import waits_for_second


class AnswerSchema(Schema):
    statement = fields.Str(
        required=True,
        validate=validate.Length(min=10, max=5000),
        metadata={
            "label": lazy_gettext("What the bank should know"),
            "hint": lazy_gettext(
                "How the donor gave and what you know of it. The payment's facts and the mails are added."
            ),
            "kind": "textarea",
            "rows": 6,
        },
    )


@bp.get("/disputes")
@requires("gifts.view")
def disputes() -> str:
    actor, state = current_actor(), asked("state")
    pager = numbered(answering.disputes_of(actor, state).order_by(Dispute.opened_at.desc(), Dispute.id))
    warned = answering.warnings_of(actor).order_by(FraudWarning.warned_at.desc()).limit(50)
    warnings = list(db.session.scalars(warned))
    gift_ids = {each.gift_id for each in (*pager.items, *warnings)}
    gifts = {
        gift.id: gift for gift in db.session.scalars(reading.gifts_of(actor).where(Gift.id.in_(gift_ids)))
    }
    return render_template(
        "donors/staff/disputes.html",
        pager=pager,
        warnings=warnings,
        gifts=gifts,
        dispute_states=DISPUTE_STATES,
        reasons=DISPUTE_REASONS,
    )


@bp.get("/disputes/<dispute_id>")
@requires("gifts.view")
def dispute(dispute_id: str) -> str:
    return _page(answering.get_dispute(current_actor(), dispute_id), Form(AnswerSchema()))


@bp.get("/disputes/<dispute_id>/evidence.zip")
@requires("gifts.view")
def dispute_evidence(dispute_id: str) -> Response:
    found = answering.get_dispute(current_actor(), dispute_id)
    named = {"Content-Disposition": f'attachment; filename="evidence-{found.id}.zip"'}
    return Response(evidence.zipped(evidence.gather(found)), mimetype="application/zip", headers=named)


@bp.post("/disputes/<dispute_id>/answers")
@requires("gifts.view")
def answer_submit(dispute_id: str) -> AnyResponse | tuple[str, int]:
    """Hand the evidence in. Stripe is told after the commit."""
    actor = current_actor()
    found = answering.get_dispute(actor, dispute_id)
    actor.require("gifts.refund")
    form = Form(AnswerSchema(), request.form)
    if not form.is_valid:
        return _page(found, form), 422
    return _decide(dispute_id, statement=form.data["statement"])


@bp.post("/disputes/<dispute_id>/acceptances")
@requires("gifts.view", fresh=True)
def accept_submit(dispute_id: str) -> AnyResponse:
    """Let the bank keep the money: nothing is to be said against it."""
    return _decide(dispute_id, is_accepting=True)


def _decide(dispute_id: str, *, statement: str = "", is_accepting: bool = False) -> AnyResponse:
    here = redirect(url_for(".dispute", dispute_id=dispute_id), 303)
    try:
        with transaction():
            row = answering.answer(
                current_actor(), dispute_id, statement=statement, is_accepting=is_accepting
            )
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return here
    enqueue(send_answer, row.id)
    flash(_("It is on its way to the bank."))
    return here


@bp.post("/disputes/<dispute_id>/releases")
@requires("gifts.view")
def release_submit(dispute_id: str) -> AnyResponse:
    """Let the recurring gift go on after all."""
    try:
        with transaction():
            answering.release(current_actor(), dispute_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The recurring gift goes on with its next instalment."))
    return redirect(url_for(".dispute", dispute_id=dispute_id), 303)


@bp.post("/warnings/<warning_id>/refunds")
@requires("gifts.view", fresh=True)
def warned_refund_submit(warning_id: str) -> AnyResponse:
    """One click: give the whole gift back before the bank takes it."""
    try:
        with transaction():
            row = answering.refund_warned(
                current_actor(), warning_id, reason=_("The card's issuer warned of fraud.")
            )
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".disputes"), 303)
    if isinstance(row, Proposal):
        return waits_for_second(row)
    enqueue(send_refund, row.id)
    flash(_("The refund is on its way. The donor gets a mail once Stripe confirms it."))
    return redirect(url_for(".gift", gift_id=row.gift_id), 303)


def _page(found: Dispute, form: Form) -> str:
    answers = list(
        db.session.scalars(
            select(DisputeAnswer).where(DisputeAnswer.dispute_id == found.id).order_by(DisputeAnswer.asked_at)
        )
    )
    moved = select(DisputeMovement).where(DisputeMovement.dispute_id == found.id)
    names = reading.names_of(row.asked_by for row in answers)
    return render_template(
        "donors/staff/dispute.html",
        dispute=found,
        pack=evidence.gather(found),
        answers=answers,
        movements=list(db.session.scalars(moved.order_by(DisputeMovement.at, DisputeMovement.id))),
        is_undecided=found.state in UNDECIDED,
        can_answer=found.state in UNDECIDED and all(row.failed_at for row in answers),
        is_holding=answering.is_holding(found),
        form=form,
        dispute_states=DISPUTE_STATES,
        reasons=DISPUTE_REASONS,
        who=lambda label: actor_name(label, names),
    )
