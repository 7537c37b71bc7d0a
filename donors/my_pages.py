"""`/my/`: what a donor does from the links in their mails."""

from datetime import UTC
from types import SimpleNamespace

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core.db import db, transaction
from core.errors import NotFound
from core.forms import Form
from core.jobs import enqueue
from donors.gifts import giving
from donors.jobs import send_cancellation
from donors.receipts import links, receipt_pdf
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import CANCELLED, RecurringGift
from donors.schemas import CancelSchema
from staff.organisation import Organisation

bp = Blueprint("my", __name__, url_prefix="/my")


@bp.get("/")
def home() -> str:
    return render_template("donors/my.html")


@bp.get("/recurring/<token>")
def recurring(token: str) -> Response:
    promise = _promise(token)
    return _page(promise, token, "already" if promise.state == CANCELLED else "ask", Form(CancelSchema()))


@bp.post("/recurring/<token>/cancellation")
def cancel_recurring(token: str) -> AnyResponse:
    promise = _promise(token)
    form = Form(CancelSchema(), request.form)
    if promise.state == CANCELLED:
        return redirect(f"/my/recurring/{token}", 303)
    if not form.is_valid:
        response = _page(promise, token, "ask", form)
        response.status_code = 422
        return response
    with transaction() as session:
        locked = session.get_one(RecurringGift, promise.id, with_for_update=True, populate_existing=True)
        asked = giving.ask_to_cancel(locked, asked_by="donor", reason=form.data["reason"])
        asked_id = asked.id
    enqueue(send_cancellation, asked_id)
    return _page(promise, token, "done", form)


@bp.get("/receipts/<token>.pdf")
def receipt(token: str) -> Response:
    receipt_id = links.read(token, links.RECEIPT)
    found = db.session.get(Receipt, receipt_id) if receipt_id else None
    if found is None:
        raise NotFound
    response = make_response(receipt_pdf.document(found))
    response.headers.update(
        {
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="receipt-{found.label}.pdf"',
            "Cache-Control": "private, no-store",
        }
    )
    return response


def _promise(token: str) -> RecurringGift:
    recurring_gift_id = links.read(token, links.RECURRING)
    promise = db.session.get(RecurringGift, recurring_gift_id) if recurring_gift_id else None
    if promise is None:
        raise NotFound
    return promise


def _page(promise: RecurringGift, token: str, state: str, form: Form) -> Response:
    drive = db.session.get_one(Drive, promise.drive_id)
    about = SimpleNamespace(
        amount=promise.charged,
        rhythm=promise.rhythm,
        started_on=promise.started_at.astimezone(UTC).date(),
        next_on=promise.next_due_on,
        organisation_name=db.session.get_one(Organisation, promise.organisation_id).name,
        drive_title=drive.title,
        drive_slug=drive.slug,
    )
    page = render_template(
        "donors/cancel_recurring.html",
        state=state,
        recurring=about,
        form=form,
        action_url=f"/my/recurring/{token}/cancellation",
        lighter=[],
        manage_url=None,
    )
    response = make_response(page)
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
    return response
