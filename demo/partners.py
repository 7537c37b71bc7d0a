"""What the two organisations agree on as partners, and what they say to each other about a draft."""

from sqlalchemy import select

from campaigns.clearance.steps import clearance_of
from campaigns.comments import commenting
from campaigns.partner import Partner
from campaigns.partners.donor_sharing import REFERRALS, share_donors
from campaigns.partners.referral_link import tell_referrals
from core.db import db
from demo.cause import a_drive
from demo.people import actor


def code() -> str:
    """Of the partner's link."""
    return _llano().code


def agree() -> None:
    """Llano sees the donors it brought who agreed, and the public page tells what its link brought."""
    elena, carla, dana = actor("elena"), actor("carla"), actor("dana")
    partner = _llano()
    share_donors(elena, partner.campaign_id, partner.id, mode=REFERRALS)
    for one_side in (elena, dana):
        tell_referrals(one_side, partner.campaign_id, partner.id, is_told=True)
    text = clearance_of(a_drive("legal-fund"))
    asked = commenting.write_comment(dana, text.id, body="Can the first line say what a gift pays for?")
    commenting.write_comment(carla, text.id, body="Done: filing fees, interpreters, experts.")
    commenting.settle_comment(carla, asked.id, is_resolved=True)


def _llano() -> Partner:
    return db.session.scalars(select(Partner).where(Partner.part == "partner")).one()
