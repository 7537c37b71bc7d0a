"""Which pledges an actor may see, narrowed as a list asks for."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from campaigns.reading import matching
from core import clock
from core.db import db
from core.money import Money
from donors.gifts.gift import RECEIVED, Gift
from donors.people.donor import Donor
from donors.pledges.pledge import OWED, Pledge, PledgePayment, PledgeStep
from donors.reading import Wanted, gifts_of
from staff.access import Actor
from staff.organisation import Organisation

#: What a list may be narrowed to: states, and what time makes of them.
STANDINGS = ("owed", "overdue", "due", "open", "partly_paid", "paid", "written_off", "cancelled")
#: What falls due within these days is `due`.
SOON_DAYS = 30


@dataclass(frozen=True)
class WantedPledges:
    """What is empty narrows nothing. `standing` is one of STANDINGS."""

    words: str = ""
    standing: str = ""
    drive_id: str = ""
    donor_id: str = ""


def pledges_of(actor: Actor, wanted: WantedPledges | None = None) -> Select[Pledge]:
    """The organisation's pledges with their donor and drive, in no order."""
    actor.require("gifts.view")
    query = (
        select(Pledge)
        .join(Pledge.donor)
        .where(Pledge.organisation_id == actor.organisation_id)
        .options(contains_eager(Pledge.donor), joinedload(Pledge.drive, innerjoin=True))
    )
    return query.where(*_conditions(actor, wanted)) if wanted else query


def _conditions(actor: Actor, wanted: WantedPledges) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        found = matching(wanted.words, (Donor.name, Donor.email, Pledge.reference))
        conditions.append(or_(found, Pledge.id == wanted.words))
    if wanted.drive_id:
        conditions.append(Pledge.drive_id == wanted.drive_id)
    if wanted.donor_id:
        conditions.append(Pledge.donor_id == wanted.donor_id)
    if wanted.standing:
        conditions += _stands(actor, wanted.standing)
    return conditions


def _stands(actor: Actor, standing: str) -> list[ColumnElement[bool]]:
    today = clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)
    if standing == "overdue":
        return [Pledge.next_due_on < today]
    if standing == "due":
        return [Pledge.next_due_on >= today, Pledge.next_due_on <= today + timedelta(days=SOON_DAYS)]
    return [Pledge.state.in_(OWED)] if standing == "owed" else [Pledge.state == standing]


def sums_of(actor: Actor) -> list[tuple[Money, Money]]:
    """What is owed and what of it is in pledges that are overdue, a pair for each currency."""
    today = clock.today(db.session.get_one(Organisation, actor.organisation_id).zone)
    left = Pledge.amount_minor - Pledge.paid_minor
    query = (
        select(Pledge.currency, func.sum(left), func.sum(left).filter(Pledge.next_due_on < today))
        .where(Pledge.organisation_id == actor.organisation_id, Pledge.state.in_(OWED))
        .group_by(Pledge.currency)
        .order_by(Pledge.currency)
    )
    return [
        (Money(int(row[1]), row[0]), Money(int(row[2] or 0), row[0])) for row in db.session.execute(query)
    ]


def payments_of(pledge_id: str) -> list[Gift]:
    """The gifts made for it, the latest first."""
    query = select(Gift).join(PledgePayment, PledgePayment.gift_id == Gift.id)
    query = query.where(PledgePayment.pledge_id == pledge_id).options(joinedload(Gift.donor))
    return list(db.session.scalars(query.order_by(Gift.started_at.desc(), Gift.id)))


def may_pay(actor: Actor, pledge: Pledge) -> list[Gift]:
    """Gifts of the same donor to the same drive that stand and pay no pledge, the latest first."""
    taken = select(PledgePayment.gift_id)
    query = gifts_of(actor, Wanted(drive_id=pledge.drive_id, donor_id=pledge.donor_id))
    query = query.where(Gift.state.in_(RECEIVED), Gift.id.not_in(taken), Gift.currency == pledge.currency)
    return list(db.session.scalars(query.order_by(Gift.paid_at.desc(), Gift.id).limit(10)))


def steps_of(pledge_id: str) -> list[PledgeStep]:
    """The first one first."""
    query = select(PledgeStep).where(PledgeStep.pledge_id == pledge_id)
    return list(db.session.scalars(query.order_by(PledgeStep.at, PledgeStep.id)))
