"""LEDES 1998B: Vector A as a file, and twenty broken files, each refused with line and field."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.money import Money
from legal.hours.rounding import tenths
from legal.ledes.lexis import FIELDS, HEADER
from legal.ledes.reading import LedesRefused, is_ledes, read
from legal.ledes.writing import Cost, Fee, Invoice, lay_out, write
from legal.rates.rate_matrix import matrix
from tests.legal.test_rate_matrices import PEOPLE, VECTOR_A

pytestmark = pytest.mark.pure


def vector_a() -> str:
    invoice = Invoice(
        number="20130531-1",
        starts_on=date(2012, 5, 31),
        ends_on=date(2013, 5, 31),
        client_id="C-1",
        matter_id="M-1",
        law_firm_id="24-6437381",
    )
    fees = [
        Fee(
            worked_on=day,
            tenths=tenths(minutes, "up"),
            rate=matrix("usao-laffey").rate_on(day, PEOPLE[who]),
            task_code=str(rest[-1]),
            activity_code="A103",
            timekeeper_id=f"TK-{who}",
            timekeeper_name=f"Keeper, {who}",
            classification=PEOPLE[who].classification,
            text="Pleading",
        )
        for who, day, minutes, *rest in VECTOR_A
    ]
    fee = Cost(
        incurred_on=date(2012, 6, 4),
        unit_cost=Money(40_500, "USD"),
        expense_code="E112",
        text="Court fees",
    )
    interpreter = Cost(
        incurred_on=date(2012, 6, 4),
        unit_cost=Money(6_500, "USD"),
        expense_code="E123",
        text="Other professionals",
        units=5,
    )
    return write(lay_out(invoice, fees, [fee, interpreter]))


FILE = vector_a()


def test_the_ten_entries_and_two_costs_are_thirteen_lines_that_come_to_730() -> None:
    records = read(FILE)
    assert len(records) == 13
    assert {record["INVOICE_TOTAL"] for record in records} == {"730.00"}
    last = records[-1]
    assert (last["EXP/FEE/INV_ADJ_TYPE"], last["LINE_ITEM_TOTAL"]) == ("IF", "-6326.50")
    assert [record["EXP/FEE/INV_ADJ_TYPE"] for record in records].count("IF") == 1


def test_written_read_and_written_again_is_the_same_file() -> None:
    assert write(read(FILE)) == FILE
    assert is_ledes(FILE)
    assert write(read(FILE.replace("\n", "\r\n"))) == FILE


@pytest.mark.filterwarnings("ignore:pkg_resources is deprecated", "ignore:Deprecated call")
def test_an_independent_parser_reads_the_file() -> None:
    from ledes_parser import get_parser

    parsed: Any = get_parser(spec="LEDES98B").parse(FILE)
    lines = parsed["line_items"]
    assert len(lines) == 13
    assert sum(line["line_item_total"] for line in lines) == lines[0]["invoice_total"] == 730


def test_an_invoice_without_hours_has_no_adjustment() -> None:
    costs = [Cost(incurred_on=date(2012, 6, 4), unit_cost=Money(500, "USD"), expense_code="E112", text="Fee")]
    invoice = Invoice(
        number="1",
        starts_on=date(2012, 6, 1),
        ends_on=date(2012, 6, 30),
        client_id="C-1",
        matter_id="M-1",
        law_firm_id="1",
    )
    records = lay_out(invoice, [], costs)
    assert [each["EXP/FEE/INV_ADJ_TYPE"] for each in records] == ["E"]


Break = Callable[[list[str]], None]


def put(line: int, name: str, value: str) -> Break:
    """Set a field of a line, both counted as a reader of the file counts."""
    index = next(field.number for field in FIELDS if field.name == name) - 1

    def change(lines: list[str]) -> None:
        values = lines[line - 1].removesuffix("[]").split("|")
        values[index] = value
        lines[line - 1] = "|".join(values) + "[]"

    return change


def replace(line: int, text: str) -> Break:
    def change(lines: list[str]) -> None:
        lines[line - 1] = text

    return change


BROKEN: list[tuple[Break, tuple[int, int, str]]] = [
    (replace(1, "LEDES98BI V2[]"), (1, 1, "not_ledes_1998b")),
    (replace(2, HEADER.replace("CLIENT_ID", "CLIENT_NAME")), (2, 3, "wrong_header")),
    (lambda lines: lines.__delitem__(slice(2, None)), (3, 1, "no_records")),
    (lambda lines: lines.__setitem__(4, lines[4].removesuffix("[]")), (5, 24, "no_record_end")),
    (replace(5, "20130531|20130531-1|C-1[]"), (5, 4, "wrong_number_of_fields")),
    (put(3, "INVOICE_DATE", "20031301"), (3, 1, "not_a_date")),
    (put(4, "INVOICE_NUMBER", ""), (4, 2, "blank")),
    (put(3, "CLIENT_ID", "C" * 21), (3, 3, "too_long")),
    (put(3, "INVOICE_TOTAL", ""), (3, 5, "blank")),
    (put(3, "INVOICE_TOTAL", "730.01"), (3, 5, "does_not_add_up")),
    (put(6, "INVOICE_TOTAL", "$730"), (6, 5, "not_a_number")),
    (put(4, "LINE_ITEM_NUMBER", "1"), (4, 9, "not_unique")),
    (put(7, "EXP/FEE/INV_ADJ_TYPE", "X"), (7, 10, "unknown_line_type")),
    (put(8, "LINE_ITEM_NUMBER_OF_UNITS", "1,1"), (8, 11, "not_a_number")),
    (put(9, "LINE_ITEM_TOTAL", "493.01"), (9, 13, "does_not_add_up")),
    (put(10, "LINE_ITEM_DATE", "20140101"), (10, 14, "outside_the_billing_period")),
    (put(3, "LINE_ITEM_TASK_CODE", "L100"), (3, 15, "unknown_code")),
    (put(3, "LINE_ITEM_EXPENSE_CODE", "E112"), (3, 16, "code_of_another_line_type")),
    (put(13, "LINE_ITEM_EXPENSE_CODE", ""), (13, 16, "blank")),
    (put(13, "LINE_ITEM_ACTIVITY_CODE", "A103"), (13, 17, "code_of_another_line_type")),
    (put(3, "TIMEKEEPER_ID", " "), (3, 18, "blank")),
    (put(3, "LINE_ITEM_DESCRIPTION", "Draft [] and file"), (3, 19, "forbidden_character")),
    (put(3, "LINE_ITEM_DESCRIPTION", "Petición"), (3, 19, "not_ascii")),
    (put(3, "LINE_ITEM_UNIT_COST", "-"), (3, 21, "not_a_number")),
    (put(15, "LINE_ITEM_ADJUSTMENT_AMOUNT", "0.00"), (15, 13, "does_not_add_up")),
    (put(5, "CLIENT_ID", "C-2"), (5, 3, "differs_within_the_invoice")),
    (put(5, "BILLING_END_DATE", "20120101"), (5, 7, "ends_before_it_starts")),
]


@pytest.mark.parametrize(("change", "where"), BROKEN, ids=[f"{at[2]}-{at[0]}-{at[1]}" for _c, at in BROKEN])
def test_a_broken_file_is_refused_with_line_field_and_code(
    change: Break, where: tuple[int, int, str]
) -> None:
    lines = FILE.splitlines()
    change(lines)
    with pytest.raises(LedesRefused) as caught:
        read("\n".join(lines) + "\n")
    problem = caught.value.problems[0]
    assert (problem.line, problem.field, problem.code) == where
    if where[1] > 1 and where[0] > 1:
        assert problem.name == FIELDS[where[1] - 1].name
