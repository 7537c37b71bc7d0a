"""What the owner of a supporter's page does with it, by the link of a mail; and asking for that link again."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.money import Money
from core.security import csrf
from core.web.limits import caller, digest, spend
from donors.pages.supporters import bp, drawn, told_page, unlisted
from donors.public import face
from donors.schemas.supporters import PageLinkIn, PageWordsIn
from donors.supporters import supporting
from donors.supporters.supporter_page import PUBLIC, STATES, SupporterPage, read_raised
from donors.supporters.supporting import PageTerms


@bp.get("/d/<slug>/raise/link")
def page_link(slug: str) -> Response:
    """Ask for the mail with the owner's link again."""
    return unlisted(
        drawn("donors/supporter_link.html", drive=face.require(slug).drive, form=Form(PageLinkIn()))
    )


@bp.post("/d/<slug>/raise/link")
@csrf.exempt  # the answer is the same for every address
def page_link_submit(slug: str) -> Any:
    drive = face.require(slug).drive
    form = Form(PageLinkIn(), request.form)
    if not form.is_valid:
        return unlisted(drawn("donors/supporter_link.html", drive=drive, form=form)), 422
    spend("10 per hour", "supporter-page", caller())
    spend("5 per day", "supporter-page-mail", digest(form.data["email"]))
    with transaction():
        supporting.mail_links(drive, form.data["email"])
    return told_page("link", drive)


@bp.get("/my-page/<token>")
def my_page(token: str) -> Response:
    """The owner's page: buttons, since programs that look into mails follow links and press none."""
    page, drive = _own(token)
    goal = Money(page.goal_minor, drive.currency)
    initial = {"title": page.title, "name": page.name, "words": page.words, "goal": goal}
    return _my_page(token, Form(PageWordsIn(currency=drive.currency), initial=initial))


@bp.post("/my-page/<token>")
@csrf.exempt  # the link itself is the proof
def my_page_change(token: str) -> Any:
    spend("30 per hour", "supporter-page-change", caller())
    _page_now, drive = _own(token)
    form = Form(PageWordsIn(currency=drive.currency), request.form)
    if not form.is_valid:
        return _my_page(token, form), 422
    try:
        with transaction():
            supporting.change(token, PageTerms(**form.data))
    except Invalid as refusal:
        form.refuse(refusal)
        return _my_page(token, form), 422
    return _my_page(token, form, said=_("Saved."))


@bp.post("/my-page/<token>/confirmation")
@csrf.exempt  # the link itself is the proof
def my_page_confirm(token: str) -> Any:
    try:
        with transaction():
            drive_id = supporting.confirm(token).drive_id
    except Conflict as refusal:
        return unlisted(
            drawn("donors/supporter_told.html", what="late", message=refusal.message, drive=None)
        ), 409
    return told_page("confirmed", db.session.get_one(Drive, drive_id))


@bp.post("/my-page/<token>/end")
@csrf.exempt  # the link itself is the proof
def my_page_end(token: str) -> Response:
    with transaction():
        drive_id = supporting.end(token).drive_id
    return told_page("ended", db.session.get_one(Drive, drive_id))


def _own(token: str) -> tuple[SupporterPage, Drive]:
    page = supporting.find_page(token)
    return page, db.session.get_one(Drive, page.drive_id)


def _my_page(token: str, form: Form, *, said: str = "") -> Response:
    page, drive = _own(token)
    return unlisted(
        drawn(
            "donors/supporter_own.html",
            page=page,
            drive=drive,
            token=token,
            form=form,
            said=said,
            states=STATES,
            raised=read_raised(page, drive.currency),
            public_address=supporting.address_of(page) if page.state == PUBLIC else "",
        )
    )
