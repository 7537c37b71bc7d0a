"""Mails about pledges, in the donor's language, each once by its key: what was promised, and that it is overdue."""

from datetime import date

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core.db import db
from core.i18n import day as day_text
from core.i18n import money as money_text
from core.mail import only_while, queue_mail
from donors.people.donor import Donor
from donors.pledges import standing
from donors.pledges.pledge import Pledge
from donors.pledges.standing import Part
from donors.receipts import links
from staff.organisation import Organisation

REMINDER = "pledge-reminder"


def confirm(pledge: Pledge) -> None:
    """What was promised, when it is due and how it is paid. Nothing where no address is known."""
    parts = standing.parts_of(pledge)
    donor = db.session.get_one(Donor, pledge.donor_id)
    with force_locale(donor.language):
        amount = money_text(pledge.amount)
        if len(parts) == 1:
            when = _("It is due on %(day)s.", day=day_text(parts[0].due_on))
        else:
            when = _(
                "It is due in %(count)s parts, the first on %(day)s.",
                count=len(parts),
                day=day_text(parts[0].due_on),
            )
        sentences = [_("You promised %(amount)s. Thank you.", amount=amount), when]
        _send(
            pledge, donor, f"pledge:{pledge.id}", (_("Your pledge of %(amount)s", amount=amount), sentences)
        )


def remind(pledge: Pledge, part: Part, days: int) -> None:
    """A part of it was due so many days ago, and is not paid in full."""
    donor = db.session.get_one(Donor, pledge.donor_id)
    with force_locale(donor.language):
        due = money_text(standing.unpaid(part, pledge.currency))
        sentences = [
            _(
                "On %(day)s %(amount)s of your pledge was due. It has not reached us yet.",
                day=day_text(part.due_on),
                amount=due,
            ),
            _("If it is on its way, you need to do nothing. If something changed, tell us."),
        ]
        key = f"{REMINDER}:{pledge.id}:{_day(part.due_on)}:{days}"
        _send(pledge, donor, key, (_("Your pledge: %(amount)s is still open", amount=due), sentences))


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


@only_while(REMINDER)
def _is_still_owed(key: str) -> bool:
    """A reminder that waited is not sent once the pledge was paid or ended."""
    pledge = db.session.get(Pledge, key.split(":")[1])
    return pledge is not None and pledge.is_owed


def _send(pledge: Pledge, donor: Donor, key: str, said: tuple[str, list[str]]) -> None:
    if donor.email is None or donor.erased_at is not None:
        return
    subject, sentences = said
    drive = db.session.get_one(Drive, pledge.drive_id)
    organisation = db.session.get_one(Organisation, pledge.organisation_id)
    context = {
        "organisation": organisation,
        "drive": drive,
        "pledge": pledge,
        "subject": subject,
        "sentences": sentences,
        "left": pledge.left,
        "pay_url": links.pledge_url(pledge.id),
    }
    queue_mail(
        key=key,
        to=donor.email,
        subject=subject,
        text=render_template("mail/pledge.txt", **context),
        html=render_template("mail/pledge.html", **context),
    )
