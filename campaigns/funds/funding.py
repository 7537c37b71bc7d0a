"""Opening and editing funds, and what is in them by account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.disclosure import screen
from campaigns.drives.drive import Drive
from campaigns.editing import changes_of, check_version, told
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import ACCOUNTS, LedgerTotal
from campaigns.funds.purposes import PURPOSES
from core.db import db
from core.errors import Conflict, Invalid
from core.money import EXPONENTS, Money
from staff import audit
from staff.access import Actor

LONGEST = {"name": 120, "purpose": 500, "surplus_clause": 500}


@dataclass(frozen=True, kw_only=True)
class FundTerms:
    """What a fund is opened with. Donors read all of it but the campaign's id."""

    name: str
    purpose: str
    surplus_clause: str
    currency: str = "USD"
    campaign_id: str | None = None
    #: Keys of `purposes.PURPOSES`; empty means all of them.
    purposes: Sequence[str] = ()


def open_fund(actor: Actor, terms: FundTerms) -> Fund:
    """Open a fund of the actor's organisation, for one campaign or (None) for any of its campaigns.

    Raises Invalid on name, purpose, surplus_clause, purposes, currency and campaign_id.
    """
    _require(actor)
    purposes = _known(terms.purposes)
    texts = {"name": terms.name, "purpose": terms.purpose, "surplus_clause": terms.surplus_clause}
    _check(texts)
    if terms.currency not in EXPONENTS:
        raise Invalid({"currency": [_("Choose a currency from the list.")]})
    client_id = _client_of(actor, terms.campaign_id)
    screen(client_id, texts)
    fund = Fund(
        organisation_id=actor.organisation_id,
        campaign_id=terms.campaign_id,
        currency=terms.currency,
        purposes=purposes,
        **texts,
    )
    db.session.add(fund)
    db.session.flush()
    audit.record(actor, "fund.opened", fund.id, after=told(texts) | _rules(fund))
    return fund


def edit_fund(actor: Actor, fund_id: str, changes: Mapping[str, Any], *, version: int | None = None) -> Fund:
    """Change name, purpose, purposes or surplus_clause. `version` is the one the author started from.

    Raises Invalid on the field, Conflict `edited_meanwhile`, and `rules_frozen` on all but the name once a drive
    was published with them: donors gave for what they read.
    """
    _require(actor)
    fund = reading.get(reading.funds_of(actor), Fund, fund_id, lock=True)
    check_version(fund, version)
    kinds = {"purposes": _known(changes["purposes"])} if "purposes" in changes else {}
    changed = changes_of(fund, {**changes, **kinds})
    _check(changed)
    published = select(Drive.id).where(Drive.fund_id == fund.id, Drive.published_at.is_not(None))
    if changed.keys() & {"purpose", "purposes", "surplus_clause"} and db.session.scalar(published.limit(1)):
        raise Conflict("rules_frozen", _("Donors gave for this purpose. It stays as it was published."))
    for client_id in _clients_behind(fund):
        screen(client_id, {name: text for name, text in changed.items() if name in LONGEST})
    before = {name: getattr(fund, name) for name in changed}
    for name, value in changed.items():
        setattr(fund, name, value)
    if changed:
        fund.version += 1
        db.session.flush()
        audit.record(actor, "fund.edited", fund.id, before=told(before), after=told(changed))
    return fund


def balances(fund: Fund) -> dict[str, Money]:
    """The kept balance of every account of the fund, in the order of the chart of accounts.

    Debits are positive, so income shows below zero.
    """
    query = (
        select(LedgerTotal.account, func.sum(LedgerTotal.balance_minor))
        .where(LedgerTotal.fund_id == fund.id, LedgerTotal.currency == fund.currency)
        .group_by(LedgerTotal.account)
    )
    kept = {account: int(minor) for account, minor in db.session.execute(query)}
    return {account: Money(kept.get(account, 0), fund.currency) for account in ACCOUNTS}


def _known(purposes: Sequence[str]) -> list[str]:
    """In the order of the list; all of them is the same as none, and does not grow when the list does."""
    if not set(purposes) <= PURPOSES.keys():
        raise Invalid({"purposes": [_("Choose from the list.")]})
    return [name for name in PURPOSES if name in purposes]


def _rules(fund: Fund) -> dict[str, Any]:
    return {"currency": fund.currency, "purposes": fund.purposes}


def _require(actor: Actor) -> None:
    if not actor.can("campaigns.edit"):
        actor.require("funds.edit")


def _check(texts: Mapping[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    for name, longest in LONGEST.items():
        if name in texts and not texts[name].strip():
            wrong[name] = [_("Write it in words a donor reads.")]
        elif len(texts.get(name, "")) > longest:
            wrong[name] = [_("Write %(number)s characters at most.", number=longest)]
    if wrong:
        raise Invalid(wrong)


def _clients_behind(fund: Fund) -> set[str | None]:
    """The clients on whose pages the fund's words stand; None too, so that the detectors always look."""
    campaigns = select(Drive.campaign_id).where(Drive.fund_id == fund.id)
    clients = select(Campaign.client_id).where(
        or_(Campaign.id.in_(campaigns), Campaign.id == fund.campaign_id)
    )
    return {None, *db.session.scalars(clients)}


def _client_of(actor: Actor, campaign_id: str | None) -> str | None:
    if campaign_id is None:
        return None
    campaign = db.session.scalar(reading.campaigns_of(actor).where(Campaign.id == campaign_id))
    if campaign is None:
        raise Invalid({"campaign_id": [_("Choose a campaign that your organisation takes part in.")]})
    return campaign.client_id
