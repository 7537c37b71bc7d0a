"""Another way to pay a recurring gift: a new card, or a bank account with the mandate to debit it."""

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, NotFound
from core.jobs import enqueue
from core.money import Money
from donors.jobs import take_card
from donors.my_pages.blueprint import bp, promise_of
from donors.payments import promises_at_stripe
from donors.recurring import carding
from donors.recurring.facing import face_of
from donors.recurring.recurring_gift import BANK, CARD, RecurringGift
from donors.stripe_gateway import PaymentsUnavailable


@bp.get("/recurring/<token>/card")
def card(token: str) -> AnyResponse:
    """Straight to Stripe's page for a new card: one click from a mail. Opening it changes nothing."""
    return _to_stripe(promise_of(token), CARD)


@bp.get("/recurring/<token>/bank")
def bank(token: str) -> AnyResponse | str:
    """What a donor allows who lets a bank account be debited, before Stripe's page asks for it."""
    promise = promise_of(token)
    face = face_of(promise)
    if not face.can_change or not carding.can_take_bank(promise):
        return redirect(face.url, 303)
    charged = Money(promise.amount_minor, promise.currency) + carding.cover_by(promise, BANK)
    return render_template("donors/my/bank.html", promise=face, charged=charged)


@bp.post("/recurring/<token>/bank")
def bank_submit(token: str) -> AnyResponse:
    return _to_stripe(promise_of(token), BANK)


def _to_stripe(promise: RecurringGift, method: str) -> AnyResponse:
    address = face_of(promise).url
    try:
        with transaction():
            card_update_id = carding.ask(promise, method).id
        return redirect(promises_at_stripe.open_card_page(card_update_id), 303)
    except Conflict:
        return redirect(address, 303)
    except PaymentsUnavailable:
        flash(_("The payment service does not answer. No money moved. Try again in a minute."), "bad")
        return redirect(address, 303)


@bp.get("/recurring/<token>/cards/<card_update_id>")
def card_typed(token: str, card_update_id: str) -> AnyResponse:
    """Back from Stripe's page. Asks Stripe at once, in case its event is late."""
    promise = promise_of(token)
    if not carding.belongs(card_update_id, promise):
        raise NotFound
    enqueue(take_card, card_update_id)
    flash(_("Your new way to pay is taken over. A mail confirms it."))
    return redirect(face_of(promise).url, 303)
