"""Employers' matches: the list and its export, a claim for a donor, and what became of each."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func
from werkzeug.wrappers import Response as AnyResponse

from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from donors.employers import claiming, paying
from donors.employers.employer_match import STATES, EmployerMatch, get_match, matches_of
from donors.reading import ordered
from donors.schemas.employers import EmployerIn, EmployerPaymentIn, UndoIn
from donors.staff_pages.blueprint import asked, bp, zone_of
from staff.access import Actor, current_actor, requires

SORTS: dict[str, Any] = {
    "at": EmployerMatch.asked_at,
    "employer": func.lower(EmployerMatch.employer),
    "state": EmployerMatch.state,
}
HEADER = (
    *("claim", "gift", "employer", "donor", "email", "drive", "gift_amount", "state", "asked_at"),
    *("submitted_at", "ended_at", "paid", "received_on", "currency"),
)


@bp.get("/employers")
@requires("gifts.view")
def employer_matches() -> str:
    pager = numbered(_chosen(current_actor()))
    return render_template(
        "donors/staff/employers.html",
        pager=pager,
        payments=paying.payments_of(each.id for each in pager.items),
        states=STATES,
        narrowed=bool(asked("q") or asked("state")),
        sort=request.args.get("sort", "-at"),
    )


def _chosen(actor: Actor) -> Select[EmployerMatch]:
    query = matches_of(actor, words=asked("q"), state=asked("state"))
    return ordered(query, asked("sort"), SORTS, EmployerMatch.id)


@bp.get("/employers.csv")
@requires("gifts.view")
def employer_matches_csv() -> Response:
    """The claims of the list as it is narrowed and sorted, all pages of it."""
    found = db.session.scalars(_chosen(current_actor()).execution_options(yield_per=500))
    name = f"employer-matches-{clock.today().isoformat()}.csv"
    return csv_out.download(name, HEADER, _csv_rows(found.partitions()))


def _csv_rows(pieces: Any) -> Iterator[tuple[Any, ...]]:
    for claims in pieces:
        payments = paying.payments_of(each.id for each in claims)
        for each in claims:
            gift, payment = each.gift, payments.get(each.id)
            yield (
                *(each.id, gift.id, each.employer, gift.donor.name, gift.donor.email, gift.drive.title),
                *(gift.amount.major, each.state, each.asked_at, each.submitted_at, each.ended_at),
                *((payment.amount.major, payment.received_on) if payment else (None, None)),
                gift.currency,
            )


@bp.get("/employers/<employer_match_id>")
@requires("gifts.view")
def employer_match(employer_match_id: str) -> str:
    return _page(get_match(current_actor(), employer_match_id))


def _page(claim: EmployerMatch, payment: Form | None = None, undo: Form | None = None) -> str:
    zone = zone_of(current_actor())
    blank = Form(_payment_schema(claim), initial=_likely(claim, zone))
    return render_template(
        "donors/staff/employer.html",
        claim=claim,
        gift=claim.gift,
        paid=paying.payments_of([claim.id]).get(claim.id),
        states=STATES,
        payment=payment or blank,
        undo=undo or Form(UndoIn()),
    )


def _likely(claim: EmployerMatch, zone: str) -> dict[str, Any]:
    amount: Money = claim.gift.amount
    return {"amount": amount, "received_on": clock.today(zone)}


def _payment_schema(claim: EmployerMatch) -> EmployerPaymentIn:
    return EmployerPaymentIn(currency=claim.gift.currency)


@bp.post("/gifts/<gift_id>/employer-matches")
@requires("funds.edit")
def employer_match_ask(gift_id: str) -> AnyResponse:
    form = Form(EmployerIn(), request.form)
    try:
        if not form.is_valid:
            raise Invalid(form.errors)
        with transaction():
            claim = claiming.ask_for_donor(current_actor(), gift_id, **form.data)
    except Invalid as refusal:
        flash(" ".join(text for texts in refusal.errors.values() for text in texts), "bad")
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("The donor gets a mail that says how to submit it."))
        return redirect(url_for(".employer_match", employer_match_id=claim.id), 303)
    return redirect(url_for(".gift", gift_id=gift_id), 303)


@bp.post("/employers/<employer_match_id>/submissions")
@requires("funds.edit")
def employer_match_submitted(employer_match_id: str) -> AnyResponse:
    return _marked(employer_match_id, claiming.mark_submitted, _("It waits for the employer now."))


@bp.post("/employers/<employer_match_id>/refusals")
@requires("funds.edit")
def employer_match_refused(employer_match_id: str) -> AnyResponse:
    said = _("The claim is closed. If the employer pays after all, write the payment down.")
    return _marked(employer_match_id, claiming.mark_refused, said)


def _marked(employer_match_id: str, mark: Callable[[Actor, str], EmployerMatch], said: str) -> AnyResponse:
    try:
        with transaction():
            mark(current_actor(), employer_match_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(said)
    return redirect(url_for(".employer_match", employer_match_id=employer_match_id), 303)


@bp.post("/employers/<employer_match_id>/payments")
@requires("funds.edit")
def employer_match_paid(employer_match_id: str) -> AnyResponse | tuple[str, int]:
    claim = get_match(current_actor(), employer_match_id)
    form = Form(_payment_schema(claim), request.form)

    def pay() -> None:
        paying.record_payment(current_actor(), employer_match_id, **form.data)

    refused = _try(form, pay)
    if refused is not None:
        return _page(get_match(current_actor(), employer_match_id), payment=form), refused
    flash(_("The money is in the fund. The page tells it apart from what was raised."))
    return redirect(url_for(".employer_match", employer_match_id=employer_match_id), 303)


@bp.post("/employers/<employer_match_id>/reversals")
@requires("funds.edit")
def employer_match_undone(employer_match_id: str) -> AnyResponse | tuple[str, int]:
    claim = get_match(current_actor(), employer_match_id)
    form = Form(UndoIn(), request.form)

    def undo() -> None:
        paying.undo_payment(current_actor(), employer_match_id, **form.data)

    refused = _try(form, undo)
    if refused is not None:
        return _page(claim, undo=form), refused
    flash(_("The payment is taken back, and the claim waits for the employer again."))
    return redirect(url_for(".employer_match", employer_match_id=employer_match_id), 303)


def _try(form: Form, verb: Callable[[], None]) -> int | None:
    """None when it is done, else the status of the page that says why not."""
    if not form.is_valid:
        return 422
    try:
        with transaction():
            verb()
    except Invalid as refusal:
        form.refuse(refusal)
        return 422
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return 409
    return None
