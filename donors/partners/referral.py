"""A referral: the partner by whose link a gift, or a signature, came. Each came by one link at most."""

from datetime import datetime

from sqlalchemy import ForeignKey, Select, select, union
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from campaigns.partner import Partner
from campaigns.partners.referral_link import find_referrer
from campaigns.petitions.signature import Signature
from core import clock
from core.db import Model, UtcDateTime, db, insert_once
from donors.gifts.gift import Gift
from donors.recurring.recurring_gift import RecurringGift


class Referral(Model):
    __tablename__ = "referral"

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey(Partner.id), index=True)
    #: Where the gift began a recurring one: its instalments came by the link too.
    recurring_gift_id: Mapped[str | None] = mapped_column(ForeignKey(RecurringGift.id))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def note(gift: Gift, code: str) -> None:
    """Write down by whose link a gift has just been begun. A code of nobody in the campaign is left aside: a
    gift never fails for its link."""
    campaign_id = db.session.get_one(Drive, gift.drive_id).campaign_id
    partner = find_referrer(code, campaign_id) if code else None
    if partner is not None:
        insert_once(
            Referral,
            gift_id=gift.id,
            partner_id=partner.id,
            recurring_gift_id=gift.recurring_gift_id,
            at=clock.now(),
        )


class SignatureReferral(Model):
    """The partner by whose link a signature under a petition came."""

    __tablename__ = "signature_referral"

    signature_id: Mapped[str] = mapped_column(ForeignKey(Signature.id), primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey(Partner.id), index=True)


def note_signature(signature: Signature, code: str) -> None:
    """The same of a signature that has just been given."""
    campaign_id = db.session.get_one(Drive, signature.drive_id).campaign_id
    partner = find_referrer(code, campaign_id) if code else None
    if partner is not None:
        insert_once(SignatureReferral, signature_id=signature.id, partner_id=partner.id)


def referred_gifts(*partner_ids: str) -> Select[str, str]:
    """(partner_id, gift_id) of all that came by the links of these partners, later instalments too, each once."""
    begun = select(Referral.partner_id, Referral.gift_id).where(Referral.partner_id.in_(partner_ids))
    later = (
        select(Referral.partner_id, Gift.id)
        .join(Gift, Gift.recurring_gift_id == Referral.recurring_gift_id)
        .where(Referral.partner_id.in_(partner_ids))
    )
    both = union(begun, later).subquery()
    return select(both.c.partner_id, both.c.gift_id)
