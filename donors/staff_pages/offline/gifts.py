"""Single gifts without a checkout: take one back, note what went back to the donor, mail its receipt after all."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.money import Money
from donors import reading
from donors.jobs import mail_waiting_receipts
from donors.offline import deciding, returning_outside
from donors.schemas.offline import ReturnIn, VoidIn
from donors.staff_pages.blueprint import bp
from donors.staff_pages.gifts import gift_page
from staff.access import Actor, current_actor, requires
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.pages.proposals import waits_for_second


@bp.post("/gifts/<gift_id>/voids")
@requires("gifts.view")
def void_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    """It was no gift after all: every figure goes back to where it was."""
    reading.get_gift(current_actor(), gift_id)
    form = Form(VoidIn(), request.form)
    return _done(
        gift_id,
        form,
        lambda: deciding.void(current_actor(), gift_id, **form.data),
        (
            lambda: gift_page(reading.get_gift(current_actor(), gift_id), void=form),
            _("The gift is taken back. Its receipt is void."),
        ),
    )


@bp.post("/gifts/<gift_id>/returns")
@requires("gifts.view", fresh=True)
def return_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    """Money that the organisation gave back itself."""
    actor = current_actor()
    found = reading.get_gift(actor, gift_id)
    form = Form(ReturnIn(currency=found.currency), request.form)
    return _done(
        gift_id,
        form,
        lambda: returning_outside.return_outside(actor, gift_id, **form.data),
        (
            lambda: gift_page(reading.get_gift(actor, gift_id), returned=form),
            _("It is noted. The receipt is amended."),
        ),
    )


@bp.post("/gifts/<gift_id>/returns/<refund_id>/reversals")
@requires("gifts.view", fresh=True)
def return_undo(gift_id: str, refund_id: str) -> AnyResponse:
    return _said(
        gift_id,
        lambda: returning_outside.undo(current_actor(), gift_id, refund_id),
        _("The gift stands again by that much."),
    )


@bp.post("/gifts/<gift_id>/receipt-mails")
@requires("gifts.view")
def receipt_mail_submit(gift_id: str) -> AnyResponse:
    answer = _said(
        gift_id, lambda: deciding.mail_receipt(current_actor(), gift_id), _("The receipt is on its way.")
    )
    enqueue(mail_waiting_receipts)
    return answer


def _done(
    gift_id: str, form: Form, verb: Callable[[], Any], answers: tuple[Callable[[], str], str]
) -> AnyResponse | tuple[str, int]:
    again, said = answers
    if not form.is_valid:
        return again(), 422
    try:
        with transaction():
            made = verb()
    except Invalid as refusal:
        form.refuse(refusal)
        return again(), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".gift", gift_id=gift_id), 303)
    if isinstance(made, Proposal):
        return waits_for_second(made)
    flash(said)
    return redirect(url_for(".gift", gift_id=gift_id), 303)


def _said(gift_id: str, verb: Callable[[], object], said: str) -> AnyResponse:
    try:
        with transaction():
            verb()
        flash(said)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".gift", gift_id=gift_id), 303)


def _confirmed(actor: Actor, terms: dict[str, Any]) -> None:
    """A second person has confirmed that money went back."""
    returning_outside.return_now(
        actor,
        terms["gift_id"],
        amount=Money(terms["amount_minor"], terms["currency"]),
        reason=terms["reason"],
        on_day=date.fromisoformat(terms["on_day"]),
    )


two_people.declare(
    returning_outside.VERB,
    permission="gifts.refund",
    words=lazy_gettext("Note that %(amount)s of the gift %(gift_id)s went back outside Stripe: %(reason)s"),
    perform=_confirmed,
)
