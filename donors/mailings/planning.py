"""Planning a mailing, trying it on oneself, stopping it, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.updates.update import Update
from core import clock, ids
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from core.mail import OutgoingMail, queue_mail
from donors.mailings import letter
from donors.mailings.mailing import (
    AUDIENCES,
    CANCELLED,
    OF_DRIVE,
    Mailing,
    MailingRecipient,
    lock_mailing,
    mailings_of,
)
from donors.people.consent import UPDATES_BY_EMAIL, Consent
from staff import audit
from staff.access import Actor
from staff.account import User
from staff.member import Member

FURTHEST = timedelta(days=90)


@dataclass(frozen=True)
class Results:
    """Of so many `written` mails: handed over, refused for good, still waiting; and who ended the news since."""

    written: int
    sent: int
    bounced: int
    unsubscribed: int

    @property
    def waiting(self) -> int:
        return self.written - self.sent - self.bounced


def get_mailable(actor: Actor, update_id: str) -> Update:
    """A public update of a campaign that the actor's organisation leads, or takes gifts for.

    Raises NotFound, Forbidden, Conflict `not_public`: what counsel and client have not agreed to goes to nobody.
    """
    actor.require("campaigns.edit")
    update = reading.get(reading.updates_of(actor), Update, update_id)
    if not may_mail(actor, update):
        raise Forbidden(_("The lead mails it, and who takes gifts for the campaign: each to its own donors."))
    if not letter.is_public(update):
        raise Conflict("not_public", _("Publish the update first. Then it can be mailed."))
    return update


def may_mail(actor: Actor, update: Update) -> bool:
    """Whether the actor's organisation leads the campaign or has a drive in it, so that donors of its own gave to it.
    Each writes to its own donors, who agreed to its news; the words are the ones that are public."""
    campaign = db.session.get_one(Campaign, update.campaign_id)
    if campaign.organisation_id == actor.organisation_id:
        return True
    own = select(Drive.id).where(
        Drive.campaign_id == campaign.id, Drive.organisation_id == actor.organisation_id
    )
    return bool(db.session.scalar(select(own.exists())))


def plan_mailing(
    actor: Actor, update_id: str, *, audience: str, drive_id: str = "", due_at: datetime | None = None
) -> Mailing:
    """Send an update to an audience, at once or at a time. Nobody gets one update twice, whatever the audiences.

    Raises what `get_mailable` does, and Invalid on audience, drive_id and due_at.
    """
    update, now = get_mailable(actor, update_id), clock.now()
    wrong: dict[str, list[str]] = {}
    if audience not in AUDIENCES:
        wrong["audience"] = [_("Choose one of: %(known)s.", known=", ".join(AUDIENCES))]
    drive = db.session.get(Drive, drive_id) if audience == OF_DRIVE else None
    if audience == OF_DRIVE and (drive is None or drive.campaign_id != update.campaign_id):
        wrong["drive_id"] = [_("Choose a drive of this campaign.")]
    if due_at is not None and not now <= due_at <= now + FURTHEST:
        wrong["due_at"] = [_("Choose a time within the next 90 days.")]
    if wrong:
        raise Invalid(wrong)
    mailing = Mailing(
        organisation_id=actor.organisation_id,
        update_id=update.id,
        audience=audience,
        drive_id=drive.id if drive else None,
        due_at=due_at or now,
        planned_by_id=actor.member_id,
    )
    db.session.add(mailing)
    db.session.flush()
    after = {
        "update": update.id,
        "audience": audience,
        "drive": mailing.drive_id,
        "at": mailing.due_at.isoformat(),
    }
    audit.record(actor, "mailing.planned", mailing.id, after=after)
    return mailing


def stop_mailing(actor: Actor, mailing_id: str) -> Mailing:
    """Write to nobody else. What is handed over cannot be called back. Raises NotFound, Conflict."""
    actor.require("campaigns.edit")
    mailing = lock_mailing(actor, mailing_id)
    mailing.move_to(CANCELLED)
    mailing.ended_because = "asked"
    db.session.flush()
    audit.record(actor, "mailing.stopped", mailing.id)
    return mailing


def send_test(actor: Actor, update_id: str) -> str:
    """The mail as a donor would get it, to the actor's own address; returns that address."""
    update = get_mailable(actor, update_id)
    member = db.session.get_one(Member, actor.member_id)
    to = db.session.get_one(User, member.account_id).email
    written = letter.write(update, actor.organisation_id, unsubscribe_url="")
    queue_mail(
        key=f"news-test:{ids.new_id('test')}",
        to=to,
        subject=_("[Test] %(subject)s", subject=written.subject),
        text=written.text,
        html=written.html,
    )
    return to


def list_mailings(actor: Actor, update_id: str) -> list[Mailing]:
    query = mailings_of(actor).where(Mailing.update_id == update_id)
    return list(db.session.scalars(query.order_by(Mailing.planned_at.desc(), Mailing.id)))


def results_of(mailing: Mailing) -> Results:
    recipients = select(MailingRecipient.donor_id).where(MailingRecipient.mailing_id == mailing.id)
    key = letter.key_of(mailing.update_id, "") + MailingRecipient.donor_id
    mails = (
        select(
            func.count(MailingRecipient.donor_id),
            func.count(OutgoingMail.sent_at),
            func.count(OutgoingMail.failed_at),
        )
        .outerjoin(OutgoingMail, OutgoingMail.key == key)
        .where(MailingRecipient.mailing_id == mailing.id)
    )
    written, sent, bounced = db.session.execute(mails).one()
    ended = select(func.count(func.distinct(Consent.donor_id))).where(
        Consent.donor_id.in_(recipients),
        Consent.organisation_id == mailing.organisation_id,
        Consent.purpose == UPDATES_BY_EMAIL,
        Consent.is_given.is_(False),
        Consent.source == "unsubscribe",
        Consent.at >= mailing.due_at,
    )
    return Results(written, sent, bounced, db.session.scalar(ended) or 0)
