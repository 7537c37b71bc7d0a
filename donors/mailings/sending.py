"""Sending what is due, some donors at a time: each in a transaction with the note that they were written to."""

from sqlalchemy import select

from campaigns.partner import Partner
from campaigns.updates.update import Update
from core import clock
from core.db import db
from donors.mailings import letter
from donors.mailings.audience import audience_of
from donors.mailings.mailing import CANCELLED, SCHEDULED, SENDING, SENT, Mailing, MailingRecipient
from donors.people.donor import Donor, person_id
from donors.people.writing import write_news
from donors.receipts import links

BATCH = 200


def list_due() -> list[str]:
    """Mailings that are to be sent now, or go on."""
    due = Mailing.state.in_((SCHEDULED, SENDING)) & (Mailing.due_at <= clock.now())
    return list(db.session.scalars(select(Mailing.id).where(due).order_by(Mailing.due_at, Mailing.id)))


def send_batch(mailing_id: str) -> bool:
    """Write to the next donors; whether there may be more. Stops where the update is public no more, or the
    organisation takes no part in the campaign any more."""
    query = select(Mailing).where(Mailing.id == mailing_id).with_for_update(of=Mailing)
    mailing = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if mailing.state not in (SCHEDULED, SENDING):
        return False
    update = db.session.get_one(Update, mailing.update_id, populate_existing=True)
    hindrance = _hindrance(mailing, update)
    if hindrance:
        mailing.move_to(CANCELLED)
        mailing.ended_because = hindrance
        return False
    if mailing.state == SCHEDULED:
        mailing.move_to(SENDING)
    written = (
        select(person_id())
        .join(MailingRecipient, MailingRecipient.donor_id == Donor.id)
        .where(MailingRecipient.mailing_id == mailing.id)
    )
    donors = audience_of(mailing.organisation_id, update.campaign_id, mailing.audience, mailing.drive_id)
    batch = donors.where(donors.selected_columns.id.not_in(written)).order_by(donors.selected_columns.id)
    found = db.session.scalars(batch.limit(BATCH)).all()
    for donor in found:
        url = links.unsubscribe_url(donor.id, mailing.organisation_id)
        write_news(
            donor,
            mailing.organisation_id,
            letter.write(update, mailing.organisation_id, unsubscribe_url=url, language=donor.language),
        )
        db.session.add(MailingRecipient(mailing_id=mailing.id, donor_id=donor.id))
    if len(found) < BATCH:
        mailing.move_to(SENT)
        return False
    return True


def _hindrance(mailing: Mailing, update: Update) -> str:
    if not letter.is_public(update):
        return "not_public"
    part = select(Partner.id).where(
        Partner.campaign_id == update.campaign_id,
        Partner.organisation_id == mailing.organisation_id,
        Partner.accepted_at.is_not(None),
        Partner.ended_at.is_(None),
    )
    return "" if db.session.scalar(select(part.exists())) else "left"
