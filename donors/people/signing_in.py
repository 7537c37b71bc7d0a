"""Use cases of signing in to one's gifts: ask for a link, mail it, use it once.

Asking writes one row and nothing else, whoever asks: whether anybody gave from the address is found out
afterwards, by the job that mails the link. The token is made there, and leaves in the mail alone.
"""

import hashlib
import secrets

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.mail import queue_mail
from donors.people.donor import Donor
from donors.people.sign_in_link import SignInLink


def ask_for_link(email: str, *, language: str, asked_by: str = "donor") -> SignInLink:
    """Note that somebody wants a link to this address."""
    row = SignInLink(email=email.strip().lower(), language=language, asked_by=asked_by, asked_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row


def mail_link(link_id: str) -> None:
    """Make the token and queue its mail, where somebody gave from the address; once."""
    row = db.session.get(SignInLink, link_id, with_for_update=True, populate_existing=True)
    if row is None or row.sent_at is not None:
        return
    row.sent_at = clock.now()
    if db.session.scalar(select(Donor.id).where(Donor.email == row.email).limit(1)) is None:
        return
    token = secrets.token_urlsafe(32)
    row.token_digest = _digest(token)
    about = {"url": f"{current_app.config['BASE_URL']}/my/in/{token}"}
    with force_locale(row.language):
        about["subject"] = _("Open your gifts")
        queue_mail(
            key=f"sign-in:{row.id}",
            to=row.email,
            subject=about["subject"],
            text=render_template("mail/sign_in_link.txt", **about),
            html=render_template("mail/sign_in_link.html", **about),
        )


def find_link(token: str) -> SignInLink | None:
    """The link of a token, while it is good."""
    row = db.session.scalars(select(SignInLink).where(SignInLink.token_digest == _digest(token))).first()
    return row if row is not None and row.is_good(clock.now()) else None


def use_link(token: str) -> SignInLink | None:
    """Use a link up. None where it was used, is too old, or was never ours."""
    found = find_link(token)
    if found is None:
        return None
    row = db.session.get_one(SignInLink, found.id, with_for_update=True, populate_existing=True)
    if not row.is_good(clock.now()):
        return None
    row.used_at = clock.now()
    return row


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
