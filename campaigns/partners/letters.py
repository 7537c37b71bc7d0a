"""Mails to the owners of an organisation about its part in a campaign."""

from flask import current_app, render_template
from sqlalchemy import select

from core.db import db
from core.mail import queue_mail
from staff.member import Member


def write_to_owners(organisation_id: str, *, key: str, subject: str, sentence: str, path: str) -> None:
    """One mail to each owner, once for each key, with a link to a staff page."""
    owners = select(Member).where(
        Member.organisation_id == organisation_id, Member.role == "owner", Member.left_at.is_(None)
    )
    text = render_template(
        "staff/mail/partner.txt", sentence=sentence, link=f"{current_app.config['BASE_URL']}{path}"
    )
    for each in db.session.scalars(owners):
        queue_mail(key=f"{key}:{each.id}", to=each.account.email, subject=subject, text=text)
