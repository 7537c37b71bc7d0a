"""Signing a drive's petition in public: the form, the list of names, and the page behind the mail's link."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from campaigns.drives.goal import SIGNATURES
from campaigns.petitions.signature import public_signatures
from campaigns.petitions.signing import (
    SignatureTerms,
    confirm_signature,
    find_signature,
    petition_drive,
    sign,
    take_back_signature,
)
from core import clock, markup
from core.db import db, transaction
from core.errors import Conflict, Gone, Invalid, NotFound
from core.forms import Form
from core.security import csrf
from core.web.limits import caller, digest, spend
from core.web.paging import numbered
from donors.figures import progress
from donors.gifts import form_token
from donors.partners.referral import note_signature
from donors.public import face
from donors.schemas.petitions import SignatureIn

bp = Blueprint("petitions", __name__)


@bp.get("/d/<slug>/sign")
def petition(slug: str) -> Response:
    initial = {"form_token": form_token.new_token(), "via": request.args.get("via", "")}
    return _form_page(slug, Form(SignatureIn(), initial=initial))


@bp.post("/d/<slug>/sign")
@csrf.exempt  # nobody is signed in here, and nothing counts before the mail is answered
def petition_submit(slug: str) -> Any:
    spend("10 per hour", "signature", caller())
    drive, form = _drive(slug), Form(SignatureIn(), request.form)
    if not form.is_valid:
        return _form_page(slug, form), 422
    typed = form.data
    if typed.pop("website") or not form_token.is_valid(typed.pop("form_token")):
        form.errors["_"] = [
            _("This page was open for a long time. Look at it once more, then send it again.")
        ]
        return _form_page(slug, form), 422
    code = typed.pop("via")
    spend("5 per day", "signature-mail", digest(typed["email"]))
    try:
        with transaction():
            note_signature(sign(drive, SignatureTerms(**typed)), code)
    except Invalid as refusal:
        form.refuse(refusal)
        return _form_page(slug, form), 422
    except Conflict as refusal:
        form.errors["_"] = [refusal.message]
        return _form_page(slug, form), 409
    return _told("sent", _drive(slug))


def _drive(slug: str) -> Drive:
    """Raises Gone where the drive was taken out of sight, NotFound where nobody is asked to sign."""
    try:
        return petition_drive(slug)
    except NotFound:
        raise Gone if face.is_withdrawn(slug) else NotFound from None


def _form_page(slug: str, form: Form) -> Response:
    drive = _drive(slug)
    return _page("donors/petition.html", form=form, asked=markup.to_html(drive.petition), **_about(drive))


def _about(drive: Drive) -> dict[str, Any]:
    figures = progress.read(drive.id)
    goals = figures.goals if figures else []
    goal = next((each for each in goals if each.metric == SIGNATURES), None)
    return {"drive": drive, "goal": goal, "is_open": drive.is_open(clock.now())}


@bp.get("/d/<slug>/signatures")
def signatures(slug: str) -> Response:
    """Those who want to be named, the latest first."""
    drive = _drive(slug)
    pager = numbered(public_signatures(drive.id))
    return _page("donors/signatures.html", pager=pager, **_about(drive))


@bp.get("/signatures/<token>")
def signature_link(token: str) -> Response:
    """A page with buttons: programs that look into mails follow links, and press no buttons."""
    found = find_signature(token)
    drive = db.session.get_one(Drive, found.drive_id)
    return _page("donors/signature_confirm.html", signature=found, drive=drive, token=token)


@bp.post("/signatures/<token>")
@csrf.exempt  # the link itself is the proof
def signature_confirm(token: str) -> Any:
    try:
        with transaction():
            drive_id = confirm_signature(token).drive_id
    except Conflict as refusal:
        return _page("donors/signature_told.html", what="late", message=refusal.message, drive=None), 409
    return _told("confirmed", db.session.get_one(Drive, drive_id))


@bp.post("/signatures/<token>/taking-back")
@csrf.exempt  # the link itself is the proof
def signature_take_back(token: str) -> Response:
    with transaction():
        drive_id = take_back_signature(token).drive_id
    return _told("taken_back", db.session.get_one(Drive, drive_id))


def _told(what: str, drive: Drive) -> Response:
    """What happens next; giving is offered, and never asked for first."""
    return _page(
        "donors/signature_told.html", what=what, message="", drive=drive if drive.is_public else None
    )


def _page(template: str, **about: Any) -> Response:
    response = make_response(render_template(template, **about))
    response.headers["Cache-Control"] = "no-store"
    return response
