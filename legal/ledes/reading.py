"""Reading LEDES 1998B: every problem of a file with its line and field, or its records."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import ngettext

from core.errors import Conflict
from legal.ledes.lexis import (
    ADJUSTMENTS,
    BY_NAME,
    END,
    EXPENSE,
    FEE,
    FIELDS,
    FIRST_LINE,
    HEADER,
    LINE_TYPES,
    Problem,
    Record,
    read_date,
    read_number,
    wrong_with,
)
from legal.utbms import catalogue

MOST_PROBLEMS = 200
CENT = Decimal("0.01")
#: The first record is the file's third line.
FIRST_RECORD = 3


class LedesRefused(Conflict):
    """The file, or what would become one, breaks rules; `problems` says which and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        message = ngettext(
            "The file has one problem: %(first)s.",
            "The file has %(num)d problems, the first: %(first)s.",
            len(problems),
            first=str(problems[0]),
        )
        super().__init__("ledes_refused", message)
        self.problems = list(problems[:MOST_PROBLEMS])


def is_ledes(text: str) -> bool:
    """Whether the text says that it is LEDES 1998B."""
    return text.lstrip("\ufeff").startswith("LEDES1998B")


def read(text: str) -> list[Record]:
    """The records of a file. Raises LedesRefused with every problem found."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    problems = list(_wrong_head(lines))
    if problems:
        raise LedesRefused(problems)
    records: list[Record] = []
    for number, line in enumerate(lines[2:], start=FIRST_RECORD):
        values = line.removesuffix(END).split("|")
        if not line.endswith(END):
            problems.append(_at(number, FIELDS[min(len(values), len(FIELDS)) - 1].name, "no_record_end"))
        elif len(values) != len(FIELDS):
            problems.append(
                _at(number, FIELDS[min(len(values), len(FIELDS) - 1)].name, "wrong_number_of_fields")
            )
        else:
            records.append(dict(zip(BY_NAME, values, strict=True)))
    problems = problems or check(records)
    if problems:
        raise LedesRefused(problems)
    return records


def check(records: Sequence[Record]) -> list[Problem]:
    """Everything that is wrong with the records of one file: field by field, then line by line, then
    invoice by invoice."""
    numbered = list(enumerate(records, start=FIRST_RECORD))
    return (
        [each for number, record in numbered for each in _wrong_fields(number, record)]
        or [each for number, record in numbered for each in _wrong_line(number, record)]
        or list(_wrong_invoices(numbered))
    )


def _at(line: int, name: str, code: str) -> Problem:
    return Problem(line, BY_NAME[name].number, name, code)


def _wrong_head(lines: Sequence[str]) -> Iterator[Problem]:
    if not lines or lines[0] != FIRST_LINE:
        yield Problem(1, 1, FIRST_LINE, "not_ledes_1998b")
    elif len(lines) < 2 or lines[1] != HEADER:
        names = lines[1].removesuffix(END).split("|") if len(lines) > 1 else []
        pairs = zip(FIELDS, [*names, *[""] * len(FIELDS)], strict=False)
        wrong = next((field.name for field, name in pairs if field.name != name), FIELDS[-1].name)
        yield _at(2, wrong, "wrong_header")
    elif len(lines) == 2:
        yield _at(FIRST_RECORD, FIELDS[0].name, "no_records")


def _wrong_fields(number: int, record: Record) -> Iterator[Problem]:
    line_type = record["EXP/FEE/INV_ADJ_TYPE"]
    if line_type not in LINE_TYPES:
        yield _at(number, "EXP/FEE/INV_ADJ_TYPE", "unknown_line_type" if line_type.strip() else "blank")
        return
    for field in FIELDS:
        code = wrong_with(field, record[field.name], line_type)
        if code:
            yield Problem(number, field.number, field.name, code)


def _wrong_line(number: int, record: Record) -> Iterator[Problem]:
    line_type = record["EXP/FEE/INV_ADJ_TYPE"]
    for name, kinds, types in _CODES:
        code = catalogue().get(record[name])
        if not record[name]:
            continue
        if line_type not in types:
            yield _at(number, name, "code_of_another_line_type")
        elif code is None or code.kind not in kinds:
            yield _at(number, name, "unknown_code")
    if not _adds_up(record):
        yield _at(number, "LINE_ITEM_TOTAL", "does_not_add_up")
    if read_date(record["BILLING_START_DATE"]) > read_date(record["BILLING_END_DATE"]):
        yield _at(number, "BILLING_END_DATE", "ends_before_it_starts")
    elif not record["BILLING_START_DATE"] <= record["LINE_ITEM_DATE"] <= record["BILLING_END_DATE"]:
        yield _at(number, "LINE_ITEM_DATE", "outside_the_billing_period")


#: Each code field, the kinds of UTBMS code it takes, and the line types that may carry it.
_CODES = (
    ("LINE_ITEM_TASK_CODE", ("task", "counseling"), (FEE,)),
    ("LINE_ITEM_EXPENSE_CODE", ("expense",), (EXPENSE,)),
    ("LINE_ITEM_ACTIVITY_CODE", ("activity",), (FEE,)),
)


def _adds_up(record: Record) -> bool:
    """Units x cost + adjustment, exact or rounded half-up to the cent; adjustments stand alone."""
    total = read_number(record["LINE_ITEM_TOTAL"])
    adjustment = read_number(record["LINE_ITEM_ADJUSTMENT_AMOUNT"])
    if record["EXP/FEE/INV_ADJ_TYPE"] in ADJUSTMENTS:
        return total == adjustment
    exact = read_number(record["LINE_ITEM_NUMBER_OF_UNITS"]) * read_number(record["LINE_ITEM_UNIT_COST"])
    return total - adjustment in (exact, exact.quantize(CENT, ROUND_HALF_UP))


def _wrong_invoices(numbered: Iterable[tuple[int, Record]]) -> Iterator[Problem]:
    invoices: dict[str, list[tuple[int, Record]]] = {}
    for number, record in numbered:
        invoices.setdefault(record["INVOICE_NUMBER"], []).append((number, record))
    for lines in invoices.values():
        yield from _repeated_numbers(lines)
        first_number, first = lines[0]
        total = sum(read_number(record["LINE_ITEM_TOTAL"]) for _number, record in lines)
        if read_number(first["INVOICE_TOTAL"]) != total:
            yield _at(first_number, "INVOICE_TOTAL", "does_not_add_up")
        for number, record in lines[1:]:
            for name in ("INVOICE_DATE", "INVOICE_TOTAL", "CLIENT_ID"):
                if record[name] != first[name]:
                    yield _at(number, name, "differs_within_the_invoice")


def _repeated_numbers(lines: Iterable[tuple[int, Record]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, record in lines:
        if record["LINE_ITEM_NUMBER"] in seen:
            yield _at(number, "LINE_ITEM_NUMBER", "not_unique")
        seen.add(record["LINE_ITEM_NUMBER"])
