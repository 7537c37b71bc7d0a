"""Two letters at most about a claim: how to submit it, and one reminder. Both answer what the donor asked for."""

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from core.db import db
from core.mail import only_while, queue_mail
from donors.employers.employer_match import ASKED, EmployerMatch
from donors.gifts.gift import Gift
from donors.people.donor import Donor
from donors.receipts import links
from donors.receipts.receipt import Receipt
from staff.organisation import Organisation

_REMINDER = "employer-match-reminder"


def how_to_submit(claim: EmployerMatch, gift: Gift) -> None:
    """At most one for a claim."""
    with force_locale(gift.language):
        subject = _("How to ask %(employer)s to match your gift", employer=claim.employer)
        _send(f"employer-match:{claim.id}", subject, claim, gift, is_reminder=False)


def reminder(claim: EmployerMatch, gift: Gift) -> None:
    """At most one for a claim."""
    with force_locale(gift.language):
        subject = _("Have you asked %(employer)s to match your gift?", employer=claim.employer)
        _send(f"{_REMINDER}:{claim.id}", subject, claim, gift, is_reminder=True)


@only_while(_REMINDER)
def still_wanted(key: str) -> bool:
    """Not where the claim was submitted, or closed, while the mail waited."""
    claim = db.session.get(EmployerMatch, key.partition(":")[2])
    return claim is not None and claim.state == ASKED


def _send(key: str, subject: str, claim: EmployerMatch, gift: Gift, *, is_reminder: bool) -> None:
    address = db.session.get_one(Donor, gift.donor_id).email
    if address is None:
        return
    receipt = db.session.scalar(select(Receipt).where(Receipt.gift_id == gift.id))
    drive = db.session.get_one(Drive, gift.drive_id)
    # What was taken out of sight meanwhile is not told in a mail either.
    is_told = drive.is_public and db.session.get_one(Campaign, drive.campaign_id).is_public
    context = {
        "subject": subject,
        "claim": claim,
        "gift": gift,
        "is_reminder": is_reminder,
        "drive": drive if is_told else None,
        "organisation": db.session.get_one(Organisation, gift.organisation_id),
        "receipt": receipt,
        "pdf_url": links.receipt_url(receipt.id) if receipt else None,
        "claim_url": links.employer_url(claim.id),
        "base_url": current_app.config["BASE_URL"],
    }
    queue_mail(
        key=key,
        to=address,
        subject=subject,
        text=render_template("mail/employer_match.txt", **context),
        html=render_template("mail/employer_match.html", **context),
    )
