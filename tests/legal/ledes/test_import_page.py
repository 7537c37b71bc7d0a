"""Another firm's file on the page: several invoices with adjustments of the whole, seen first, written then."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from legal.costs.expense import Expense
from legal.hours.time_entry import TimeEntry
from legal.ledes.lexis import FIELDS, FIRST_LINE, HEADER
from tests.legal.conftest import Case

pytestmark = pytest.mark.once


def line(invoice: str, number: int, total: str, **given: str) -> str:
    plain = {
        "INVOICE_DATE": "20250731",
        "INVOICE_NUMBER": invoice,
        "CLIENT_ID": "CL-9",
        "LAW_FIRM_MATTER_ID": "FIRM-77",
        "INVOICE_TOTAL": total,
        "BILLING_START_DATE": "20250701",
        "BILLING_END_DATE": "20250731",
        "LINE_ITEM_NUMBER": str(number),
        "LINE_ITEM_DATE": "20250710",
        "LINE_ITEM_DESCRIPTION": "Pleading",
        "LAW_FIRM_ID": "24-6437381",
    }
    return "|".join((plain | given).get(field.name, "") for field in FIELDS) + "[]"


def fee(invoice: str, number: int, total: str, **given: str) -> str:
    plain = {
        "EXP/FEE/INV_ADJ_TYPE": "F",
        "LINE_ITEM_NUMBER_OF_UNITS": "2.00",
        "LINE_ITEM_ADJUSTMENT_AMOUNT": "-70",
        "LINE_ITEM_TOTAL": "630",
        "LINE_ITEM_TASK_CODE": "L210",
        "LINE_ITEM_ACTIVITY_CODE": "A103",
        "TIMEKEEPER_ID": "22547",
        "LINE_ITEM_UNIT_COST": "350",
        "TIMEKEEPER_NAME": "Bob",
        "TIMEKEEPER_CLASSIFICATION": "STFATT",
    }
    return line(invoice, number, total, **(plain | given))


def whole(invoice: str, number: int, total: str, kind: str, amount: str) -> str:
    given = {"EXP/FEE/INV_ADJ_TYPE": kind, "LINE_ITEM_ADJUSTMENT_AMOUNT": amount, "LINE_ITEM_TOTAL": amount}
    return line(invoice, number, total, **given)


def expense(invoice: str, number: int, total: str) -> str:
    given = {
        "EXP/FEE/INV_ADJ_TYPE": "E",
        "LINE_ITEM_NUMBER_OF_UNITS": "1",
        "LINE_ITEM_TOTAL": "405.00",
        "LINE_ITEM_EXPENSE_CODE": "E112",
        "LINE_ITEM_UNIT_COST": "405.00",
    }
    return line(invoice, number, total, **given)


FILE = "\r\n".join(
    [
        FIRST_LINE,
        HEADER,
        fee("INV-1", 1, "530"),
        whole("INV-1", 2, "530", "IF", "-100"),
        fee("INV-2", 1, "1025.00", LINE_ITEM_DATE="20250711"),
        expense("INV-2", 2, "1025.00"),
        whole("INV-2", 3, "1025.00", "IE", "-10.00"),
        "",
    ]
)


@pytest.fixture
def post(case: Case, sign_in: Callable[..., FlaskClient]) -> Callable[..., TestResponse]:
    browser, at = sign_in(case.cast.bob), f"/staff/matters/{case.matter.id}/ledes/import"
    assert browser.get(at).status_code == 200

    def send(content: str | bytes = b"", **typed: str) -> TestResponse:
        sent = content.encode() if isinstance(content, str) else content
        data = {**typed, **({"file": (BytesIO(sent), "f.ledes")} if sent else {})}
        return browser.post(at, data=data, content_type="multipart/form-data")

    return send


def written(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(TimeEntry)) or 0


def test_a_whole_file_is_seen_first_and_written_then(
    session: Session, post: Callable[..., TestResponse]
) -> None:
    seen = post(FILE)
    for words in ("INV-1", "INV-2", "-100", "-10.00", "530", "1025.00", "New entries: 2."):
        assert words in seen.text
    assert written(session) == 0
    session.commit()
    sent = post(b"", text=FILE, write="1")
    assert sent.status_code == 302
    entries = session.scalars(select(TimeEntry).order_by(TimeEntry.worked_on)).all()
    assert [(each.minutes_raw, each.state) for each in entries] == [(120, "draft"), (120, "draft")]
    session.commit()
    assert "Here already: 2." in post(FILE).text


def test_a_broken_file_is_refused_with_line_and_field_and_nothing_is_written(
    session: Session, post: Callable[..., TestResponse]
) -> None:
    broken = post(FILE.replace("|530|", "|531|"))
    assert broken.status_code == 409
    assert "Line 3, field 5 INVOICE_TOTAL" in broken.text
    unknown = post(FILE.replace("|Bob|", "|Nobody, N|"))
    assert "Line 3, field 18 TIMEKEEPER_ID" in unknown.text
    for nothing in (b"", b"\xff\xfe"):
        assert post(nothing).status_code == 422
    assert written(session) == 0


def test_costs_become_claims_on_the_chosen_fund_once(
    session: Session, case: Case, post: Callable[..., TestResponse]
) -> None:
    left = post(FILE)
    assert "One cost is left to you" in left.text
    assert case.fund.name in left.text
    seen = post(FILE, fund_id=case.fund.id)
    assert "New entries: 2. New costs: 1." in seen.text
    assert session.scalar(select(func.count()).select_from(Expense)) == 0
    session.commit()
    assert post(b"", text=FILE, write="1", fund_id=case.fund.id).status_code == 302
    expense = case.only(Expense)
    assert (expense.state, expense.expense_code, str(expense.incurred_on)) == (
        "pending",
        "E112",
        "2025-07-10",
    )
    assert (expense.amount_minor, expense.description) == (40500, "Pleading")
    session.commit()
    assert "New entries: 0. New costs: 0. Here already: 3." in post(FILE, fund_id=case.fund.id).text


def test_a_file_of_several_matters_asks_which_one_and_leaves_the_others_out(
    session: Session, post: Callable[..., TestResponse]
) -> None:
    other = FILE.replace("|FIRM-77|", "|FIRM-88|", 1)
    asked = post(other)
    assert asked.status_code == 422
    assert "The file speaks of FIRM-77, FIRM-88. Choose one." in asked.text
    assert "FIRM-77 (4 lines)" in asked.text
    chosen = post(b"", text=other, law_firm_matter_id="FIRM-88")
    assert "New entries: 1." in chosen.text
    assert "4 lines speak of other matters" in chosen.text
    assert post(b"", text=other, law_firm_matter_id="FIRM-88", write="1").status_code == 302
    assert written(session) == 1


def test_a_cost_that_may_not_be_claimed_names_its_line_and_nothing_is_written(
    session: Session, case: Case, post: Callable[..., TestResponse]
) -> None:
    credit = FILE.replace("|405.00||", "|-405.00||").replace("|1||405.00|", "|1||-405.00|")
    credit = credit.replace("|405.00|||||", "|-405.00|||||").replace("1025.00", "215.00")
    refused = post(credit, fund_id=case.fund.id)
    assert (refused.status_code, "Line 6, field 13 LINE_ITEM_TOTAL" in refused.text) == (409, True)
    case.fund.purposes = ["bond"]
    session.commit()
    refused = post(FILE, fund_id=case.fund.id)
    assert "Line 6, field 16 LINE_ITEM_EXPENSE_CODE" in refused.text
    assert post(FILE, fund_id="fund_nobody").status_code == 422
    assert (written(session), session.scalar(select(func.count()).select_from(Expense))) == (0, 0)
