"""Supporters' pages in public: starting one, reading one and giving through it, and its owner's own page."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Gone, Invalid, NotFound
from core.forms import Form
from core.i18n import language
from core.money import Money
from core.security import csrf
from core.web.limits import caller, digest, spend
from core.web.page_cache import share
from donors.gifts import form_token
from donors.pages.drives import giving_form
from donors.public import face
from donors.public.face import Face, ToldSupporter
from donors.public.showing import drive_view
from donors.schemas.supporters import PageIn, PageLinkIn, PageWordsIn
from donors.supporters import supporting
from donors.supporters.supporter_page import (
    ENDED,
    HIDDEN,
    PUBLIC,
    STATES,
    SupporterPage,
    gifts_through,
    public_pages,
    read_raised,
)
from donors.supporters.supporting import PageTerms

bp = Blueprint("supporters", __name__)
RECENT = 8
MOST_LISTED = 200


@bp.get("/d/<slug>/supporters")
def supporters(slug: str) -> Response:
    """All public pages of a drive; who raised something comes first, nobody is ranked."""
    found = face.require(slug)
    rows = db.session.execute(public_pages(found.drive.id).limit(MOST_LISTED)).all()
    pages = [
        ToldSupporter(page.id, page.title, page.name, Money(int(minor), found.drive.currency))
        for page, minor in rows
    ]
    return share(_page("donors/supporters.html", drive=found.drive, pages=pages, is_open=_is_open(found)))


@bp.get("/d/<slug>/supporters/<page_id>")
def supporter(slug: str, page_id: str) -> Response:
    """One page: the same bytes for everyone, but for the token of the form."""
    found = face.require(slug)
    page = _public(found, page_id)
    gifts = list(db.session.scalars(gifts_through(page.id).limit(RECENT)))
    return share(
        _page(
            "donors/supporter.html",
            page=page,
            goal=Money(page.goal_minor, found.drive.currency),
            raised=read_raised(page, found.drive.currency),
            gifts=[_gift(each) for each in gifts],
            face=drive_view(found),
            form=giving_form(found, supporter_page=page.id),
        )
    )


def _gift(gift: Any) -> dict[str, Any]:
    shown = gift.words_hidden_at is None
    return {
        "name": (gift.public_name if shown else "") or _("Anonymous"),
        "amount": gift.amount,
        "rhythm": "",
        "at": gift.paid_at,
        "message": gift.message if shown else "",
    }


def _public(found: Face, page_id: str) -> SupporterPage:
    """Raises Gone for a page that was public before, NotFound for any other."""
    page = db.session.get(SupporterPage, page_id)
    if page is None or page.drive_id != found.drive.id:
        raise NotFound
    if page.state != PUBLIC:
        raise Gone if page.public_at is not None and page.state in (HIDDEN, ENDED) else NotFound
    return page


@bp.get("/d/<slug>/raise")
def begin_page(slug: str) -> Response:
    found = face.require(slug)
    return _begin_page(found, Form(_schema(found), initial={"form_token": form_token.new_token()}))


@bp.post("/d/<slug>/raise")
@csrf.exempt  # nobody is signed in here, and nobody reads it before the mail is answered and staff has looked
def begin_page_submit(slug: str) -> Any:
    spend("10 per hour", "supporter-page", caller())
    found = face.require(slug)
    form = Form(_schema(found), request.form)
    if not form.is_valid:
        return _begin_page(found, form), 422
    typed = form.data
    if typed.pop("website") or not form_token.is_valid(typed.pop("form_token")):
        form.errors["_"] = [
            _("This page was open for a long time. Look at it once more, then send it again.")
        ]
        return _begin_page(found, form), 422
    email = typed.pop("email")
    spend("5 per day", "supporter-page-mail", digest(email))
    try:
        with transaction():
            drive = db.session.get_one(Drive, found.drive.id)
            supporting.begin(drive, PageTerms(**typed), email=email, language=language())
    except Invalid as refusal:
        form.refuse(refusal)
        return _begin_page(found, form), 422
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return _begin_page(found, form), 409
    return _told("sent", found.drive)


def _schema(found: Face) -> PageIn:
    return PageIn(currency=found.drive.currency)


def _begin_page(found: Face, form: Form) -> Response:
    if form.typed:
        form.typed = {**form.typed, "form_token": form_token.new_token()}
    return _unlisted(
        _page("donors/supporter_begin.html", drive=found.drive, form=form, is_open=_is_open(found))
    )


def _is_open(found: Face) -> bool:
    return found.drive.is_open(clock.now())


@bp.get("/d/<slug>/raise/link")
def page_link(slug: str) -> Response:
    """Ask for the mail with the owner's link again."""
    return _unlisted(
        _page("donors/supporter_link.html", drive=face.require(slug).drive, form=Form(PageLinkIn()))
    )


@bp.post("/d/<slug>/raise/link")
@csrf.exempt  # the answer is the same for every address
def page_link_submit(slug: str) -> Any:
    drive = face.require(slug).drive
    form = Form(PageLinkIn(), request.form)
    if not form.is_valid:
        return _unlisted(_page("donors/supporter_link.html", drive=drive, form=form)), 422
    spend("10 per hour", "supporter-page", caller())
    spend("5 per day", "supporter-page-mail", digest(form.data["email"]))
    with transaction():
        supporting.mail_links(drive, form.data["email"])
    return _told("link", drive)


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
        return _unlisted(
            _page("donors/supporter_told.html", what="late", message=refusal.message, drive=None)
        ), 409
    return _told("confirmed", db.session.get_one(Drive, drive_id))


@bp.post("/my-page/<token>/end")
@csrf.exempt  # the link itself is the proof
def my_page_end(token: str) -> Response:
    with transaction():
        drive_id = supporting.end(token).drive_id
    return _told("ended", db.session.get_one(Drive, drive_id))


def _own(token: str) -> tuple[SupporterPage, Drive]:
    page = supporting.find_page(token)
    return page, db.session.get_one(Drive, page.drive_id)


def _my_page(token: str, form: Form, *, said: str = "") -> Response:
    page, drive = _own(token)
    return _unlisted(
        _page(
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


def _told(what: str, drive: Drive) -> Response:
    shown = drive if face.read(drive.slug) else None
    return _unlisted(_page("donors/supporter_told.html", what=what, message="", drive=shown))


def _page(template: str, **about: Any) -> Response:
    return make_response(render_template(template, **about))


def _unlisted(response: Response) -> Response:
    """Nothing on the way keeps it, and no search engine lists it."""
    response.headers.update(
        {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
    )
    return response
