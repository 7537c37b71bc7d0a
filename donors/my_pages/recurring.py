"""One recurring gift by its signed link: how it stands, its end, and a receipt."""

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict, NotFound
from core.forms import Form
from core.i18n import money as money_text
from core.jobs import enqueue
from core.money import Money
from core.web import limits
from donors.gifts import giving
from donors.jobs import send_cancellation, send_version
from donors.my_pages.blueprint import bp, promise_of
from donors.receipts import links, receipt_pdf
from donors.receipts.receipt import Receipt
from donors.recurring import changing
from donors.recurring.changing import Asked
from donors.recurring.facing import PromiseFace, face_of
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import ENDED, RecurringGift
from donors.recurring.version import Version
from donors.schemas import CancelSchema


@bp.get("/recurring/<token>")
def recurring(token: str) -> str:
    return render_template("donors/my/recurring.html", promise=face_of(promise_of(token)))


@bp.get("/recurring/<token>/cancellation")
def cancellation(token: str) -> str:
    promise = promise_of(token)
    return _page(promise, "already" if promise.state in ENDED else "ask", Form(CancelSchema()))


@bp.post("/recurring/<token>/cancellations")
def cancellation_submit(token: str) -> AnyResponse | str | tuple[str, int]:
    """End it, or take the lighter way that was pressed instead."""
    promise = promise_of(token)
    if promise.state in ENDED:
        return redirect(f"/my/recurring/{token}/cancellation", 303)
    instead = request.form.get("instead", "")
    if instead:
        return _go_lighter(promise, token, instead)
    form = Form(CancelSchema(), request.form)
    if not form.is_valid:
        return _page(promise, "ask", form), 422
    with transaction():
        locked = lock_promise(promise.id)
        assert locked is not None
        asked = giving.ask_to_cancel(locked, asked_by="donor", reason=form.data["reason"])
        asked_id = asked.id
    enqueue(send_cancellation, asked_id)
    return _page(promise, "done", form)


def _go_lighter(promise: RecurringGift, token: str, instead: str) -> AnyResponse:
    try:
        with transaction():
            locked = lock_promise(promise.id)
            assert locked is not None
            version_id = _lighter(locked, instead).id
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        enqueue(send_version, version_id)
        flash(_("Done. Thank you for staying. A mail confirms it."))
    return redirect(f"/my/recurring/{token}", 303)


def _lighter(promise: RecurringGift, instead: str) -> Version:
    """Raises NotFound for a way that was not offered."""
    match instead:
        case "half":
            return changing.change_amount(promise, _half(promise.amount), Asked())
        case "pause":
            return changing.pause(promise, 3, Asked())
        case "skip":
            return changing.skip(promise, Asked())
        case _:
            raise NotFound


def _half(amount: Money) -> Money:
    return Money((amount.minor + 1) // 2, amount.currency)


def _offers(face: PromiseFace, promise: RecurringGift) -> list[tuple[str, str]]:
    """Lighter ways than to end it."""
    offers: list[tuple[str, str]] = []
    if face.can_change and changing.is_within_limits(promise, _half(promise.amount)):
        offers.append(("half", _("Give %(amount)s instead", amount=money_text(_half(promise.amount)))))
    if face.can_rest:
        offers += [("pause", _("Pause for three months")), ("skip", _("Skip the next payment"))]
    return offers


def _page(promise: RecurringGift, state: str, form: Form) -> str:
    face = face_of(promise)
    return render_template(
        "donors/my/cancel.html",
        state=state,
        promise=face,
        form=form,
        lighter=_offers(face, promise) if state == "ask" else [],
    )


@bp.get("/receipts/<token>.pdf")
def receipt(token: str) -> Response:
    receipt_id = links.read(token, links.RECEIPT)
    found = db.session.get(Receipt, receipt_id) if receipt_id else None
    if found is None:
        raise NotFound
    limits.spend_drawing()
    response = make_response(receipt_pdf.document(found))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="receipt-{found.label}.pdf"'
    return response
