"""Supporters' pages in public: starting one, reading one and giving through it."""

from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request
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
from donors.embeds import qr_of
from donors.gifts import form_token
from donors.pages.drives import giving_form
from donors.public import face
from donors.public.face import Face, ToldSupporter
from donors.public.showing import drive_view
from donors.schemas.supporters import PageIn
from donors.supporters import supporting
from donors.supporters.supporter_page import (
    ENDED,
    HIDDEN,
    PUBLIC,
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
    return share(drawn("donors/supporters.html", drive=found.drive, pages=pages, is_open=_is_open(found)))


@bp.get("/d/<slug>/supporters/<page_id>")
def supporter(slug: str, page_id: str) -> Response:
    """One page: the same bytes for everyone, but for the token of the form."""
    found = face.require(slug)
    page = _public(found, page_id)
    gifts = list(db.session.scalars(gifts_through(page.id).limit(RECENT)))
    return share(
        drawn(
            "donors/supporter.html",
            page=page,
            goal=Money(page.goal_minor, found.drive.currency),
            raised=read_raised(page, found.drive.currency),
            gifts=[_gift(each) for each in gifts],
            face=drive_view(found),
            form=giving_form(found, supporter_page=page.id),
        )
    )


@bp.get("/d/<slug>/supporters/<page_id>/qr.svg")
def supporter_qr_code(slug: str, page_id: str) -> Response:
    """The page's address for a poster."""
    page = _public(face.require(slug), page_id)
    return qr_of(f"{current_app.config['BASE_URL']}{supporting.address_of(page)}")


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
    return told_page("sent", found.drive)


def _schema(found: Face) -> PageIn:
    return PageIn(currency=found.drive.currency)


def _begin_page(found: Face, form: Form) -> Response:
    if form.typed:
        form.typed = {**form.typed, "form_token": form_token.new_token()}
    return unlisted(
        drawn("donors/supporter_begin.html", drive=found.drive, form=form, is_open=_is_open(found))
    )


def _is_open(found: Face) -> bool:
    return found.drive.is_open(clock.now())


def told_page(what: str, drive: Drive) -> Response:
    shown = drive if face.read(drive.slug) else None
    return unlisted(drawn("donors/supporter_told.html", what=what, message="", drive=shown))


def drawn(template: str, **about: Any) -> Response:
    return make_response(render_template(template, **about))


def unlisted(response: Response) -> Response:
    """Nothing on the way keeps it, and no search engine lists it."""
    response.headers.update(
        {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
    )
    return response
