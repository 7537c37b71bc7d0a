"""Stripe's events as they reached us: the failing ones first, each with what to do."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.jobs import wake
from core.web.paging import numbered
from donors import reading
from donors.gifts import deciding
from donors.jobs import watch_inbox
from donors.payments.stripe_event import StripeEvent
from donors.staff_pages.blueprint import asked, bp, is_narrowed
from donors.words import EVENT_STATES, FAILURES, UNKNOWN_FAILURE
from staff.access import current_actor, requires

MOST_FAILING = 50


@bp.get("/events")
@requires("gifts.view")
def events() -> str:
    actor, narrowed = current_actor(), is_narrowed()
    chosen = reading.events_of(actor, asked("q"), asked("state"))
    pager = numbered(chosen.order_by(StripeEvent.received_at.desc(), StripeEvent.id))
    failing: list[StripeEvent] = []
    if not narrowed and pager.page == 1:
        first = reading.events_of(actor, state="failing").order_by(StripeEvent.received_at, StripeEvent.id)
        failing = list(db.session.scalars(first.limit(MOST_FAILING)))
    return render_template(
        "donors/staff/events.html",
        pager=pager,
        failing=failing,
        narrowed=narrowed,
        states=EVENT_STATES,
        failures=FAILURES,
        unknown_failure=UNKNOWN_FAILURE,
    )


@bp.post("/events/<event_id>/tries")
@requires("gifts.view")
def try_submit(event_id: str) -> AnyResponse:
    """Work on an event now instead of at its next try."""
    with transaction():
        deciding.try_again(current_actor(), event_id)
    wake(watch_inbox)
    flash(_("The event is being tried again. Reload in a moment to see how it went."))
    return redirect(url_for(".events"), 303)
