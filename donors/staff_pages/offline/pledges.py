"""Pledges: the list and its export, a new one, what was received for it, and how it ends."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.web import csv_out
from core.web.paging import numbered
from donors import reading
from donors.jobs import mail_waiting_receipts
from donors.offline.recording import Received
from donors.pledges import finding, paying, pledging, standing
from donors.pledges.finding import STANDINGS, WantedPledges
from donors.pledges.pledge import Pledge, PledgeDisplay
from donors.pledges.pledging import PledgePlan
from donors.receipts import links
from donors.schemas.offline import WhyIn
from donors.schemas.pledges import PledgeChangeForm, PledgeForm, PledgePaymentIn
from donors.staff_pages.blueprint import asked, bp, zone_of
from donors.staff_pages.offline.choices import drive_options
from donors.words import PLEDGE_STANDINGS, PLEDGE_STATES, PLEDGE_STEPS, actor_name
from staff.access import Actor, current_actor, requires

SORTS: dict[str, Any] = {
    "due": Pledge.next_due_on,
    "made": Pledge.created_at,
    "amount": Pledge.amount_minor,
    "state": Pledge.state,
}
HEADER = (
    *("pledge", "reference", "pledged_on", "state", "next_due_on", "donor", "email", "drive"),
    *("amount", "paid", "left", "currency", "note"),
)


def _wanted() -> WantedPledges:
    standing_ = asked("standing")
    return WantedPledges(
        words=asked("q"),
        standing=standing_ if standing_ in STANDINGS else "",
        drive_id=asked("drive"),
        donor_id=asked("donor"),
    )


def _chosen(actor: Actor) -> Any:
    sort = request.args.get("sort", "due")
    return reading.ordered(finding.pledges_of(actor, _wanted()), sort, SORTS, Pledge.id)


@bp.get("/pledges")
@requires("gifts.view")
def pledges() -> str:
    actor = current_actor()
    drives = drive_options(actor)
    shown = db.session.get(PledgeDisplay, asked("drive")) if asked("drive") else None
    return render_template(
        "donors/staff/offline/pledges.html",
        pager=numbered(_chosen(actor)),
        sums=finding.sums_of(actor),
        today=clock.today(zone_of(actor)),
        drives=drives,
        drive_id=asked("drive") if asked("drive") in dict(drives) else "",
        is_shown=shown is not None,
        narrowed=any(request.args.get(name) for name in ("q", "standing", "drive", "donor")),
        states=PLEDGE_STATES,
        standings=PLEDGE_STANDINGS,
        sort=request.args.get("sort", "due"),
    )


@bp.get("/pledges.csv")
@requires("gifts.view")
def pledges_csv() -> Response:
    rows = (
        (
            *(row.id, row.reference, row.pledged_on, row.state, row.next_due_on, row.donor.name),
            *(row.donor.email, row.drive.title, row.amount.major, row.paid.major, row.left.major),
            *(row.currency, row.note),
        )
        for row in db.session.scalars(_chosen(current_actor()).execution_options(yield_per=500))
    )
    return csv_out.download(f"pledges-{clock.today().isoformat()}.csv", HEADER, rows)


def _form() -> Form:
    chosen = db.session.get(Drive, request.form.get("drive_id", "").replace("\x00", ""))
    schema = PledgeForm(currency=chosen.currency if chosen else "USD")
    field = schema.fields["drive_id"]
    field.metadata = {**field.metadata, "options": drive_options(current_actor())}
    return Form(schema, request.form) if request.method == "POST" else Form(schema, initial=_initial())


def _initial() -> dict[str, Any]:
    """From a donor's page: the pledge is theirs."""
    known = {"drive_id": asked("drive")}
    if asked("donor"):
        donor = reading.get_donor(current_actor(), asked("donor"))
        known |= {"donor_id": donor.id, "name": donor.name, "email": donor.email or ""}
    return known


@bp.get("/pledges/new")
@requires("gifts.record")
def pledge_new() -> str:
    return render_template("donors/staff/offline/pledge_form.html", form=_form(), pledge=None)


@bp.post("/pledges")
@requires("gifts.record")
def pledge_new_submit() -> AnyResponse | tuple[str, int]:
    form = _form()
    if form.is_valid:
        try:
            with transaction():
                made = pledging.record_pledge(current_actor(), PledgePlan(**form.data)).id
            flash(_("The pledge is written down. It does not count as raised."))
            return redirect(url_for(".pledge", pledge_id=made), 303)
        except Invalid as refusal:
            form.refuse(refusal)
    return render_template("donors/staff/offline/pledge_form.html", form=form, pledge=None), 422


