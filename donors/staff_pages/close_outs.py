"""Closing out a drive: what is left, what is done with it, a second person's word, and how far the work is."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives import drive_panels
from campaigns.drives.drive import Drive
from campaigns.funds import transferring
from campaigns.funds.surplus import WAYS
from core import clock
from core.db import after_commit, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.money import Money
from core.web import csv_out
from donors.close_outs import closing, confirming, working
from donors.close_outs.close_out import BACK, DRAFT, STATES, CloseOut, get_close_out, standing_of
from donors.close_outs.plan import REASONS, Part, Plan, plan_of
from donors.close_outs.shown import Row, page_of, rows_of
from donors.jobs import work_close_out
from donors.schemas.close_outs import ChoiceSchema
from donors.staff_pages.blueprint import bp
from staff.access import Actor, current_actor, requires
from staff.approval import two_people
from staff.pages.proposals import waits_for_second

HEADER = (
    "gift",
    "donor",
    "email",
    "gift_amount",
    "clause",
    "share",
    "currency",
    "outcome",
    "because",
    "fund",
    "returned_elsewhere",
)


def _confirmed(actor: Actor, terms: dict[str, Any]) -> None:
    """A second person has confirmed a close-out."""
    close_out_id = confirming.perform(actor, terms).id
    after_commit(lambda: enqueue(work_close_out, close_out_id))


two_people.declare(
    closing.VERB,
    permission="gifts.refund",
    words=lazy_gettext(
        "Close out “%(drive)s”, which has %(left)s left: %(back)s back to donors, %(moved)s to other funds, "
        "%(stays)s stays in the fund"
    ),
    perform=_confirmed,
)


@drive_panels.panel
def close_out_panel(actor: Actor, drive: Drive) -> Markup | None:
    """On the page of a closed drive of one's own: begin to close it out, or how far that is."""
    is_own = drive.organisation_id == actor.organisation_id and actor.can("gifts.view")
    if not is_own or drive.published_at is None or drive.ends_at is None or drive.ends_at > clock.now():
        return None
    drawn = render_template(
        "donors/staff/_close_out_panel.html",
        drive=drive,
        close_out=standing_of(drive.id),
        states=STATES,
        decides=actor.can("gifts.refund"),
    )
    return Markup(drawn)  # noqa: S704 - drawn by our own template, which escapes


@bp.post("/drives/<drive_id>/close-outs")
@requires("gifts.view")
def begin_close_out(drive_id: str) -> AnyResponse:
    try:
        with transaction():
            found = closing.begin(current_actor(), drive_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("campaigns.drive", drive_id=drive_id), 303)
    return redirect(url_for(".close_out", close_out_id=found.id), 303)


@bp.get("/close-outs/<close_out_id>")
@requires("gifts.view")
def close_out(close_out_id: str) -> str:
    return _page(get_close_out(current_actor(), close_out_id))


@bp.get("/close-outs/<close_out_id>/shares.csv")
@requires("gifts.view")
def close_out_csv(close_out_id: str) -> Response:
    """Every gift's share and what becomes of it, as it stands."""
    found = get_close_out(current_actor(), close_out_id)
    return csv_out.download(f"close-out-{found.id}.csv", HEADER, _csv_rows(rows_of(found)))


def _csv_rows(rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (
            *(row.gift_id, row.donor_name, row.email, row.gift.major, row.clause_number),
            *(row.share.major, row.share.currency, row.outcome, row.because, row.fund_name),
            row.elsewhere.major,
        )


@bp.post("/close-outs/<close_out_id>/choices/<clause_id>")
@requires("gifts.view")
def choose_submit(close_out_id: str, clause_id: str) -> AnyResponse | tuple[str, int]:
    actor = current_actor()
    found = get_close_out(actor, close_out_id)
    form = Form(_schema(actor, found, None), request.form)
    if form.is_valid:
        try:
            with transaction():
                closing.choose(actor, close_out_id, clause_id, form.data)
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            flash(refusal.message, "bad")
    if form.errors:
        return _page(get_close_out(actor, close_out_id), {clause_id: form}), 422
    return redirect(url_for(".close_out", close_out_id=close_out_id) + "#preview", 303)


@bp.post("/close-outs/<close_out_id>/approval-requests")
@requires("gifts.view", fresh=True)
def ask_submit(close_out_id: str) -> AnyResponse:
    try:
        with transaction():
            proposal = closing.ask(current_actor(), close_out_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".close_out", close_out_id=close_out_id), 303)
    return waits_for_second(proposal)


@bp.post("/close-outs/<close_out_id>/undoing")
@requires("gifts.view")
def undo_submit(close_out_id: str) -> AnyResponse:
    try:
        with transaction():
            found = closing.undo(current_actor(), close_out_id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".close_out", close_out_id=close_out_id), 303)
    flash(_("Taken back. No money moved, and it can be begun anew."))
    return redirect(url_for("campaigns.drive", drive_id=found.drive_id), 303)


def _schema(actor: Actor, found: CloseOut, part: Part | None) -> ChoiceSchema:
    """The ways that the clause allows, and the funds that money could move to."""
    schema = ChoiceSchema()
    targets = transferring.targets_for(actor, found.fund)
    options = [("", _("No other fund")), *((each.id, each.name) for each in targets)]
    fund = schema.fields["to_fund_id"]
    fund.metadata = {**fund.metadata, "options": options}
    if part is not None:
        way = schema.fields["way"]
        allowed = [(name, text) for name, text in WAYS.items() if part.clause.allows(name)]
        way.metadata = {**way.metadata, "options": allowed}
    return schema


def _forms(actor: Actor, found: CloseOut, plan: Plan, tried: dict[str, Form]) -> list[tuple[Part, Form]]:
    forms: list[tuple[Part, Form]] = []
    for part in plan.parts:
        names = ("way", "to_fund_id", "why")
        initial = {name: getattr(part.choice, name) for name in names} if part.choice else {}
        form = tried.get(part.clause.id) or Form(_schema(actor, found, part), initial=initial)
        forms.append((part, form))
    return forms


def _page(found: CloseOut, tried: dict[str, Form] | None = None) -> str:
    actor = current_actor()
    is_draft = found.state == DRAFT
    plan = plan_of(found) if is_draft else None
    waiting = two_people.waiting(actor, closing.VERB, found.id) if is_draft else []
    return render_template(
        "donors/staff/close_out.html",
        close_out=found,
        plan=plan,
        forms=_forms(actor, found, plan, tried or {}) if plan else [],
        shares=page_of(found, plan),
        reckoned=plan.reckoning if plan else None,
        kept=found.reckoned,
        money=lambda minor: Money(minor, found.fund.currency),
        waiting=[(row, two_people.words_of(row), two_people.may_decide(actor, row)) for row in waiting],
        progress=working.progress_of(found) if not is_draft else None,
        decides=actor.can("gifts.refund"),
        states=STATES,
        reasons=REASONS,
        ways=WAYS,
        back=BACK,
    )
