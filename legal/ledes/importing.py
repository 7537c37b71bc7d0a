"""Hours and costs of a LEDES 1998B file: of one's own export, or of another system.

Fee lines become drafts, expense lines claims on a fund where one is named; without one they are counted and left
to a person. A line that is here already is counted and not written again, so that importing one's own export
changes nothing. Adjustments are shown and move nothing: hours are valued by published rates, not by invoices.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import Conflict, Invalid, NotFound
from legal.costs.expense import Expense
from legal.hours.rounding import tenths
from legal.hours.rounding_version import policy_on
from legal.hours.time_entry import TimeEntry, entries_of
from legal.hours.timekeeping import Work, record_time
from legal.ledes.cost_lines import CostLines
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
    "amount": "LINE_ITEM_TOTAL",
    "incurred_on": "LINE_ITEM_DATE",
    "expense_code": "LINE_ITEM_EXPENSE_CODE",
    "description": "LINE_ITEM_DESCRIPTION",
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


@dataclass(frozen=True, kw_only=True)
class Into:
    """Where a file goes: hours to this matter, costs to this fund if there is one. `law_firm_matter_id` says
    which matter of the file is meant, where it speaks of several."""

    matter_id: str
    fund_id: str = ""
    law_firm_matter_id: str = ""


@dataclass
class LedesImport:
    """What a file brought. `costs` and `adjustments` are lines left to a person; `invoices` its invoices by
    number; `other_matters` the lines that speak of other matters."""

    entries: list[TimeEntry] = field(default_factory=list)
    expenses: list[Expense] = field(default_factory=list)
    already_here: int = 0
    costs: int = 0
    adjustments: int = 0
    other_matters: int = 0
    invoices: dict[str, InvoiceSums] = field(default_factory=dict)


def import_ledes(actor: Actor, text: str, into: Into) -> LedesImport:
    """Write the fee lines as drafts for timekeepers of the actor's organisation, and the expense lines as claims
    on the fund: all of them, or none.

    A timekeeper is found by our own id of them or by name. Raises NotFound for a foreign matter, Invalid on
    law_firm_matter_id when the file speaks of several, and LedesRefused with line and field for whatever breaks a
    rule of the format, of our timesheet or of claims.
    """
    matter = get_matter(actor, into.matter_id)
    records = read(text)
    wanted = _matter_in(records, into.law_firm_matter_id)
    known = (matter, _keepers(actor), _hours_here(actor, matter))
    claims = CostLines(actor, matter, into.fund_id) if into.fund_id else None
    done, problems = LedesImport(), list[Problem]()
    for number, record in enumerate(records, start=FIRST_RECORD):
        if record["LAW_FIRM_MATTER_ID"] != wanted:
            done.other_matters += 1
            continue
        _add_up(done, record)
        try:
            if record["EXP/FEE/INV_ADJ_TYPE"] == FEE:
                _take(actor, record, known, done)
            elif record["EXP/FEE/INV_ADJ_TYPE"] == EXPENSE:
                _claim(claims, record, done)
            else:
                done.adjustments += 1
        except Invalid as refusal:
            problems += _problems(number, refusal)
        except Conflict as refusal:
            known_as = BY_NAME["LINE_ITEM_EXPENSE_CODE"]
            problems.append(Problem(number, known_as.number, known_as.name, refusal.code, refusal.message))
    if problems:
        raise LedesRefused(problems)
    return done


def matters_in(text: str) -> dict[str, int]:
    """The matters that a file speaks of, each with its number of lines. Raises LedesRefused."""
    return Counter(record["LAW_FIRM_MATTER_ID"] for record in read(text))


def _matter_in(records: Sequence[Record], wanted: str) -> str:
    present = sorted({record["LAW_FIRM_MATTER_ID"] for record in records})
    if wanted in present:
        return wanted
    if wanted or len(present) > 1:
        message = _("The file speaks of %(matters)s. Choose one.", matters=", ".join(present[:20]))
        raise Invalid({"law_firm_matter_id": [message]})
    return present[0]


def _claim(claims: CostLines | None, record: Record, done: LedesImport) -> None:
    if claims is None:
        done.costs += 1
        return
    expense = claims.take(record)
    if expense is None:
        done.already_here += 1
    else:
        done.expenses.append(expense)


def _add_up(done: LedesImport, record: Record) -> None:
    sums = done.invoices.setdefault(record["INVOICE_NUMBER"], InvoiceSums())
    name = _SUM_OF[record["EXP/FEE/INV_ADJ_TYPE"]]
    setattr(sums, name, getattr(sums, name) + read_number(record["LINE_ITEM_TOTAL"]))


def _problems(line: int, refusal: Invalid) -> Iterator[Problem]:
    for name, words in refusal.errors.items():
        known = BY_NAME.get(_FIELD_OF.get(name, name))
        if known is None:  # not of the file but of how it is taken in, such as the fund
            raise refusal
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
