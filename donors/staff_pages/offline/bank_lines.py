"""Lines of the bank that are donors' money: what each may be, matched with one click, and let go again."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from marshmallow import fields, validate
from werkzeug.wrappers import Response as AnyResponse

from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.forms import Form, Schema
from core.jobs import enqueue
from core.web.paging import numbered
from donors.jobs import mail_waiting_receipts
from donors.offline import line_guessing, line_matching
from donors.offline.line_matching import Somebody
from donors.payouts.bank_line import BankLine
from donors.staff_pages.blueprint import asked, bp
from donors.staff_pages.offline.choices import drive_options
from staff.access import Actor, current_actor, requires


class LineGiftIn(Schema):
    """A line recorded as a gift: to which drive, and whose."""

    drive_id = fields.Str(required=True, metadata={"label": lazy_gettext("Drive"), "kind": "select"})
    donor_id = fields.Str(load_default="", metadata={"label": lazy_gettext("Donor"), "kind": "select"})
    name = fields.Str(
        load_default="",
        validate=validate.Length(max=120),
        metadata={
            "label": lazy_gettext("Name of somebody new"),
            "hint": lazy_gettext("Empty, and without a donor, it is an anonymous gift."),
        },
    )
    wants_receipt_mail = fields.Bool(
        load_default=True, metadata={"label": lazy_gettext("Mail the receipt, if there is an address")}
    )


@bp.get("/bank-lines")
@requires("gifts.view")
def bank_lines() -> str:
    actor, is_done = current_actor(), asked("matched") == "yes"
    query = line_matching.lines_of(actor, words=asked("q"), matched=is_done)
    pager = numbered(query.order_by(BankLine.on_day.desc(), BankLine.id))
    return render_template(
        "donors/staff/offline/bank_lines.html",
        pager=pager,
        guesses={} if is_done else line_guessing.suggest(actor, pager.items),
        matches={line.id: line_matching.match_of(line.id) for line in pager.items} if is_done else {},
        narrowed=bool(asked("q")),
        is_done=is_done,
    )


@bp.get("/bank-lines/<line_id>")
@requires("gifts.view")
def bank_line(line_id: str) -> str:
    actor = current_actor()
    return _page(actor, line_matching.get_line(actor, line_id))


def _page(actor: Actor, line: BankLine, form: Form | None = None) -> str:
    donors = line_guessing.donors_named_in(actor, line)
    return render_template(
        "donors/staff/offline/bank_line.html",
        line=line,
        match=line_matching.match_of(line.id),
        guesses=line_guessing.suggest(actor, [line])[line.id],
        form=form or Form(_schema(actor, line), initial={"donor_id": donors[0].id if donors else ""}),
    )


def _schema(actor: Actor, line: BankLine) -> LineGiftIn:
    schema = LineGiftIn()
    named = [
        (each.id, f"{each.called} · {each.email}" if each.email else each.called)
        for each in line_guessing.donors_named_in(actor, line)
    ]
    for name, options in (
        ("drive_id", drive_options(actor)),
        ("donor_id", [("", _("Somebody else")), *named]),
    ):
        field = schema.fields[name]
        field.metadata = {**field.metadata, "options": options}
    return schema


@bp.post("/bank-lines/<line_id>/matches")
@requires("gifts.view")
def bank_line_match(line_id: str) -> AnyResponse:
    """What was suggested is so: `kind` is `pledge`, `gift` or `batch`, `id` which one."""
    verbs: dict[str, Callable[..., Any]] = {
        "pledge": line_matching.record_for_pledge,
        "gift": line_matching.match_gift,
        "batch": line_matching.match_batch,
    }
    verb = verbs.get(request.form.get("kind", ""))
    if verb is None:
        raise NotFound
    try:
        with transaction():
            verb(current_actor(), line_id, request.form.get("id", "").replace("\x00", ""))
        flash(_("The line is matched."))
        enqueue(mail_waiting_receipts)
    except Invalid as refusal:
        flash(" ".join(text for texts in refusal.errors.values() for text in texts), "bad")
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".bank_lines"), 303)


@bp.post("/bank-lines/<line_id>/gifts")
@requires("gifts.view")
def bank_line_gift(line_id: str) -> AnyResponse | tuple[str, int]:
    """Record the line as a gift."""
    actor = current_actor()
    line = line_matching.get_line(actor, line_id)
    form = Form(_schema(actor, line), request.form)
    if not form.is_valid:
        return _page(actor, line, form), 422
    drive_id = form.data.pop("drive_id")
    try:
        with transaction():
            line_matching.record_gift(actor, line_id, drive_id=drive_id, who=Somebody(**form.data))
        flash(_("The line is a gift now, with its receipt."))
        enqueue(mail_waiting_receipts)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(actor, line_matching.get_line(actor, line_id), form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".bank_lines"), 303)


@bp.post("/bank-lines/<line_id>/undoings")
@requires("gifts.view")
def bank_line_undo(line_id: str) -> AnyResponse:
    try:
        with transaction():
            line_matching.undo(current_actor(), line_id)
        flash(_("The line waits to be matched again."))
    except Conflict as refusal:
        flash(refusal.message, "bad")
    return redirect(url_for(".bank_line", line_id=line_id), 303)
