"""Writing LEDES 1998B: fees and expenses as lines of one invoice, with totals that add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import Money
from legal.hours.rounding import hours_text
from legal.ledes.lexis import END, EXPENSE, FEE, FEE_ADJUSTMENT, FIELDS, FIRST_LINE, HEADER, Record
from legal.ledes.reading import LedesRefused, check
from legal.rates.valuation import value_of

PRO_BONO = "Pro bono adjustment: no fee is charged"


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """What every line of an invoice repeats. The ids are opaque: none names a client."""

    number: str
    starts_on: date
    ends_on: date
    client_id: str
    matter_id: str
    law_firm_id: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Fee:
    """One entry of time. `rate` is None where no rate is known: such an invoice is refused."""

    worked_on: date
    tenths: int
    rate: Money | None
    task_code: str
    activity_code: str
    timekeeper_id: str
    timekeeper_name: str
    classification: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One expense: `units` of `unit_cost`, under a UTBMS E-code."""

    incurred_on: date
    unit_cost: Money
    expense_code: str
    text: str
    units: int = 1


def write(records: Sequence[Record]) -> str:
    """The file. Raises LedesRefused with every problem; nothing that we would not read is written."""
    problems = check(records)
    if problems:
        raise LedesRefused(problems)
    lines = ["|".join(record[field.name] for field in FIELDS) + END for record in records]
    return "\n".join([FIRST_LINE, HEADER, *lines, ""])


def lay_out(invoice: Invoice, fees: Iterable[Fee], costs: Iterable[Cost]) -> list[Record]:
    """The records of a pro bono invoice: fees, expenses, and one `IF` line that takes the fees off."""
    lines = [_fee(each) for each in fees]
    charged = sum((Decimal(line["LINE_ITEM_TOTAL"]) for line in lines), Decimal(0))
    lines += [_cost(each) for each in costs]
    if charged:
        lines.append(_free_of_charge(charged, invoice.ends_on))
    total = sum((Decimal(line["LINE_ITEM_TOTAL"]) for line in lines), Decimal(0))
    shared = {
        "INVOICE_DATE": _day(invoice.ends_on),
        "INVOICE_NUMBER": invoice.number,
        "CLIENT_ID": invoice.client_id,
        "LAW_FIRM_MATTER_ID": invoice.matter_id,
        "INVOICE_TOTAL": f"{total:.2f}",
        "BILLING_START_DATE": _day(invoice.starts_on),
        "BILLING_END_DATE": _day(invoice.ends_on),
        "INVOICE_DESCRIPTION": invoice.description,
        "LAW_FIRM_ID": invoice.law_firm_id,
    }
    blank = dict.fromkeys((field.name for field in FIELDS), "")
    return [
        {**blank, **shared, **line, "LINE_ITEM_NUMBER": str(number)}
        for number, line in enumerate(lines, start=1)
    ]


def _fee(fee: Fee) -> Record:
    value = value_of(fee.tenths, fee.rate) if fee.rate else Money.zero("USD")
    return {
        "EXP/FEE/INV_ADJ_TYPE": FEE,
        "LINE_ITEM_NUMBER_OF_UNITS": hours_text(fee.tenths),
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "0.00",
        "LINE_ITEM_TOTAL": f"{value.major:.2f}",
        "LINE_ITEM_DATE": _day(fee.worked_on),
        "LINE_ITEM_TASK_CODE": fee.task_code,
        "LINE_ITEM_ACTIVITY_CODE": fee.activity_code,
        "TIMEKEEPER_ID": fee.timekeeper_id,
        "LINE_ITEM_DESCRIPTION": fee.text,
        "LINE_ITEM_UNIT_COST": f"{fee.rate.major:.2f}" if fee.rate else "",
        "TIMEKEEPER_NAME": fee.timekeeper_name,
        "TIMEKEEPER_CLASSIFICATION": fee.classification,
    }


def _cost(cost: Cost) -> Record:
    return {
        "EXP/FEE/INV_ADJ_TYPE": EXPENSE,
        "LINE_ITEM_NUMBER_OF_UNITS": str(cost.units),
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "0.00",
        "LINE_ITEM_TOTAL": f"{cost.unit_cost.major * cost.units:.2f}",
        "LINE_ITEM_DATE": _day(cost.incurred_on),
        "LINE_ITEM_EXPENSE_CODE": cost.expense_code,
        "LINE_ITEM_DESCRIPTION": cost.text,
        "LINE_ITEM_UNIT_COST": f"{cost.unit_cost.major:.2f}",
    }


def _free_of_charge(charged: Decimal, day: date) -> Record:
    return {
        "EXP/FEE/INV_ADJ_TYPE": FEE_ADJUSTMENT,
        "LINE_ITEM_ADJUSTMENT_AMOUNT": f"{-charged:.2f}",
        "LINE_ITEM_TOTAL": f"{-charged:.2f}",
        "LINE_ITEM_DATE": _day(day),
        "LINE_ITEM_DESCRIPTION": PRO_BONO,
    }


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
