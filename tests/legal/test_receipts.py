"""Receipts: checked, sealed, read by those who may read the claim, and by nobody else."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import uploads
from legal.costs.expense import Expense
from legal.costs.receipt import MOST_RECEIPTS, RECEIPTS, ExpenseReceipt
from staff.member import Member
from tests.core.test_uploads import PDF, picture
from tests.legal.conftest import Case
from tests.legal.test_claiming import approve, claim

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture(autouse=True)
def swept(case: Case) -> Iterator[None]:
    """Files outlive a test's transaction; each test leaves the folder as empty as it found it."""
    yield
    for name in RECEIPTS.names():
        uploads.discard(RECEIPTS, name)


def send_file(browser: FlaskClient, path: str, data: bytes = PDF, name: str = "r.pdf", **fields: str):  # noqa: ANN201
    typed = {**fields, "receipt": (BytesIO(data), name)}
    return browser.post(path, data=typed, content_type="multipart/form-data")


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_claim_brings_its_receipt_along(session: Session, case: Case, sign_in: SignIn) -> None:
    bob, frida = sign_in(case.cast.bob), sign_in(case.cast.frida)
    typed = {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "expense_code": "E112",
        "amount": "405",
        "incurred_on": "2025-06-02",
        "description": "Filing fee",
    }
    page = send_file(bob, "/staff/expenses", picture("JPEG"), "IMG.jpg", **typed).location
    receipt = case.only(ExpenseReceipt)
    answer = frida.get(f"{page}/receipts/{receipt.id}")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", picture("JPEG"))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Receipt 1" in frida.get(page).text
    for stranger in ("charlie", "carla", "vera"):
        path = f"{page}/receipts/{receipt.id}"
        assert sign_in(getattr(case.cast, stranger)).get(path).status_code == 404


def test_a_wrong_file_is_refused_next_to_its_field_and_no_claim_is_made(
    session: Session, case: Case, sign_in: SignIn
) -> None:
    bob = sign_in(case.cast.bob)
    typed = {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "expense_code": "E112",
        "amount": "405",
        "incurred_on": "2025-06-02",
        "description": "Filing fee",
    }
    answer = send_file(bob, "/staff/expenses", b"<html>", "receipt.pdf", **typed)
    assert (answer.status_code, 'id="f-receipt-error"' in answer.text) == (422, True)
    assert (count(session, Expense), RECEIPTS.names()) == (0, [])
    expense = claim(case)
    assert send_file(bob, f"/staff/expenses/{expense.id}/receipts", b"").status_code == 422
    assert bob.post(f"/staff/expenses/{expense.id}/receipts").status_code == 422


def test_a_large_photograph_passes_where_receipts_are_taken_and_nowhere_else(
    case: Case, sign_in: SignIn
) -> None:
    bob, page = sign_in(case.cast.bob), f"/staff/expenses/{claim(case).id}"

    def send_large(path: str, megabytes: int) -> int:
        """As bytes: the test client would spool them to a file that it leaves open."""
        head = b'--x\r\nContent-Disposition: form-data; name="receipt"; filename="r.pdf"\r\n\r\n'
        body = head + PDF[:9] + b"\x00" * megabytes * 1024**2 + PDF[9:] + b"\r\n--x--\r\n"
        return bob.post(path, data=body, content_type="multipart/form-data; boundary=x").status_code

    assert send_large(f"{page}/receipts", 5) == 302
    assert send_large(page, 5) == 413
    assert send_large(f"{page}/receipts", 10) == 413


def test_software_adds_reads_and_takes_back(case: Case, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    expense = claim(case)
    path = f"/api/v1/expenses/{expense.id}/receipts"
    sent = client.post(path, data={"receipt": (BytesIO(PDF), "x.exe")}, headers=bearer)
    assert (sent.status_code, sent.get_json()["media_type"]) == (201, "application/pdf")
    assert [each["id"] for each in client.get(path, headers=bearer).get_json()] == [sent.get_json()["id"]]
    one = f"{path}/{sent.get_json()['id']}"
    assert client.get(one, headers=bearer).data == PDF
    refused = client.post(path, data={"receipt": (BytesIO(b"MZ"), "x.pdf")}, headers=bearer)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["receipt"])
    assert client.delete(one, headers=bearer).status_code == 204
    assert client.get(one, headers=bearer).status_code == 404
    assert RECEIPTS.names() == []


def test_a_receipt_stays_once_the_claim_is_approved(case: Case, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    expense = claim(case)
    path = f"/api/v1/expenses/{expense.id}/receipts"
    sent = client.post(path, data={"receipt": (BytesIO(PDF), "a.pdf")}, headers=bearer).get_json()
    approve(case, expense)
    answer = client.delete(f"{path}/{sent['id']}", headers=bearer)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "claim_locked")
    assert client.get(f"{path}/{sent['id']}", headers=bearer).data == PDF


@pytest.mark.parametrize("who", ["dana", "frida"])
def test_only_the_claimant_adds_one(case: Case, client: FlaskClient, who: str) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer(who)}"}
    path = f"/api/v1/expenses/{claim(case).id}/receipts"
    assert client.post(path, data={"receipt": (BytesIO(PDF), "a.pdf")}, headers=bearer).status_code == 403
    assert RECEIPTS.names() == []


def test_a_claim_has_a_few_receipts_at_most(session: Session, case: Case, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    path = f"/api/v1/expenses/{claim(case).id}/receipts"
    codes = [
        client.post(path, data={"receipt": (BytesIO(PDF), "a.pdf")}, headers=bearer).status_code
        for _number in range(MOST_RECEIPTS + 1)
    ]
    assert codes == [201] * MOST_RECEIPTS + [409]
    assert len(RECEIPTS.names()) == count(session, ExpenseReceipt) == MOST_RECEIPTS
