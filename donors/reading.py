"""What an actor may see of gifts, promises, donors and Stripe's events, and the one way to get each.

All of it belongs to the organisation that the gifts went to, and takes `gifts.view`. Another organisation's
gift or donor is NotFound.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload

from campaigns.drives.drive import Drive
from campaigns.reading import get, matching
from core.db import Model, db
from donors.disputes.dispute import UNDECIDED, Dispute
from donors.disputes.fraud_warning import FraudWarning
from donors.gifts.gift import CHECKOUT, VOIDED, Gift
from donors.gifts.refund import Refund
from donors.payments.stripe_event import StripeEvent
from donors.people.consent import Consent
from donors.people.donor import Donor, standing
from donors.receipts.receipt import Receipt
from donors.recurring.recurring_gift import Cancellation, RecurringGift
from staff.access import Actor
from staff.member import Member

_RECEIPT_LABEL = re.compile(r"(\d{4})-(\d{1,9})")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Wanted:
    """Which gifts or promises; what is empty narrows nothing. `since <= started_at < until`."""

    words: str = ""
    state: str = ""
    drive_id: str = ""
    donor_id: str = ""
    recurring_gift_id: str = ""
    #: `once`, `recurring`, or `offline` for what came without a checkout.
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


def gifts_of(actor: Actor, wanted: Wanted | None = None) -> Select[Gift]:
    """Gifts with their donor, drive and promise, in no order."""
    actor.require("gifts.view")
    query = (
        select(Gift)
        .join(Gift.donor)
        .where(Gift.organisation_id == actor.organisation_id)
        .options(contains_eager(Gift.donor), joinedload(Gift.drive), joinedload(Gift.recurring_gift))
    )
    return query.where(*_gift_conditions(wanted)) if wanted else query


def _gift_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _same_in_both(Gift, wanted)
    if wanted.recurring_gift_id:
        conditions.append(Gift.recurring_gift_id == wanted.recurring_gift_id)
    if wanted.kind == "once":
        conditions.append(Gift.recurring_gift_id.is_(None))
    if wanted.kind == "recurring":
        conditions.append(Gift.recurring_gift_id.is_not(None))
    if wanted.kind == "offline":
        conditions.append(Gift.channel != CHECKOUT)
    if wanted.words:
        conditions.append(_gift_has(wanted.words))
    return conditions


def _same_in_both(model: type[Gift] | type[RecurringGift], wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = (
        (model.state, wanted.state),
        (model.drive_id, wanted.drive_id),
        (model.donor_id, wanted.donor_id),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in asked if value]
    if wanted.since is not None:
        conditions.append(model.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(model.started_at < wanted.until)
    return conditions


def _gift_has(words: str) -> ColumnElement[bool]:
    """Donor's name or address, public name, the gift's id, or a receipt's number as printed."""
    found = matching(words, (Donor.name, Donor.email, Gift.public_name))
    label = _RECEIPT_LABEL.fullmatch(words)
    if label is None:
        return or_(found, Gift.id == words)
    year, number = int(label[1]), int(label[2])
    receipts = select(Receipt.gift_id).where(
        Receipt.organisation_id == Gift.organisation_id, Receipt.year == year, Receipt.number == number
    )
    return or_(found, Gift.id.in_(receipts))


def promises_of(actor: Actor, wanted: Wanted | None = None) -> Select[RecurringGift]:
    """Recurring gifts with their donor and drive, in no order."""
    actor.require("gifts.view")
    query = (
        select(RecurringGift)
        .join(RecurringGift.donor)
        .where(RecurringGift.organisation_id == actor.organisation_id)
        .options(contains_eager(RecurringGift.donor), joinedload(RecurringGift.drive))
    )
    if wanted is None:
        return query
    conditions = _same_in_both(RecurringGift, wanted)
    if wanted.words:
        found = matching(wanted.words, (Donor.name, Donor.email))
        conditions.append(or_(found, RecurringGift.id == wanted.words))
    return query.where(*conditions)


def donors_of(actor: Actor, words: str = "") -> Select[Donor]:
    """Donors of the organisation, in no order; who was merged into another is found as that one. Without those who
    are erased and behind no gift that stands."""
    actor.require("gifts.view")
    gave = select(Gift.id).where(Gift.donor_id == Donor.id, Gift.state != VOIDED).exists()
    query = select(Donor).where(
        Donor.organisation_id == actor.organisation_id,
        Donor.merged_into_id.is_(None),
        or_(Donor.erased_at.is_(None), gave),
    )
    if words:
        row = aliased(Donor)
        other = select(row.merged_into_id).where(
            row.merged_into_id.is_not(None), or_(matching(words, (row.name, row.email)), row.id == words)
        )
        found = or_(matching(words, (Donor.name, Donor.email)), Donor.id == words, Donor.id.in_(other))
        query = query.where(found)
    return query


