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
from campaigns.funds import surplus
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import FundTransfer
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
    #: Keys of `surplus.WAYS`; empty means that the wording alone says what is allowed.
    surplus_ways: Sequence[str] = ()
    #: The organisation's own money, bound to no campaign and no purpose.
    is_general: bool = False


def open_fund(actor: Actor, terms: FundTerms) -> Fund:
    """Open a fund of the actor's organisation, for one campaign or (None) for any of its campaigns.

    Raises Invalid on name, purpose, surplus_clause, surplus_ways, purposes, currency, campaign_id and is_general.
    """
    _require(actor)
    purposes = _known(terms.purposes)
    texts = {"name": terms.name, "purpose": terms.purpose, "surplus_clause": terms.surplus_clause}
    _check(texts)
    if terms.currency not in EXPONENTS:
        raise Invalid({"currency": [_("Choose a currency from the list.")]})
    client_id = _client_of(actor, terms.campaign_id)
    screen(client_id, texts)
    if terms.is_general:
        _check_general(actor, bound=bool(terms.campaign_id or purposes), currency=terms.currency)
    fund = Fund(
        organisation_id=actor.organisation_id,
        campaign_id=terms.campaign_id,
        currency=terms.currency,
        purposes=purposes,
        surplus_ways=_ways(terms.surplus_ways),
        is_general=terms.is_general,
        **texts,
    )
    db.session.add(fund)
    db.session.flush()
    audit.record(actor, "fund.opened", fund.id, after=told(texts) | _rules(fund))
    return fund


def edit_fund(actor: Actor, fund_id: str, changes: Mapping[str, Any], *, version: int | None = None) -> Fund:
    """Change name, purpose, purposes, surplus_clause, surplus_ways or is_general. `version` is the one the author
    started from.

    Another surplus clause holds for gifts from then on and is a version of its own. Raises Invalid on the field,
    Conflict `edited_meanwhile`, and `rules_frozen` on purpose and purposes once a drive was published with them:
    donors gave for what they read.
    """
    _require(actor)
    fund = reading.get(reading.funds_of(actor), Fund, fund_id, lock=True)
    check_version(fund, version)
    changed = changes_of(fund, {**changes, **_lists(changes)})
    _check(changed)
    is_read = _is_published(fund)
    if changed.keys() & {"purpose", "purposes"} and is_read:
        raise Conflict("rules_frozen", _("Donors gave for this purpose. It stays as it was published."))
    if changed.get("is_general"):
        bound = bool(fund.campaign_id or changed.get("purposes", fund.purposes))
        _check_general(actor, bound=bound, currency=fund.currency)
    for client_id in _clients_behind(fund):
        screen(client_id, {name: text for name, text in changed.items() if name in LONGEST})
    before = {name: getattr(fund, name) for name in changed}
    if is_read:
        surplus.current(fund.id)  # what donors have read so far stays, even where nobody gave under it
    for name, value in changed.items():
        setattr(fund, name, value)
    if changed:
        fund.version += 1
        db.session.flush()
        if is_read:
            surplus.current(fund.id)
        audit.record(actor, "fund.edited", fund.id, before=told(before), after=told(changed))
    return fund


def _is_published(fund: Fund) -> bool:
    published = select(Drive.id).where(Drive.fund_id == fund.id, Drive.published_at.is_not(None))
    return db.session.scalar(published.limit(1)) is not None


def _lists(changes: Mapping[str, Any]) -> dict[str, list[str]]:
    kinds = {"purposes": _known, "surplus_ways": _ways}
    return {name: known(changes[name]) for name, known in kinds.items() if name in changes}


def general_fund(organisation_id: str, currency: str) -> Fund | None:
    """The organisation's general fund in a currency, if it has named one."""
    query = select(Fund).where(
        Fund.organisation_id == organisation_id, Fund.currency == currency, Fund.is_general
    )
    return db.session.scalar(query)


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


def _ways(ways: Sequence[str]) -> list[str]:
    if not set(ways) <= surplus.WAYS.keys():
        raise Invalid({"surplus_ways": [_("Choose from the list.")]})
    return [name for name in surplus.WAYS if name in ways]


def _check_general(actor: Actor, *, bound: bool, currency: str) -> None:
    """Raise Invalid unless a fund may become the general one: it is bound to nothing, and there is none yet."""
    if bound:
        text = _("The general fund is for every campaign and every kind of cost. Take those off first.")
        raise Invalid({"is_general": [text]})
    if general_fund(actor.organisation_id, currency) is not None:
        raise Invalid(
            {"is_general": [_("There is a general fund in %(currency)s already.", currency=currency)]}
        )


def _rules(fund: Fund) -> dict[str, Any]:
    rules: dict[str, Any] = {"currency": fund.currency, "purposes": fund.purposes}
    return (
        rules
        | ({"surplus_ways": fund.surplus_ways} if fund.surplus_ways else {})
        | ({"is_general": True} if fund.is_general else {})
    )


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
    """The clients on whose pages the fund's words stand, those included from whose funds money was moved to it; None
    too, so that the detectors always look."""
    sources = select(FundTransfer.from_fund_id).where(FundTransfer.to_fund_id == fund.id)
    campaigns = select(Drive.campaign_id).where(or_(Drive.fund_id == fund.id, Drive.fund_id.in_(sources)))
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
