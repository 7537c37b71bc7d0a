"""Changing a recurring gift by its signed link: amount, day, pause, skip. Each a page and a form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid
from core.forms import Form, Schema
from core.jobs import enqueue
from donors.jobs import send_version
from donors.my_pages.blueprint import bp, promise_of
from donors.recurring import changing
from donors.recurring.changing import Asked
from donors.recurring.facing import face_of
from donors.recurring.instalments import lock_promise
from donors.recurring.recurring_gift import RecurringGift
from donors.recurring.version import Version
from donors.schemas import AmountSchema, DaySchema, PauseSchema

Act = Callable[[RecurringGift, dict[str, Any]], Version]


@dataclass(frozen=True)
class Change:
    """One kind of change: its form, what it does, and what it is called."""

    schema: Callable[[RecurringGift], Schema]
    act: Act
    title: Callable[[], str]
    button: Callable[[], str]
    note: Callable[[], str]


CHANGES = {
    "amounts": Change(
        schema=lambda promise: AmountSchema(currency=promise.currency),
        act=lambda promise, data: changing.change_amount(promise, data["amount"], Asked()),
        title=lambda: _("Change the amount"),
        button=lambda: _("Give this amount from now on"),
        note=lambda: _("It counts from the next payment on. Nothing is charged today."),
    ),
    "days": Change(
        schema=lambda promise: DaySchema(),
        act=lambda promise, data: changing.change_day(promise, data["day"], Asked()),
        title=lambda: _("Change the day"),
        button=lambda: _("Pay on this day from now on"),
        note=lambda: _("No month is charged twice."),
    ),
    "pauses": Change(
        schema=lambda promise: PauseSchema(),
        act=lambda promise, data: changing.pause(promise, data["months"], Asked()),
        title=lambda: _("Pause your gift"),
        button=lambda: _("Pause it"),
        note=lambda: _("Nothing is charged meanwhile, or later for it. We write a week before it goes on."),
    ),
}
_AT_ONCE: dict[str, Callable[[RecurringGift, Asked], Version]] = {
    "skips": changing.skip,
    "resumptions": changing.resume,
}


@bp.get("/recurring/<token>/<any(amounts,days,pauses):kind>")
def change(token: str, kind: str) -> str:
    promise = promise_of(token)
    return _page(promise, kind, Form(CHANGES[kind].schema(promise)))


@bp.post("/recurring/<token>/<any(amounts,days,pauses):kind>")
def change_submit(token: str, kind: str) -> AnyResponse | tuple[str, int]:
    promise = promise_of(token)
    form = Form(CHANGES[kind].schema(promise), request.form)
    if not form.is_valid:
        return _page(promise, kind, form), 422
    try:
        return _carry_out(promise, lambda locked: CHANGES[kind].act(locked, form.data))
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(promise, kind, form), 422


@bp.post("/recurring/<token>/<any(skips,resumptions):kind>")
def change_at_once(token: str, kind: str) -> AnyResponse:
    return _carry_out(promise_of(token), lambda locked: _AT_ONCE[kind](locked, Asked()))


def _carry_out(promise: RecurringGift, act: Callable[[RecurringGift], Version]) -> AnyResponse:
    """Write the change, tell Stripe after the commit, and show how it stands."""
    address = face_of(promise).url
    try:
        with transaction():
            locked = lock_promise(promise.id)
            assert locked is not None
            version_id = act(locked).id
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        enqueue(send_version, version_id)
        flash(_("Done. A mail confirms it."))
    return redirect(address, 303)


def _page(promise: RecurringGift, kind: str, form: Form) -> str:
    about = CHANGES[kind]
    return render_template(
        "donors/my/change.html",
        promise=face_of(promise),
        form=form,
        title=about.title(),
        button=about.button(),
        note=about.note(),
        kind=kind,
    )
