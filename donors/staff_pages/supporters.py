"""Supporters' pages: the queue of those that wait, each with its words, and deciding on it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from campaigns.drives.drive import Drive
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from core.web.paging import numbered
from donors.schemas.supporters import HidePageIn
from donors.staff_pages.blueprint import asked, bp
from donors.supporters import moderating, supporting
from donors.supporters.supporter_page import HIDDEN, PUBLIC, STATES, WAITING, SupporterPage, read_raised
from staff.access import current_actor, requires

_TONES = {WAITING: "warn", PUBLIC: "good", HIDDEN: ""}


@bp.get("/supporter-pages")
@requires("campaigns.view")
def supporter_pages() -> str:
    """Those that wait first, the longest first."""
    state = asked("state") if asked("state") in _TONES else ""
    query = moderating.pages_of(current_actor(), state)
    order = ((SupporterPage.state == WAITING).desc(), SupporterPage.waiting_since, SupporterPage.id)
    pager = numbered(query.order_by(*order))
    drives = {each.drive_id: db.session.get_one(Drive, each.drive_id) for each in pager.items}
    return render_template(
        "donors/staff/supporter_pages.html",
        pager=pager,
        drives=drives,
        state=state,
        states=STATES,
        page_tones=_TONES,
    )


@bp.get("/supporter-pages/<page_id>")
@requires("campaigns.view")
def supporter_page(page_id: str) -> str:
    return _page(page_id, Form(HidePageIn()))


def _page(page_id: str, form: Form) -> str:
    found = moderating.get_page(current_actor(), page_id)
    drive = db.session.get_one(Drive, found.drive_id)
    return render_template(
        "donors/staff/supporter_page.html",
        page=found,
        drive=drive,
        goal=Money(found.goal_minor, drive.currency),
        raised=read_raised(found, drive.currency),
        public_address=supporting.address_of(found) if found.state == PUBLIC else "",
        states=STATES,
        page_tones=_TONES,
        form=form,
    )


@bp.post("/supporter-pages/<page_id>/approvals")
@requires("campaigns.edit")
def supporter_page_approve(page_id: str) -> Any:
    return _decided(
        page_id,
        Form(HidePageIn()),
        lambda: moderating.approve(current_actor(), page_id),
        _("The page is public. Its owner gets a mail."),
    )


@bp.post("/supporter-pages/<page_id>/hidings")
@requires("campaigns.edit")
def supporter_page_hide(page_id: str) -> Any:
    form = Form(HidePageIn(), request.form)
    if not form.is_valid:
        return _page(page_id, form), 422
    return _decided(
        page_id,
        form,
        lambda: moderating.hide(current_actor(), page_id, reason=form.data["reason"]),
        _("The page is out of sight. Its owner gets the reason by mail."),
    )


def _decided(page_id: str, form: Form, decide: Any, said: str) -> AnyResponse | tuple[str, int]:
    try:
        with transaction():
            decide()
    except Invalid as refusal:
        form.errors["_"] = [text for texts in refusal.errors.values() for text in texts]
        return _page(page_id, form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(said)
    return redirect(url_for(".supporter_page", page_id=page_id), 303)