def receipts_of(actor: Actor) -> Select[Receipt]:
    actor.require("gifts.view")
    return select(Receipt).where(Receipt.organisation_id == actor.organisation_id)


def events_of(actor: Actor, words: str = "", state: str = "") -> Select[StripeEvent]:
    """Events about the organisation's gifts; without bodies.

    What is about nothing of anybody's here is everyone's business until it is done, then nobody's: it is
    found by its whole id alone.
    """
    actor.require("gifts.view")
    nobodys = StripeEvent.organisation_id.is_(None)
    # Three ways, an index each: were they two, all events would be read through.
    seen = or_(
        StripeEvent.organisation_id == actor.organisation_id,
        nobodys & StripeEvent.next_attempt_at.is_not(None),
        nobodys & (StripeEvent.id == words),
    )
    query = select(StripeEvent).where(seen).options(defer(StripeEvent.body))
    if words:
        query = query.where(or_(StripeEvent.id == words, matching(words, (StripeEvent.type,))))
    states: dict[str, ColumnElement[bool]] = {
        "failing": StripeEvent.next_attempt_at.is_not(None) & (StripeEvent.error != ""),
        "received": StripeEvent.next_attempt_at.is_not(None) & (StripeEvent.error == ""),
        "done": StripeEvent.done_at.is_not(None),
    }
    return query.where(states[state]) if state in states else query


def drives_with_gifts(actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of the organisation's published drives, the newest first; bounded."""
    query = (
        select(Drive.id, Drive.title)
        .where(Drive.organisation_id == actor.organisation_id, Drive.published_at.is_not(None))
        .order_by(Drive.opens_at.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(query.limit(20))]


def get_gift(actor: Actor, gift_id: str) -> Gift:
    """Raises NotFound."""
    return get(gifts_of(actor), Gift, gift_id)


def get_promise(actor: Actor, recurring_gift_id: str) -> RecurringGift:
    """Raises NotFound."""
    return get(promises_of(actor), RecurringGift, recurring_gift_id)


def get_donor(actor: Actor, donor_id: str) -> Donor:
    """The donor with this id, or the one it was merged into. Raises NotFound."""
    return get(donors_of(actor), Donor, standing(donor_id))


def get_event(actor: Actor, event_id: str) -> StripeEvent:
    """Raises NotFound, also for one that is done and was about nothing of the actor's."""
    return get(events_of(actor), StripeEvent, event_id)


def receipts_by_gift(gift_ids: Iterable[str]) -> dict[str, Receipt]:
    rows = db.session.scalars(select(Receipt).where(Receipt.gift_id.in_(list(gift_ids))))
    return {row.gift_id: row for row in rows}


def refunds_of(gift_id: str) -> list[Refund]:
    """Newest first."""
    query = select(Refund).where(Refund.gift_id == gift_id).order_by(Refund.asked_at.desc(), Refund.id)
    return list(db.session.scalars(query))


def cancellation_of(recurring_gift_id: str) -> Cancellation | None:
    return db.session.scalar(select(Cancellation).where(Cancellation.recurring_gift_id == recurring_gift_id))


def consents_of(donor_id: str) -> list[Consent]:
    """Newest first."""
    query = select(Consent).where(Consent.donor_id == donor_id).order_by(Consent.at.desc(), Consent.id)
    return list(db.session.scalars(query.limit(200)))


def disputes_of_gift(gift_id: str) -> list[Dispute]:
    query = select(Dispute).where(Dispute.gift_id == gift_id).order_by(Dispute.opened_at.desc(), Dispute.id)
    return list(db.session.scalars(query))


def disputed(gift_ids: Iterable[str]) -> set[str]:
    """Those of these gifts whose dispute no bank has decided."""
    query = select(Dispute.gift_id).where(Dispute.gift_id.in_(gift_ids), Dispute.state.in_(UNDECIDED))
    return set(db.session.scalars(query))


def warning_of(gift_id: str) -> FraudWarning | None:
    """A warning of fraud about the gift against which a refund still helps."""
    query = select(FraudWarning).where(FraudWarning.gift_id == gift_id, FraudWarning.is_actionable.is_(True))
    return db.session.scalars(query.limit(1)).first()


def names_of(labels: Iterable[str]) -> dict[str, str]:
    """The names of the members among some actors' labels, by label."""
    wanted = {label.removeprefix("member:") for label in labels if label.startswith("member:")}
    members = db.session.scalars(select(Member).where(Member.id.in_(wanted)))
    return {f"member:{member.id}": member.name for member in members}


def ordered(query: Select[M], sort: str, columns: Mapping[str, Any], last: Any) -> Select[M]:
    """By a key of `columns`, a minus in front turning it round; the first column, newest first, otherwise.

    `last` is a unique column, so that no two pages share a row.
    """
    key = sort.removeprefix("-")
    if key not in columns:
        return query.order_by(next(iter(columns.values())).desc(), last.desc())
    column = columns[key]
    return query.order_by(column.desc() if sort.startswith("-") else column.asc(), last)
