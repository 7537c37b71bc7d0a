"""The plan of a close-out: every gift's share of what is left, and what becomes of it under the choices so far.

Two people agree to a plan by its digest, so nothing is done that they did not see.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext

from campaigns.funds import surplus
from campaigns.funds.fund import Fund
from campaigns.funds.surplus import REFUND, SurplusClause
from core.money import Money
from donors.close_outs import reckoning
from donors.close_outs.close_out import BACK, MOVED, STAYS, CloseOut, CloseOutChoice, choices_of
from donors.close_outs.reckoning import Reckoning, StandingGift, whole_steps
from donors.close_outs.sharing import apportion
from donors.gifts.gift import can_refund_at_stripe
from donors.stripe_gateway import amounts

#: Why a share does not go back to its donor although refunds were chosen.
NOT_AT_STRIPE, TOO_SMALL, DISPUTED = "not_at_stripe", "too_small", "disputed"
RETURNED, REFUSED, CAME_BACK = "returned_meanwhile", "refused", "came_back"
ELSEWHERE = "elsewhere"
REASONS: dict[str, Any] = {
    NOT_AT_STRIPE: lazy_gettext("It was not paid by card, so it cannot go back that way."),
    TOO_SMALL: lazy_gettext("The share is smaller than the least amount that cards take."),
    DISPUTED: lazy_gettext("The donor's bank has taken the payment back meanwhile."),
    RETURNED: lazy_gettext("It went back to the donor meanwhile."),
    REFUSED: lazy_gettext("Stripe refused the refund."),
    ELSEWHERE: lazy_gettext("It went back by another way."),
    CAME_BACK: lazy_gettext("The card did not take the refund, so the money came back."),
}


@dataclass(frozen=True)
class Share:
    """A gift's part of what is left, and what becomes of it. `outcome` is empty while nobody chose."""

    gift_id: str
    donor_id: str
    clause_id: str
    amount_minor: int
    outcome: str = ""
    because: str = ""
    to_fund_id: str | None = None
    #: What of the gift went back before.
    gone_minor: int = 0
    #: Nothing of a planned share went back yet.
    elsewhere_minor: int = 0


@dataclass(frozen=True)
class Part:
    """What came under one version of the clause, of what is left."""

    clause: SurplusClause
    gifts: int
    amount: Money
    choice: CloseOutChoice | None


@dataclass(frozen=True)
class Plan:
    reckoning: Reckoning
    parts: list[Part]
    shares: list[Share] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether somebody chose for every version that has something left."""
        return all(part.choice is not None for part in self.parts)

    def total(self, outcome: str) -> Money:
        minor = sum(share.amount_minor for share in self.shares if share.outcome == outcome)
        return Money(minor, self.reckoning.left.currency)

    def donors(self, outcome: str) -> int:
        return len({share.donor_id for share in self.shares if share.outcome == outcome})

    @property
    def digest(self) -> str:
        """SHA-256 of every share and what becomes of it."""
        lines = [
            [each.gift_id, each.clause_id, each.amount_minor, each.outcome, each.because, each.to_fund_id]
            for each in self.shares
        ]
        content = json.dumps([self.reckoning.left.minor, lines], separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def plan_of(close_out: CloseOut) -> Plan:
    """The plan as gifts, ledger and choices stand now."""
    gifts = reckoning.standing_gifts(close_out.fund, close_out.drive_id)
    reckoned = reckoning.reckon(close_out.fund, gifts, close_out.drive_id)
    choices = choices_of(close_out.id)
    shares = _shares(close_out.fund, gifts, reckoned.left, choices)
    return Plan(reckoned, _parts(close_out.fund, shares, choices), shares)


def _shares(
    fund: Fund, gifts: Sequence[StandingGift], left: Money, choices: Mapping[str, CloseOutChoice]
) -> list[Share]:
    weights = [whole_steps(each, fund.currency) for each in gifts]
    minors = apportion(left.minor, weights, step=amounts.step(fund.currency).minor)
    return [
        _decided(gift, minor, choices.get(gift.clause_id), fund)
        for gift, minor in zip(gifts, minors, strict=True)
        if minor
    ]


def _decided(gift: StandingGift, minor: int, choice: CloseOutChoice | None, fund: Fund) -> Share:
    outcome, because = "", ""
    to_fund_id = choice.to_fund_id if choice else None
    if choice is not None:
        because = _hindrance(gift, Money(minor, fund.currency)) if choice.way == REFUND else ""
        goes_back = choice.way == REFUND and not because
        outcome = BACK if goes_back else (MOVED if to_fund_id else STAYS)
    return Share(
        gift_id=gift.id,
        donor_id=gift.donor_id,
        clause_id=gift.clause_id,
        amount_minor=minor,
        outcome=outcome,
        because=because,
        to_fund_id=to_fund_id if outcome == MOVED else None,
        gone_minor=gift.gone_minor,
    )


def _hindrance(gift: StandingGift, amount: Money) -> str:
    if not can_refund_at_stripe(gift):
        return NOT_AT_STRIPE
    return TOO_SMALL if amount < amounts.least(amount.currency) else ""


def _parts(fund: Fund, shares: Sequence[Share], choices: Mapping[str, CloseOutChoice]) -> list[Part]:
    """By version, the oldest first; versions of which nothing is left are left out."""
    found: list[Part] = []
    for clause in reversed(surplus.versions_of(fund.id)):
        minors = [share.amount_minor for share in shares if share.clause_id == clause.id]
        if minors:
            amount = Money(sum(minors), fund.currency)
            found.append(Part(clause, len(minors), amount, choices.get(clause.id)))
    return found
