"""What staff does with a recurring gift as its donor asked, and the list of those whose payments fail."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form, Schema
from core.jobs import enqueue
from core.web.paging import numbered
from donors import reading
from donors.jobs import mail_sign_in_link, send_version
from donors.reading import Wanted
from donors.recurring import deciding, history
from donors.recurring.recurring_gift import FAILING, RecurringGift
from donors.schemas import NoteSchema, StaffAmountSchema, StaffDaySchema, StaffPauseSchema
from donors.staff_pages.blueprint import bp
from donors.staff_pages.recurring import promise_page
from staff.access import current_actor, requires


@bp.get("/recurring/failing")
@requires("gifts.view")
def failing_recurring_gifts() -> str:
    """Whose payments do not go through: what was tried, and when the next try is."""
    query = reading.promises_of(current_actor(), Wanted(state=FAILING))
    pager = numbered(query.order_by(RecurringGift.next_attempt_at, RecurringGift.id))
    return render_template(
        "donors/staff/failing_recurring_gifts.html", pager=pager, tried=history.open_failures(pager.items)
    )


def _schema(kind: str, promise: RecurringGift) -> Schema:
    if kind == "amounts":
        return StaffAmountSchema(currency=promise.currency)
    others: dict[str, Any] = {"days": StaffDaySchema, "pauses": StaffPauseSchema}
    return others.get(kind, NoteSchema)()


@bp.post("/recurring/<recurring_gift_id>/<any(amounts,days,pauses,skips,resumptions):kind>")
@requires("gifts.view")
def recurring_change_submit(recurring_gift_id: str, kind: str) -> AnyResponse | tuple[str, int]:
    """Change a recurring gift as its donor asked. Stripe is told after the commit."""
    actor = current_actor()
    found = reading.get_promise(actor, recurring_gift_id)
    actor.require("gifts.refund")
    form = Form(_schema(kind, found), request.form)
    if not form.is_valid:
        return promise_page(found, kind, form), 422
    try:
        with transaction():
            version_id = deciding.change(actor, recurring_gift_id, kind, form.data).id
    except Invalid as refusal:
        form.refuse(refusal)
        return promise_page(reading.get_promise(actor, recurring_gift_id), kind, form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        enqueue(send_version, version_id)
        flash(_("Done. The donor gets a mail once Stripe confirms it."))
    return redirect(url_for(".recurring_gift", recurring_gift_id=recurring_gift_id), 303)


@bp.post("/recurring/<recurring_gift_id>/card-links")
@requires("gifts.view")
def card_link_submit(recurring_gift_id: str) -> AnyResponse | tuple[str, int]:
    """Mail the donor the link to a new card."""
    actor = current_actor()
    found = reading.get_promise(actor, recurring_gift_id)
    actor.require("gifts.refund")
    form = Form(NoteSchema(), request.form)
    if not form.is_valid:
        return promise_page(found, "card-links", form), 422
    try:
        with transaction():
            deciding.send_card_link(actor, recurring_gift_id, note=form.data["note"])
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The link is on its way to the donor."))
    return redirect(url_for(".recurring_gift", recurring_gift_id=recurring_gift_id), 303)


@bp.post("/donors/<donor_id>/sign-in-links")
@requires("gifts.view")
def sign_in_link_submit(donor_id: str) -> AnyResponse:
    """Mail a donor a link to their gifts. It goes to the address that is known, and to no other."""
    with transaction():
        link_id = deciding.send_sign_in_link(current_actor(), donor_id).id
    enqueue(mail_sign_in_link, link_id)
    flash(_("The link is on its way to the donor."))
    return redirect(url_for(".donor", donor_id=donor_id), 303)
