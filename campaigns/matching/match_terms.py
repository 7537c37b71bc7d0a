"""What a match fund is opened with, and what may be wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from campaigns.drives.drive_terms import FURTHEST
from campaigns.matching.match_fund import MOST_PARTS, MatchFund
from core import clock
from core.i18n import money as money_text
from core.money import LARGEST_MINOR, Money

SHORTEST_SPONSOR, LONGEST_SPONSOR = 2, 120
#: Told to donors before they give, and so never changed once a gift was matched.
FROZEN = {"match_parts", "gift_parts", "most_per_gift_minor", "opens_at"}


@dataclass(frozen=True, kw_only=True)
class MatchTerms:
    """What a match fund is opened with; amounts in the drive's currency.

    The sponsor adds `match_parts` for each `gift_parts` given. `opens_at` None: now. `closes_at` None: as long as
    the drive is open. `most_per_gift` None: no limit but the cap.
    """

    sponsor: str
    cap: Money
    match_parts: int = 1
    gift_parts: int = 1
    most_per_gift: Money | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def columns_of(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms, or some of them, as the columns hold them."""
    columns = {name: value for name, value in terms.items() if name not in {"cap", "most_per_gift"}}
    if "sponsor" in columns:
        columns["sponsor"] = " ".join(columns["sponsor"].split())
    if "cap" in terms:
        columns["cap_minor"] = terms["cap"].minor
    if "most_per_gift" in terms:
        most = terms["most_per_gift"]
        columns["most_per_gift_minor"] = None if most is None else most.minor
    return columns


def wrong_terms(terms: Mapping[str, Any], currency: str) -> dict[str, list[str]]:
    """What is wrong with the terms that are there, by the field's name."""
    wrong: dict[str, list[str]] = {}
    if "sponsor" in terms and not SHORTEST_SPONSOR <= len(terms["sponsor"].strip()) <= LONGEST_SPONSOR:
        wrong["sponsor"] = [_("Write who pays, in 2 to 120 characters. The public reads it.")]
    for name in ("cap", "most_per_gift"):
        amount = terms.get(name)
        if amount is not None and amount.currency != currency:
            wrong[name] = [_("This drive takes %(currency)s.", currency=currency)]
        elif amount is not None and not 0 < amount.minor <= LARGEST_MINOR:
            wrong[name] = [_("The amount must be more than zero, and within reason.")]
    for name in ("match_parts", "gift_parts"):
        if name in terms and not 1 <= terms[name] <= MOST_PARTS:
            wrong[name] = [_("Write a whole number from 1 to %(most)s.", most=MOST_PARTS)]
    return wrong


def wrong_window(opens_at: datetime, closes_at: datetime | None, *, is_new_end: bool) -> dict[str, list[str]]:
    """What is wrong with the window; an end that stood before may have passed by now."""
    latest = clock.now() + FURTHEST
    if opens_at > latest:
        return {"opens_at": [_("Choose a day in the coming ten years.")]}
    if closes_at is None:
        return {}
    if is_new_end and closes_at <= clock.now():
        return {"closes_at": [_("This end has passed. Choose a later one, or end the match fund now.")]}
    if closes_at > latest:
        return {"closes_at": [_("Choose a day in the coming ten years.")]}
    if opens_at >= closes_at:
        return {"opens_at": [_("The match fund must open before it closes.")]}
    return {}


def wrong_cap(fund: MatchFund, cap_minor: int) -> dict[str, list[str]]:
    """A cap may grow, and shrink as far as gifts and the sponsor's payments have left room."""
    least = Money(max(fund.taken_minor, fund.paid_minor), fund.currency)
    if cap_minor >= least.minor:
        return {}
    text = _("%(least)s of it is promised to gifts or paid. The cap cannot be less.", least=money_text(least))
    return {"cap": [text]}
