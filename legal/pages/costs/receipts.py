"""Receipts of a claim: added, read, taken back."""

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core import uploads
from core.db import transaction
from core.errors import Conflict
from core.forms import Form
from legal.costs.expense import get_expense
from legal.costs.receipt import RECEIPTS, add_receipt, get_receipt, remove_receipt
from legal.pages.blueprint import bp
from legal.pages.costs.expenses import expense_page
from legal.schemas.costs import ReceiptIn
from staff.access import current_actor, requires


@bp.post("/expenses/<expense_id>/receipts")
@requires("costs.claim")
@uploads.takes(RECEIPTS)
def receipt_submit(expense_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    form = Form(ReceiptIn(), request.files)
    if not form.is_valid:
        return expense_page(get_expense(actor, expense_id), receipt=form), 422
    try:
        with uploads.keeping(RECEIPTS, [form.data["receipt"]]) as kept, transaction():
            add_receipt(actor, expense_id, kept[0])
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The receipt is added."))
    return redirect(url_for("legal.expense", expense_id=expense_id))


@bp.get("/expenses/<expense_id>/receipts/<expense_receipt_id>")
@requires("costs.view")
def receipt(expense_id: str, expense_receipt_id: str) -> Response:
    found = get_receipt(current_actor(), expense_id, expense_receipt_id)
    return uploads.answer(RECEIPTS, found.file, found.media_type, called=f"receipt-{found.id}")


@bp.post("/expenses/<expense_id>/receipts/<expense_receipt_id>/removals")
@requires("costs.claim")
def receipt_remove(expense_id: str, expense_receipt_id: str) -> AnyResponse:
    try:
        with transaction():
            remove_receipt(current_actor(), expense_id, expense_receipt_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The receipt is taken back."))
    return redirect(url_for("legal.expense", expense_id=expense_id))
