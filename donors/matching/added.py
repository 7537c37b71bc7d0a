"""What sponsors add to gifts, as their donors read it: on the page of thanks, in the portal, on the receipt."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.matching.match_fund import MatchFund
from campaigns.names.drive_names import shown_name
from core.db import db
from core.money import Money
from donors.matching.match_entry import CONFIRMED, RELEASED, RESERVED, MatchEntry


@dataclass(frozen=True)
class Added:
    """One fund's match of one gift."""

    #: As published; empty while the name is not, or not any more.
    sponsor: str
    #: What stands of it now; nothing of one that was released.
    amount: Money
    is_sure: bool

    @property
    def state(self) -> str:
        """`reserved` (the gift is not paid yet), `confirmed` or `released`."""
        if not self.amount:
            return RELEASED
        return CONFIRMED if self.is_sure else RESERVED


def added_to(gift_ids: Iterable[str]) -> dict[str, list[Added]]:
    """The matches of gifts in the order in which the funds are asked, those released included; by gift."""
    sponsor = case(
        (and_(Drive.is_shown(), Campaign.is_shown()), shown_name(MatchFund.drive_id, MatchFund.sponsor)),
        else_="",
    )
    query = (
        select(
            MatchEntry.gift_id,
            sponsor,
            MatchEntry.currency,
            func.sum(MatchEntry.taken_minor),
            func.sum(MatchEntry.confirmed_minor),
        )
        .join(MatchFund, MatchFund.id == MatchEntry.match_fund_id)
        .join(Drive, Drive.id == MatchFund.drive_id)
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .where(MatchEntry.gift_id.in_(list(gift_ids)))
        .group_by(MatchEntry.gift_id, MatchFund.id, MatchEntry.currency, Drive.id, Campaign.id)
        .order_by(MatchFund.position, MatchFund.id)
    )
    found: dict[str, list[Added]] = {}
    for gift_id, sponsor, currency, taken, confirmed in db.session.execute(query):
        amount = Money(int(taken), currency)
        found.setdefault(gift_id, []).append(Added(sponsor, amount, is_sure=confirmed > 0))
    return found
