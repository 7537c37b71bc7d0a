"""The 24 fields of LEDES 1998B and what each may hold.

Stricter than readers in the field, which let an empty total, a sum that does not add up or a record end
inside a narrative pass.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from re import compile as pattern

FIRST_LINE = "LEDES1998B[]"
END = "[]"
LONGEST_TEXT = 15 * 1024
FEE, EXPENSE, FEE_ADJUSTMENT, EXPENSE_ADJUSTMENT = "F", "E", "IF", "IE"
ADJUSTMENTS = (FEE_ADJUSTMENT, EXPENSE_ADJUSTMENT)
LINE_TYPES = (FEE, EXPENSE, *ADJUSTMENTS)
_EVERY = frozenset(LINE_TYPES)
_ITEMS = frozenset({FEE, EXPENSE})
_FEES = frozenset({FEE})

_NUMBER = pattern(r"-?\d{1,12}(\.\d{1,4})?")
_DATE = pattern(r"\d{8}")


@dataclass(frozen=True)
class Field:
    """One field: `kind` is text, date or number; `required_for` are the line types that need it."""

    number: int
    name: str
    kind: str
    longest: int
    required_for: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: `line` counts from 1, `field` from 1 to 24."""

    line: int
    field: int
    name: str
    code: str
    #: A sentence, where one of our own rules refuses what the format would allow.
    detail: str = ""

    def __str__(self) -> str:
        words = f"{self.code} ({self.detail})" if self.detail else self.code
        return f"line {self.line}, field {self.field} {self.name}: {words}"


def _fields() -> tuple[Field, ...]:
    rows = (
        ("INVOICE_DATE", "date", 8, _EVERY),
        ("INVOICE_NUMBER", "text", 20, _EVERY),
        ("CLIENT_ID", "text", 20, _EVERY),
        ("LAW_FIRM_MATTER_ID", "text", 20, _EVERY),
        ("INVOICE_TOTAL", "number", 17, _EVERY),
        ("BILLING_START_DATE", "date", 8, _EVERY),
        ("BILLING_END_DATE", "date", 8, _EVERY),
        ("INVOICE_DESCRIPTION", "text", LONGEST_TEXT, frozenset()),
        ("LINE_ITEM_NUMBER", "text", 20, _EVERY),
        ("EXP/FEE/INV_ADJ_TYPE", "text", 2, _EVERY),
        ("LINE_ITEM_NUMBER_OF_UNITS", "number", 15, _ITEMS),
        ("LINE_ITEM_ADJUSTMENT_AMOUNT", "number", 15, frozenset()),
        ("LINE_ITEM_TOTAL", "number", 15, _EVERY),
        ("LINE_ITEM_DATE", "date", 8, _EVERY),
        ("LINE_ITEM_TASK_CODE", "text", 20, frozenset()),
        ("LINE_ITEM_EXPENSE_CODE", "text", 20, frozenset({EXPENSE})),
        ("LINE_ITEM_ACTIVITY_CODE", "text", 20, frozenset()),
        ("TIMEKEEPER_ID", "text", 20, _FEES),
        ("LINE_ITEM_DESCRIPTION", "text", LONGEST_TEXT, _EVERY),
        ("LAW_FIRM_ID", "text", 20, _EVERY),
        ("LINE_ITEM_UNIT_COST", "number", 15, _ITEMS),
        ("TIMEKEEPER_NAME", "text", 30, _FEES),
        ("TIMEKEEPER_CLASSIFICATION", "text", 10, _FEES),
        ("CLIENT_MATTER_ID", "text", 20, frozenset()),
    )
    return tuple(Field(number, *row) for number, row in enumerate(rows, start=1))


FIELDS = _fields()
BY_NAME = {each.name: each for each in FIELDS}
HEADER = "|".join(each.name for each in FIELDS) + END

#: One record: the value of each field by its name, as it stands in the file.
Record = dict[str, str]


def wrong_with(field: Field, value: str, line_type: str) -> str | None:
    """The code of what is wrong with one value, None when it holds."""
    if not value.strip():
        return "blank" if line_type in field.required_for else None
    if "|" in value or END in value or not value.isprintable():
        return "forbidden_character"
    if not value.isascii():
        return "not_ascii"
    if len(value) > field.longest:
        return "too_long"
    if field.kind == "date":
        return None if _is_date(value) else "not_a_date"
    if field.kind == "number" and not _NUMBER.fullmatch(value):
        return "not_a_number"
    return None


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        read_date(value)
    except ValueError:
        return False
    return True


def read_date(value: str) -> date:
    """YYYYMMDD as a date. Raises ValueError for a day that does not exist."""
    return date(int(value[:4]), int(value[4:6]), int(value[6:]))


def read_number(value: str) -> Decimal:
    """A number that `wrong_with` let pass; an empty one is zero."""
    return Decimal(value) if value else Decimal(0)
