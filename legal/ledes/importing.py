"""Hours of a LEDES 1998B file as drafts: of one's own export, or of another system.

Fee lines become drafts. A line whose hours are here already is counted and not written again, so that
importing one's own export changes nothing. Expenses and adjustments are counted and left to a person: a
cost needs a fund, and an adjustment is not work.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Invalid, NotFound
from legal.hours.rounding import tenths
from legal.hours.rounding_version import policy_on
from legal.hours.time_entry import TimeEntry, entries_of
from legal.hours.timekeeping import Work, record_time
from legal.ledes.exporting import opaque, sorting_name
from legal.ledes.lexis import (
    BY_NAME,
    EXPENSE,
    EXPENSE_ADJUSTMENT,
    FEE,
    FEE_ADJUSTMENT,
    Problem,
    Record,
    read_date,
    read_number,
)
from legal.ledes.reading import FIRST_RECORD, LedesRefused, read
from legal.matters.matter import Matter, get_matter
from legal.matters.timekeeper import Timekeeper, list_timekeepers
from staff.access import Actor

#: What our rules call a field, and what the file calls it.
_FIELD_OF = {
    "minutes": "LINE_ITEM_NUMBER_OF_UNITS",
    "worked_on": "LINE_ITEM_DATE",
    "task_code": "LINE_ITEM_TASK_CODE",
    "activity_code": "LINE_ITEM_ACTIVITY_CODE",
    "narrative": "LINE_ITEM_DESCRIPTION",
}

#: What makes two entries the same hours.
_Hours = tuple[str, object, int, str, str]


@dataclass
class InvoiceSums:
    """What an invoice of the file comes to, as its lines say: fees and costs, and what was taken off or put on the
    whole of either."""

    fees: Decimal = Decimal(0)
    costs: Decimal = Decimal(0)
    fee_adjustments: Decimal = Decimal(0)
    cost_adjustments: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.fees + self.costs + self.fee_adjustments + self.cost_adjustments


_SUM_OF = {
    FEE: "fees",
    EXPENSE: "costs",
    FEE_ADJUSTMENT: "fee_adjustments",
    EXPENSE_ADJUSTMENT: "cost_adjustments",
}


@dataclass
class LedesImport:
    """What a file brought. `invoices` are its invoices by number."""

    entries: list[TimeEntry] = field(default_factory=list)
    already_here: int = 0
    costs: int = 0
    adjustments: int = 0
    invoices: dict[str, InvoiceSums] = field(default_factory=dict)


def import_ledes(actor: Actor, text: str, *, matter_id: str) -> LedesImport:
    """Write the fee lines as drafts for timekeepers of the actor's organisation: all of them, or none.

    A timekeeper is found by our own id of them or by name. Raises NotFound for a foreign matter, and
    LedesRefused with line and field for whatever breaks a rule of the format or of our timesheet.
    """
    matter = get_matter(actor, matter_id)
    keepers = _keepers(actor)
    here = _hours_here(actor, matter)
    done, problems = LedesImport(), list[Problem]()
    for number, record in enumerate(read(text), start=FIRST_RECORD):
        _add_up(done, record)
        if record["EXP/FEE/INV_ADJ_TYPE"] != FEE:
            done.costs += record["EXP/FEE/INV_ADJ_TYPE"] == EXPENSE
            done.adjustments += record["EXP/FEE/INV_ADJ_TYPE"] != EXPENSE
            continue
        try:
            _take(actor, record, (matter, keepers, here), done)
        except Invalid as refusal:
            problems += _problems(number, refusal)
    if problems:
        raise LedesRefused(problems)
    return done


def _add_up(done: LedesImport, record: Record) -> None:
    sums = done.invoices.setdefault(record["INVOICE_NUMBER"], InvoiceSums())
    name = _SUM_OF[record["EXP/FEE/INV_ADJ_TYPE"]]
    setattr(sums, name, getattr(sums, name) + read_number(record["LINE_ITEM_TOTAL"]))


def _problems(line: int, refusal: Invalid) -> Iterator[Problem]:
    for name, words in refusal.errors.items():
        known = BY_NAME[_FIELD_OF.get(name, name)]
        yield Problem(line, known.number, known.name, "not_accepted", " ".join(words))


def find_matter_of(text: str) -> Matter:
    """The matter that a file of ours names. Raises LedesRefused, and NotFound when it names none of ours."""
    wanted = read(text)[0]["LAW_FIRM_MATTER_ID"]
    for matter in db.session.scalars(select(Matter).order_by(Matter.id)):
        if opaque("M", matter.id) == wanted:
            return matter
    raise NotFound


def _keepers(actor: Actor) -> dict[str, Timekeeper]:
    """Timekeepers by each thing a file may call them."""
    found: dict[str, Timekeeper] = {}
    for each in list_timekeepers(actor):
        for name in (each.name, sorting_name(each.name)):
            found[name.casefold()] = each
        found[opaque("T", each.id).casefold()] = each
    return found


def _hours_here(actor: Actor, matter: Matter) -> Counter[_Hours]:
    query = entries_of(actor).where(TimeEntry.matter_id == matter.id)
    return Counter(
        (each.timekeeper_id, each.worked_on, each.units_tenths, each.task_code, each.activity_code)
        for each in db.session.scalars(query)
    )


def _take(
    actor: Actor,
    record: Record,
    known: tuple[Matter, Mapping[str, Timekeeper], Counter[_Hours]],
    done: LedesImport,
) -> None:
    matter, keepers, here = known
    keeper = keepers.get(record["TIMEKEEPER_ID"].casefold()) or keepers.get(
        record["TIMEKEEPER_NAME"].casefold()
    )
    if keeper is None:
        raise Invalid({"TIMEKEEPER_ID": [_("Your organisation has no timekeeper of this name.")]})
    work = Work(
        worked_on=read_date(record["LINE_ITEM_DATE"]),
        minutes=_minutes(record),
        task_code=record["LINE_ITEM_TASK_CODE"],
        activity_code=record["LINE_ITEM_ACTIVITY_CODE"],
        narrative=record["LINE_ITEM_DESCRIPTION"],
    )
    units = tenths(work.minutes, policy_on(matter, work.worked_on)) if work.minutes > 0 else 0
    hours = (keeper.id, work.worked_on, units, work.task_code, work.activity_code)
    if here[hours]:
        here[hours] -= 1
        done.already_here += 1
        return
    done.entries.append(record_time(actor, matter_id=matter.id, timekeeper_id=keeper.id, work=work))


def _minutes(record: Record) -> int:
    minutes = read_number(record["LINE_ITEM_NUMBER_OF_UNITS"]) * 60
    if minutes != minutes.to_integral_value():
        raise Invalid({"minutes": [_("These hours are not whole minutes.")]})
    return int(minutes)
