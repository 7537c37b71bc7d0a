"""The mail of an update: the same words as on the page, a link to it, and how to end such mails."""

from flask import current_app, render_template
from flask_babel import force_locale

from campaigns.campaign import Campaign
from campaigns.updates.update import Update
from core import markup
from core.db import db
from core.mail import only_while
from donors.people import consent
from donors.people.donor import Donor, standing
from donors.people.writing import Letter
from staff.organisation import Organisation

_KIND = "news"


def key_of(update_id: str, donor_id: str) -> str:
    """One mail of an update to a donor, whatever the number of mailings."""
    return f"{_KIND}:{update_id}:{donor_id}"


def is_public(update: Update) -> bool:
    """Whether it stands on public pages now."""
    return update.is_public and db.session.get_one(Campaign, update.campaign_id).is_public


def write(update: Update, organisation_id: str, *, unsubscribe_url: str, language: str = "en") -> Letter:
    """As the organisation sends it whose news its reader agreed to."""
    campaign = db.session.get_one(Campaign, update.campaign_id)
    organisation = db.session.get_one(Organisation, organisation_id)
    about = {
        "subject": update.title,
        "update": update,
        "campaign": campaign,
        "organisation": organisation,
        "body_html": markup.to_html(update.body),
        "page_url": f"{current_app.config['BASE_URL']}/c/{campaign.slug}",
        "unsubscribe_url": unsubscribe_url,
    }
    with force_locale(language):
        return Letter(
            key=f"{_KIND}:{update.id}",
            subject=update.title,
            text=render_template("mail/news.txt", **about),
            html=render_template("mail/news.html", **about),
        )


@only_while(_KIND)
def still_wanted(key: str) -> bool:
    """Asked just before a mail is handed over: the update still stands, and the donor still agrees to news of the
    organisation whose donor they are, whoever leads the campaign by now."""
    _kind, update_id, donor_id = key.split(":")
    update, donor = db.session.get(Update, update_id), db.session.get(Donor, donor_id)
    if update is None or donor is None or not is_public(update):
        return False
    return consent.holds(standing(donor_id), donor.organisation_id)
