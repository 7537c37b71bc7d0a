"""Asking one's employer to match a gift: signed in, and by the link in the mail that says how."""

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from core.db import db, transaction
from core.errors import Conflict, NotFound
from core.forms import Form
from core.web.limits import caller, spend
from donors.employers import claiming
from donors.employers.employer_match import EmployerMatch
from donors.gifts.gift import Gift
from donors.my_pages.blueprint import bp, donors_here
from donors.pages.employers import ask_employer
from donors.receipts import links
from donors.schemas.employers import EmployerIn


def _own_gift(gift_id: str) -> Gift:
    """A gift of whoever is signed in. Raises NotFound."""
    ids = [donor.id for donor in donors_here()]
    found = db.session.get(Gift, gift_id) if "\x00" not in gift_id else None
    if found is None or found.donor_id not in ids:
        raise NotFound
    return found


@bp.get("/gifts/<gift_id>/employer")
def employer(gift_id: str) -> str:
    return _page(_own_gift(gift_id), Form(EmployerIn(), initial={"employer": _own_gift(gift_id).employer}))


def _page(gift: Gift, form: Form) -> str:
    db.session.refresh(gift, ["drive"])
    return render_template(
        "donors/my/employer.html", gift=gift, form=form, claim=claiming.of_gift(gift.id), url=None
    )


@bp.post("/gifts/<gift_id>/employer")
def employer_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    spend("20 per hour", "employer-match", caller())
    gift = _own_gift(gift_id)
    refused = ask_employer(gift, _page)
    if refused is not None:
        return refused
    flash(_("A mail is on its way that says how to submit it."))
    return redirect(f"/my/gifts/{gift.id}/employer", 303)


@bp.get("/employer/<token>")
def employer_link(token: str) -> str:
    """One button. Looking changes nothing: programs that scan mails follow links."""
    claim = _claim(token)
    gift = db.session.get_one(Gift, claim.gift_id)
    db.session.refresh(gift, ["drive"])
    return render_template(
        "donors/my/employer.html", gift=gift, form=None, claim=claim, url=f"/my/employer/{token}"
    )


@bp.post("/employer/<token>")
def employer_sent(token: str) -> AnyResponse:
    claim = _claim(token)
    try:
        with transaction():
            claiming.note_submitted(claim.id)
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("Thank you. It counts once your employer has paid."))
    return redirect(f"/my/employer/{token}", 303)


def _claim(token: str) -> EmployerMatch:
    claim_id = links.read(token, links.EMPLOYER)
    claim = db.session.scalar(select(EmployerMatch).where(EmployerMatch.id == claim_id)) if claim_id else None
    if claim is None:
        raise NotFound
    return claim
