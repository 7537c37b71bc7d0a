"""Recurring gifts: the list and its export, one promise with its instalments, and ending it."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.errors import Conflict
from core.forms import Form
from core.jobs import enqueue
from core.web import csv_out
from core.web.paging import numbered
from donors import reading
from donors.figures import new_monthly, new_monthly_words
from donors.gifts import deciding
from donors.gifts.gift import Gift
from donors.jobs import send_cancellation
from donors.people.donor import Donor
from donors.reading import Wanted
from donors.recurring import history
from donors.recurring.facing import face_of
from donors.recurring.recurring_gift import RUNNING, RecurringGift
from donors.schemas import (
    NoteSchema,
    StaffAmountSchema,
    StaffCancelSchema,
    StaffDaySchema,
    StaffPauseSchema,
    cancel_reasons,
)
from donors.staff_pages.blueprint import bp, is_narrowed, periods, wanted_here
from donors.words import actor_name
from staff.access import Actor, current_actor, requires

SORTS: dict[str, Any] = {
    "at": RecurringGift.started_at,
    "donor": func.lower(Donor.name),
    "amount": RecurringGift.amount_minor,
    "next": RecurringGift.next_due_on,
    "state": RecurringGift.state,
}
HEADER = (
    *("recurring_gift", "started_at", "first_paid_at", "state", "donor", "email", "drive", "rhythm"),
    *("amount", "fee_cover", "currency", "next_due_on", "cancelled_at", "subscription", "method"),
)


@bp.get("/recurring")
@requires("gifts.view")
def recurring_gifts() -> str:
    actor = current_actor()
    return render_template(
        "donors/staff/recurring_gifts.html",
        pager=numbered(_chosen(actor)),
        drives=reading.drives_with_gifts(actor),
        periods=periods(),
        narrowed=is_narrowed(),
        sort=request.args.get("sort", "-at"),
    )


@bp.get("/recurring.csv")
@requires("gifts.view")
def recurring_gifts_csv() -> Response:
    """The recurring gifts of the list as it is narrowed and sorted, all pages of it."""
    rows = db.session.scalars(_chosen(current_actor()).execution_options(yield_per=500))
    return csv_out.download(f"recurring-{clock.today().isoformat()}.csv", HEADER, _csv_rows(rows))


def _chosen(actor: Actor) -> Select[RecurringGift]:
    query = reading.promises_of(actor, wanted_here(actor))
    return reading.ordered(query, request.args.get("sort", ""), SORTS, RecurringGift.id)


def _csv_rows(promises: Any) -> Iterator[tuple[Any, ...]]:
    for each in promises:
        yield (
            *(each.id, each.started_at, each.first_paid_at, each.state, each.donor.name, each.donor.email),
            *(each.drive.title, each.rhythm, each.amount.major, each.fee_cover.major, each.currency),
            *(each.next_due_on, each.cancelled_at, each.subscription_id, each.method),
        )


@bp.get("/recurring/<recurring_gift_id>")
@requires("gifts.view")
def recurring_gift(recurring_gift_id: str) -> str:
    found = reading.get_promise(current_actor(), recurring_gift_id)
    return promise_page(found)


@bp.post("/recurring/<recurring_gift_id>/cancellations")
@requires("gifts.view")
def cancellation_submit(recurring_gift_id: str) -> AnyResponse | tuple[str, int]:
    """End a recurring gift as its donor asked. Stripe is told after the commit."""
    actor = current_actor()
    found = reading.get_promise(actor, recurring_gift_id)
    actor.require("gifts.refund")
    form = Form(StaffCancelSchema(), request.form)
    if not form.is_valid:
        return promise_page(found, "cancellations", form), 422
    try:
        with transaction():
            asked = deciding.cancel(actor, recurring_gift_id, **form.data)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".recurring_gift", recurring_gift_id=recurring_gift_id), 303)
    enqueue(send_cancellation, asked.id)
    flash(_("The recurring gift is ending. The donor gets a mail once Stripe confirms it."))
    return redirect(url_for(".recurring_gift", recurring_gift_id=recurring_gift_id), 303)


def promise_page(found: RecurringGift, kind: str = "", wrong: Form | None = None) -> str:
    """One recurring gift with a form for each thing that staff may do; `wrong` is the one that was sent."""
    asked = reading.cancellation_of(found.id)
    versions = history.versions_of(found.id)
    labels = [*([asked.asked_by] if asked else []), *(each.asked_by for each in versions)]
    names = reading.names_of(labels)
    gifts = reading.gifts_of(current_actor(), Wanted(recurring_gift_id=found.id))
    pager = numbered(gifts.order_by(Gift.started_at.desc(), Gift.id))
    return render_template(
        "donors/staff/recurring_gift.html",
        promise=found,
        pager=pager,
        receipts=reading.receipts_by_gift(gift.id for gift in pager.items),
        asked=asked,
        asked_by=actor_name(asked.asked_by, names) if asked else "",
        reasons={
            **dict(cancel_reasons()),
            "ended_at_stripe": _("It was ended at Stripe"),
            "payments_failed": _("No payment went through"),
        },
        is_running=found.state in RUNNING,
        forms=_forms(found) | ({kind: wrong} if wrong else {}),
        sent=kind,
        face=face_of(found),
        new_monthly=new_monthly_of(found),
        versions=[(each, actor_name(each.asked_by, names)) for each in versions],
        instalments=history.instalments_of(found.id),
    )


def new_monthly_of(promise: RecurringGift | None) -> str:
    """Whether the recurring gift counts as a new monthly donor's, and the rule that says so."""
    if promise is None:
        return ""
    drive = db.session.get_one(Drive, promise.drive_id)
    return new_monthly_words.sentence(new_monthly.explain(promise), drive.zone)


def _forms(promise: RecurringGift) -> dict[str, Form]:
    return {
        "amounts": Form(StaffAmountSchema(currency=promise.currency)),
        "days": Form(StaffDaySchema()),
        "pauses": Form(StaffPauseSchema()),
        "skips": Form(NoteSchema()),
        "resumptions": Form(NoteSchema()),
        "card-links": Form(NoteSchema()),
        "cancellations": Form(StaffCancelSchema()),
    }
