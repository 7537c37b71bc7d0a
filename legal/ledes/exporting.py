"""The approved hours and paid costs of one matter and period as a LEDES 1998B file.

Each organisation exports its own work. The file names no client: ids are digests, and a narrative or a
description is replaced by the name of its code unless counsel asks for the words.
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from anyascii import anyascii
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from campaigns.campaign import Campaign
from core.db import db
from core.errors import Invalid
from core.money import Money
from legal.costs.expense import PAID, Expense
from legal.hours.time_entry import TimeEntry, entries_of, standing
from legal.ledes.lexis import BY_NAME
from legal.ledes.writing import Cost, Fee, Invoice, lay_out, write
from legal.matters.matter import Matter, get_matter
from legal.matters.timekeeper import Timekeeper
from legal.rates.valuation import Valuation
from legal.utbms import catalogue
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

#: LEDES 1998B names no currency; what reads it takes dollars.
CURRENCY = "USD"


def export_ledes(
    actor: Actor, matter_id: str, *, starts_on: date, ends_on: date, with_narratives: bool = False
) -> str:
    """The file, from `starts_on` to `ends_on` inclusive.

    Raises NotFound for a foreign matter, Forbidden without the permission (hours.approve for narratives),
    Invalid on `to` when the period is turned round, on `file` when there is nothing in it, and LedesRefused
    with line and field when something is missing, such as a rate or the organisation's tax id.
    """
    actor.require("hours.approve" if with_narratives else "hours.view")
    matter = get_matter(actor, matter_id)
    if ends_on < starts_on:
        raise Invalid({"to": [_("Choose a day after the first.")]})
    fees = list(_fees(actor, matter, (starts_on, ends_on), with_narratives=with_narratives))
    costs = list(_costs(actor, matter, (starts_on, ends_on), with_narratives=with_narratives))
    if not fees and not costs:
        raise Invalid({"file": [_("There are no approved hours and no paid costs in this period.")]})
    text = write(lay_out(_invoice(actor, matter, starts_on, ends_on), fees, costs))
    audit.record(
        actor,
        "hours.exported",
        matter.id,
        after={"from": starts_on.isoformat(), "to": ends_on.isoformat(), "narratives": with_narratives},
    )
    return text


def opaque(prefix: str, subject_id: str) -> str:
    """An id that fits 20 characters, is always the same for one subject, and says nothing about it."""
    return f"{prefix}-{hashlib.sha256(subject_id.encode()).hexdigest()[:16].upper()}"


def sorting_name(name: str) -> str:
    """`Ana Lucero` as `Lucero, Ana`, in ASCII and at most 30 characters."""
    first, _space, last = plain(name).rpartition(" ")
    written = f"{last}, {first}" if first else last
    return written[: BY_NAME["TIMEKEEPER_NAME"].longest]


def plain(text: str) -> str:
    """Printable ASCII on one line, without what ends a field or a record."""
    words = " ".join(anyascii(text).split())
    return words.replace("|", "/").replace("[]", "( )")


def _invoice(actor: Actor, matter: Matter, starts_on: date, ends_on: date) -> Invoice:
    organisation = db.session.get_one(Organisation, actor.organisation_id)
    campaign = db.session.get_one(Campaign, matter.campaign_id)
    return Invoice(
        number=f"{ends_on:%Y%m%d}-{opaque('I', organisation.id + matter.id)[2:10]}",
        starts_on=starts_on,
        ends_on=ends_on,
        client_id=opaque("C", campaign.client_id or campaign.id),
        matter_id=opaque("M", matter.id),
        law_firm_id=plain(organisation.tax_id),
    )


def _fees(actor: Actor, matter: Matter, period: tuple[date, date], *, with_narratives: bool) -> Iterator[Fee]:
    query = (
        standing(entries_of(actor))
        .where(TimeEntry.matter_id == matter.id, TimeEntry.worked_on.between(*period))
        .options(joinedload(TimeEntry.timekeeper))
        .order_by(TimeEntry.worked_on, TimeEntry.id)
    )
    rates = _rates(matter)
    for entry in db.session.scalars(query):
        keeper: Timekeeper = entry.timekeeper
        task = catalogue()[entry.task_code].name
        yield Fee(
            worked_on=entry.worked_on,
            tenths=entry.units_tenths,
            rate=rates.get(entry.id),
            task_code=entry.task_code,
            activity_code=entry.activity_code,
            timekeeper_id=opaque("T", keeper.id),
            timekeeper_name=sorting_name(keeper.name),
            classification=keeper.classification,
            text=plain(entry.narrative) if with_narratives else task,
        )


def _rates(matter: Matter) -> dict[str, Money]:
    """The rate of each entry by the valuation that counts; an entry without one is left out."""
    query = (
        select(Valuation)
        .join(TimeEntry, TimeEntry.id == Valuation.entry_id)
        .where(TimeEntry.matter_id == matter.id, Valuation.currency == CURRENCY)
        .order_by(Valuation.number)
    )
    return {each.entry_id: Money(each.rate_minor, each.currency) for each in db.session.scalars(query)}


def _costs(
    actor: Actor, matter: Matter, period: tuple[date, date], *, with_narratives: bool
) -> Iterator[Cost]:
    query = select(Expense).where(
        Expense.matter_id == matter.id,
        Expense.organisation_id == actor.organisation_id,
        Expense.state == PAID,
        Expense.incurred_on.between(*period),
        Expense.currency == CURRENCY,
    )
    for expense in db.session.scalars(query.order_by(Expense.incurred_on, Expense.id)):
        yield Cost(
            incurred_on=expense.incurred_on,
            unit_cost=expense.amount,
            expense_code=expense.expense_code,
            text=plain(expense.description) if with_narratives else catalogue()[expense.expense_code].name,
        )
