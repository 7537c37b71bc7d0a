"""Costs, bonds, matters and timekeepers as people of each role meet them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.ledger import BOND_DEPOSIT, LEGAL_COSTS
from legal.bonds.bond import Bond
from legal.costs.expense import Expense
from legal.matters.matter import Matter
from legal.matters.timekeeper import Timekeeper
from staff.member import Member
from tests.legal.conftest import Case, send, usd

pytestmark = pytest.mark.once  # pages; what they do is tested on both databases

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def bob(case: Case, sign_in: SignIn) -> FlaskClient:
    return sign_in(case.cast.bob)


@pytest.fixture
def frida(case: Case, sign_in: SignIn) -> FlaskClient:
    return sign_in(case.cast.frida)


def claim(case: Case, **changed: str) -> dict[str, str]:
    plain = {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "expense_code": "E112 Court fees",
        "amount": "405.00",
        "incurred_on": "2025-06-02",
        "description": "Filing fee of the petition",
        "category": "",
    }
    return plain | changed


def test_a_cost_is_claimed_approved_and_paid_by_different_people(
    session: Session, case: Case, bob: FlaskClient, frida: FlaskClient
) -> None:
    case.give(usd("1000"))
    page = send(bob, "/staff/expenses", claim(case)).location
    assert "Waiting for approval" in bob.get(page).text
    assert "Pay from the fund" not in bob.get(page).text
    send(frida, f"{page}/approvals")
    send(frida, f"{page}/payments")
    assert "The claim is paid from the fund" in frida.get(page).text
    assert ledger.balance(case.fund.id, [LEGAL_COSTS], "USD") == usd("405")


def test_an_amount_that_is_none_is_refused_next_to_its_field(
    session: Session,
    case: Case,
    bob: FlaskClient,
    subtests: pytest.Subtests,
) -> None:
    for amount in ["-5", "0", "abc", "12.3456", "1e3", "99999999999999999999", "", "10000001"]:
        with subtests.test(amount=amount):
            answer = send(bob, "/staff/expenses", claim(case, amount=amount))
            assert answer.status_code == 422
            assert 'id="f-amount-error"' in answer.text
            assert session.scalar(select(func.count()).select_from(Expense)) == 0


def test_a_fund_that_has_too_little_is_said_and_nothing_moves(
    case: Case, bob: FlaskClient, frida: FlaskClient
) -> None:
    page = send(bob, "/staff/expenses", claim(case)).location
    send(frida, f"{page}/approvals")
    send(frida, f"{page}/payments")
    assert "Nothing was paid" in frida.get(page).text
    assert ledger.balance(case.fund.id, [LEGAL_COSTS], "USD") == usd("0")


def test_a_corrected_amount_needs_a_new_approval(case: Case, bob: FlaskClient, frida: FlaskClient) -> None:
    page = send(bob, "/staff/expenses", claim(case)).location
    send(frida, f"{page}/approvals")
    send(bob, page, claim(case, amount="410"))
    assert "Waiting for approval" in frida.get(page).text


def test_a_claim_is_rejected_with_a_reason(case: Case, bob: FlaskClient, frida: FlaskClient) -> None:
    page = send(bob, "/staff/expenses", claim(case)).location
    assert send(frida, f"{page}/rejections", {"reason": ""}).status_code == 422
    send(frida, f"{page}/rejections", {"reason": "Paid already"})
    assert "Rejected" in bob.get(page).text


def test_another_organisation_finds_no_such_claim(case: Case, bob: FlaskClient, sign_in: SignIn) -> None:
    page = send(bob, "/staff/expenses", claim(case)).location
    charlie = sign_in(case.cast.charlie)
    assert charlie.get(page).status_code == 404
    assert send(charlie, f"{page}/approvals").status_code == 404
    assert "Filing fee of" not in charlie.get("/staff/expenses").text


def test_the_costs_are_found_by_words_and_state(case: Case, bob: FlaskClient) -> None:
    send(bob, "/staff/expenses", claim(case))
    assert "Filing fee" in bob.get("/staff/expenses?q=filing&state=pending").text
    assert "Nothing found" in bob.get("/staff/expenses?state=paid").text


@pytest.mark.parametrize("path", ["/staff/expenses", "/staff/bonds", "/staff/matters", "/staff/timekeepers"])
def test_a_campaigner_finds_no_such_pages(case: Case, sign_in: SignIn, path: str) -> None:
    assert sign_in(case.cast.carla).get(path).status_code == 404


def test_a_bond_is_asked_for_approved_and_posted(case: Case, bob: FlaskClient, frida: FlaskClient) -> None:
    case.give(usd("20000"))
    asked = {"matter_id": case.matter.id, "fund_id": case.fund.id, "amount": "8,000"}
    assert send(bob, "/staff/bonds", asked).status_code == 302
    bond_id = case.only(Bond).id
    assert "Post from the fund" not in bob.get("/staff/bonds").text
    send(frida, f"/staff/bonds/{bond_id}/approvals")
    send(frida, f"/staff/bonds/{bond_id}/postings")
    assert "Posted" in bob.get("/staff/bonds").text
    assert ledger.balance(case.fund.id, [BOND_DEPOSIT], "USD") == usd("8000")
    assert send(bob, "/staff/bonds", asked | {"amount": "0"}).status_code == 422


def test_a_matter_is_opened_and_shows_its_hours_by_month(
    session: Session, case: Case, bob: FlaskClient
) -> None:
    typed = {"campaign_id": case.campaign.id, "title": "Appeal", "opened_on": "2025-10-01"}
    page = send(bob, "/staff/matters", typed).location
    assert "No approved hours yet" in bob.get(page).text
    case.approve()
    shown = bob.get(f"/staff/matters/{case.matter.id}").text
    assert "Hours by month" in shown
    assert "Jul 2025" in shown
    assert "Llano Defenders" in shown
    assert session.scalar(select(func.count()).select_from(Matter)) == 2


def test_a_matter_without_title_or_in_the_future_is_refused(case: Case, bob: FlaskClient) -> None:
    typed = {"campaign_id": case.campaign.id, "title": "", "opened_on": "2999-01-01"}
    assert 'id="f-title-error"' in send(bob, "/staff/matters", typed).text
    later = send(bob, "/staff/matters", typed | {"title": "Appeal"})
    assert 'id="f-opened_on-error"' in later.text


def test_a_foreign_matter_does_not_exist(case: Case, bob: FlaskClient, sign_in: SignIn) -> None:
    typed = {"campaign_id": case.campaign.id, "title": "Appeal", "opened_on": "2025-10-01"}
    page = send(bob, "/staff/matters", typed).location
    charlie = sign_in(case.cast.charlie)
    assert charlie.get(page).status_code == 404
    assert charlie.get(f"/staff/matters/{case.matter.id}").status_code == 200


def test_a_partner_is_added_once_and_then_sees_the_matter(
    case: Case, bob: FlaskClient, sign_in: SignIn
) -> None:
    typed = {"campaign_id": case.campaign.id, "title": "Appeal", "opened_on": "2025-10-01"}
    page = send(bob, "/staff/matters", typed).location
    joining = {"organisation_id": case.cast.llano.id, "part": "co_counsel"}
    assert send(bob, f"{page}/counsel", joining).status_code == 302
    assert sign_in(case.cast.charlie).get(page).status_code == 200
    assert send(bob, f"{page}/counsel", joining).status_code == 422


def test_a_timekeeper_is_added_once(session: Session, case: Case, bob: FlaskClient) -> None:
    typed = {"name": "Pilar", "classification": "PARALG", "bar_year": "", "member_id": ""}
    assert send(bob, "/staff/timekeepers", typed).status_code == 302
    assert "There is a timekeeper of that name already" in send(bob, "/staff/timekeepers", typed).text
    assert session.scalar(select(func.count()).select_from(Timekeeper).where(Timekeeper.name == "Pilar")) == 1


def test_every_page_stands_in_both_languages_without_inline_style(
    case: Case,
    sign_in: SignIn,
    subtests: pytest.Subtests,
) -> None:
    for language in ["en", "es"]:
        for path in [
            *(
                "/staff/hours",
                "/staff/hours/approvals",
                "/staff/matters",
                "/staff/matters/new",
                "/staff/timekeepers",
            ),
            *("/staff/expenses", "/staff/expenses/new", "/staff/bonds"),
        ]:
            with subtests.test(language=language, path=path):
                answer = sign_in(case.cast.alice).get(f"{path}?lang={language}")
                assert answer.status_code == 200
                assert "style=" not in answer.text
                assert "<script>" not in answer.text