@bp.get("/pledges/<pledge_id>")
@requires("gifts.view")
def pledge(pledge_id: str) -> str:
    return _page(pledging.get_pledge(current_actor(), pledge_id))


def _page(found: Pledge, **forms: Form) -> str:
    steps, zone = finding.steps_of(found.id), zone_of(current_actor())
    names = reading.names_of([found.created_by, *(step.done_by for step in steps)])
    parts = standing.parts_of(found)
    received = {"amount": found.left, "received_on": clock.today(zone), "channel": "check"}
    changed = {
        "amount": found.amount,
        "due_on": parts[0].due_on,
        "count": len(parts),
        "reminds": found.reminds,
    }
    return render_template(
        "donors/staff/offline/pledge.html",
        pledge=found,
        parts=parts,
        steps=steps,
        gifts=finding.payments_of(found.id),
        may_pay=finding.may_pay(current_actor(), found) if found.left else [],
        today=clock.today(zone),
        pay_url=links.pledge_url(found.id),
        payment=forms.get("payment") or Form(PledgePaymentIn(currency=found.currency), initial=received),
        change=forms.get("change") or Form(PledgeChangeForm(currency=found.currency), initial=changed),
        why=forms.get("why") or Form(WhyIn()),
        states=PLEDGE_STATES,
        step_names=PLEDGE_STEPS,
        who=lambda label: actor_name(label, names),
    )


@bp.post("/pledges/<pledge_id>/payments")
@requires("gifts.view")
def pledge_payment(pledge_id: str) -> AnyResponse | tuple[str, int]:
    """What was received becomes a gift of the donor, and pays the pledge."""
    actor = current_actor()
    found = pledging.get_pledge(actor, pledge_id)
    form = Form(PledgePaymentIn(currency=found.currency), request.form)

    def record() -> None:
        paying.record_payment(actor, pledge_id, Received(donor_id=found.donor_id, **form.data))

    answer = _done(found, ("payment", form), record, _("It is recorded as a gift, and pays the pledge."))
    enqueue(mail_waiting_receipts)
    return answer


@bp.post("/pledges/<pledge_id>/changes")
@requires("gifts.view")
def pledge_change(pledge_id: str) -> AnyResponse | tuple[str, int]:
    found = pledging.get_pledge(current_actor(), pledge_id)
    form = Form(PledgeChangeForm(currency=found.currency), request.form)
    verb = lambda: pledging.change_pledge(current_actor(), pledge_id, **form.data)  # noqa: E731
    return _done(found, ("change", form), verb, _("The pledge is changed."))


@bp.post("/pledges/<pledge_id>/write-offs")
@requires("gifts.view")
def pledge_write_off(pledge_id: str) -> AnyResponse | tuple[str, int]:
    return _ended(pledge_id, pledging.write_off, _("It is written off. Nobody is reminded any more."))


@bp.post("/pledges/<pledge_id>/cancellations")
@requires("gifts.view")
def pledge_cancel(pledge_id: str) -> AnyResponse | tuple[str, int]:
    return _ended(pledge_id, pledging.cancel, _("It is cancelled. Nobody is reminded any more."))


@bp.post("/pledges/<pledge_id>/reinstatements")
@requires("gifts.view")
def pledge_reinstate(pledge_id: str) -> AnyResponse | tuple[str, int]:
    return _ended(pledge_id, pledging.reinstate, _("The pledge is expected again."))


def _ended(pledge_id: str, verb: Callable[..., Pledge], said: str) -> AnyResponse | tuple[str, int]:
    found = pledging.get_pledge(current_actor(), pledge_id)
    form = Form(WhyIn(), request.form)
    return _done(found, ("why", form), lambda: verb(current_actor(), pledge_id, **form.data), said)


def _done(
    found: Pledge, asked_in: tuple[str, Form], verb: Callable[[], object], said: str
) -> AnyResponse | tuple[str, int]:
    name, form = asked_in
    if not form.is_valid:
        return _page(found, **{name: form}), 422
    try:
        with transaction():
            verb()
        flash(said)
    except Invalid as refusal:
        form.refuse(refusal)
        db.session.expire_all()
        return _page(pledging.get_pledge(current_actor(), found.id), **{name: form}), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".pledge", pledge_id=found.id), 303)
