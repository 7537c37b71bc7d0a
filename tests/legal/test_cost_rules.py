"""Two approvals above an amount, funds that pay only for what donors gave, releases, and money that comes back."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds import ledger, release
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import BOND_DEPOSIT, CASH, LEGAL_COSTS
from campaigns.funds.release import RestrictionRelease, released, restricted_balance
from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid
from legal.costs.claiming import revise_expense
from legal.costs.cost_rule import set_cost_rule
from legal.costs.expense import ExpenseApproval
from legal.costs.refunding import refund_expense
from staff.member import Member
from tests.legal.conftest import Case, send, usd
from tests.legal.test_bond_following import TO_BREACH, follow, posted
from tests.legal.test_claiming import approve, claim, cost, pay

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def strict(case: Case) -> Case:
    """Refugio wants two approvals above 400 dollars."""
    with transaction():
        set_cost_rule(case.actor("alice"), usd("400"))
    return case


def test_two_people_approve_above_the_amount_and_one_below(strict: Case) -> None:
    small, large = claim(strict, amount=usd("400")), claim(strict, amount=usd("400.01"))
    approve(strict, small)
    approve(strict, large)
    assert (small.state, large.state) == ("approved", "pending")
    with pytest.raises(Conflict) as caught:
        approve(strict, large)
    assert caught.value.code == "approved_already"
    approve(strict, large, by="alice")
    assert large.state == "approved"


def test_the_database_itself_refuses_the_same_approver_twice(session: Session, strict: Case) -> None:
    expense = claim(strict)
    approve(strict, expense)
    first = strict.only(ExpenseApproval)
    session.add(
        ExpenseApproval(
            expense_id=expense.id,
            claimant_id=expense.claimant_id,
            approved_by_id=first.approved_by_id,
            amount_minor=1,
            currency="USD",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_correction_between_two_approvals_voids_the_first(strict: Case) -> None:
    expense = claim(strict)
    approve(strict, expense)
    with transaction():
        revise_expense(strict.actor("bob"), expense.id, cost=cost(strict, amount=usd("500")))
    approve(strict, expense, by="alice")
    assert expense.state == "pending"
    approve(strict, expense)
    assert expense.state == "approved"


def test_an_owner_alone_sets_the_rule(case: Case, sign_in: SignIn, client: FlaskClient) -> None:
    for who in ("frida", "bob"):
        with pytest.raises(Forbidden), transaction():
            set_cost_rule(case.actor(who), usd("1"))
    alice = sign_in(case.cast.alice)
    assert send(alice, "/staff/expenses/rule", {"above": "-1"}).status_code == 422
    send(alice, "/staff/expenses/rule", {"above": "1000"})
    assert "$1,000 needs two approvals" in sign_in(case.cast.frida).get("/staff/expenses/rule").text
    bearer = {"Authorization": f"Bearer {case.bearer('alice')}"}
    answer = client.put("/api/v1/cost-rule", json={"above": {"minor": 0, "currency": "USD"}}, headers=bearer)
    assert answer.get_json() == {"above": {"minor": 0, "currency": "USD"}}
    assert client.get("/api/v1/cost-rule", headers=bearer).get_json() == answer.get_json()


def test_a_second_approval_is_asked_for_on_the_page_and_the_home(strict: Case, sign_in: SignIn) -> None:
    page = f"/staff/expenses/{claim(strict).id}"
    frida, alice = sign_in(strict.cast.frida), sign_in(strict.cast.alice)
    assert "One cost to approve" in frida.get("/staff/").text
    send(frida, f"{page}/approvals")
    assert "1 of 2 approvals" in frida.get(page).text
    assert "One cost to approve" not in frida.get("/staff/").text
    assert "One cost to approve" in alice.get("/staff/").text
    send(alice, f"{page}/approvals")
    assert "Frida, Alice" in frida.get(page).text


def narrow(case: Case, *purposes: str) -> None:
    with transaction() as session:
        session.get_one(Fund, case.fund.id).purposes = list(purposes)


def test_a_cost_outside_the_fund_s_purpose_is_a_conflict_and_writes_nothing(
    case: Case, client: FlaskClient
) -> None:
    narrow(case, "court_fees", "interpreters")
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    body = {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "expense_code": "E110",
        "amount": {"minor": 100, "currency": "USD"},
        "incurred_on": "2025-06-02",
        "description": "Travel",
    }
    answer = client.post("/api/v1/expenses", json=body, headers=bearer)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "outside_purpose")
    assert client.get("/api/v1/expenses", headers=bearer).get_json()["items"] == []
    assert (
        client.post("/api/v1/expenses", json=body | {"expense_code": "E112"}, headers=bearer).status_code
        == 201
    )
    bond = {"matter_id": case.matter.id, "fund_id": case.fund.id, "amount": body["amount"]}
    assert client.post("/api/v1/bonds", json=bond, headers=bearer).get_json()["code"] == "outside_purpose"


def test_a_claim_cannot_be_moved_outside_the_purpose_nor_paid_there(case: Case) -> None:
    case.give(usd("1000"))
    narrow(case, "court_fees")
    expense = claim(case)
    with pytest.raises(Conflict), transaction():
        revise_expense(case.actor("bob"), expense.id, cost=cost(case, category="travel"))
    approve(case, expense)
    narrow(case, "experts")
    with pytest.raises(Conflict) as caught:
        pay(case, expense)
    assert caught.value.code == "outside_purpose"


def test_another_campaign_s_fund_is_a_conflict(session: Session, case: Case) -> None:
    other = Fund(
        organisation_id=case.cast.refugio.id,
        name="General",
        purpose="Anything",
        surplus_clause="Kept",
        currency="USD",
    )
    session.add(other)
    session.commit()
    with pytest.raises(Conflict) as caught:
        claim(case, fund_id=other.id)
    assert caught.value.code == "outside_purpose"
    with pytest.raises(Invalid):
        claim(case, "charlie", fund_id=other.id)


def test_expenses_release_and_a_posted_bond_does_not(case: Case) -> None:
    """The second half of vector C."""
    case.give(usd("10000"))
    for amount, code in (("405", "E112"), ("650", "E123")):
        expense = claim(case, amount=usd(amount), expense_code=code)
        approve(case, expense)
        pay(case, expense)
    bond = posted(case)
    assert released(case.fund) == usd("1055")
    assert restricted_balance(case.fund) == usd("8945")
    assert (
        ledger.balance(case.fund.id, CASH, "USD"),
        ledger.balance(case.fund.id, [BOND_DEPOSIT], "USD"),
    ) == (
        usd("945"),
        usd("8000"),
    )
    for state in TO_BREACH:
        follow(case, bond, state, interest_minor=6_000 if state == "breached" else 0)
    assert (released(case.fund), restricted_balance(case.fund)) == (usd("9055"), usd("1005"))
    assert list(release.verify()) == []


def test_the_database_itself_keeps_a_release_as_it_is(session: Session, case: Case) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    case.only(RestrictionRelease).amount_minor = 1
    with pytest.raises(Exception, match="append-only"):
        session.flush()
    session.rollback()


def refund(case: Case, expense_id: str, amount: str, **changed: object) -> None:
    plain: dict[str, object] = {"received_on": clock.today(), "reason": "Overpaid"}
    with transaction():
        refund_expense(case.actor("frida"), expense_id, amount=usd(amount), **(plain | changed))  # pyright: ignore


def test_what_comes_back_returns_to_the_same_fund_and_is_restricted_again(case: Case) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    with pytest.raises(Conflict) as early:
        refund(case, expense.id, "1")
    approve(case, expense)
    pay(case, expense)
    refund(case, expense.id, "100")
    assert early.value.code == "not_paid"
    assert ledger.balance(case.fund.id, CASH, "USD") == usd("695")
    assert ledger.balance(case.fund.id, [LEGAL_COSTS], "USD") == released(case.fund) == usd("305")
    with pytest.raises(Conflict) as caught:
        refund(case, expense.id, "305.01")
    assert caught.value.code == "more_than_paid"
    refund(case, expense.id, "305")
    assert restricted_balance(case.fund) == usd("1000")
    assert [*release.verify(), *ledger.verify()] == []


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("amount", {"amount": "0"}),
        ("received_on", {"received_on": date(2999, 1, 1)}),
        ("received_on", {"received_on": date(2020, 1, 1)}),
        ("reason", {"reason": " "}),
    ],
)
def test_a_refund_that_breaks_a_rule_names_its_field(
    case: Case, field: str, changed: dict[str, object]
) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    asked = {"amount": "1"} | changed
    with pytest.raises(Invalid) as caught:
        refund(case, expense.id, **asked)  # pyright: ignore[reportArgumentType]
    assert list(caught.value.errors) == [field]


def test_the_page_takes_a_refund(case: Case, sign_in: SignIn) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    frida, page = sign_in(case.cast.frida), f"/staff/expenses/{expense.id}"
    typed = {"amount": "100", "received_on": clock.today().isoformat(), "reason": "Overpaid"}
    assert send(frida, f"{page}/refunds", typed | {"amount": ""}).status_code == 422
    send(frida, f"{page}/refunds", typed)
    assert "Overpaid" in frida.get(page).text
    assert send(sign_in(case.cast.bob), f"{page}/refunds", typed).status_code == 403


def test_a_fund_is_opened_for_some_kinds_of_cost(session: Session, case: Case, sign_in: SignIn) -> None:
    alice = sign_in(case.cast.alice)
    typed = [
        ("name", "Court fees alone"),
        ("purpose", "Court fees"),
        ("surplus_clause", "To the next client"),
        ("campaign_id", case.campaign.id),
        ("currency", "USD"),
        ("purposes", "court_fees"),
        ("purposes", "records"),
    ]
    page = send(alice, "/staff/funds/new", typed).location
    assert "Court fees, Records, copies and postage" in alice.get(page).text
    opened = session.scalars(select(Fund).where(Fund.name == "Court fees alone")).one()
    assert opened.purposes == ["court_fees", "records"]
    assert send(alice, "/staff/funds/new", [*typed, ("purposes", "lunch")]).status_code == 422
    without = [pair for pair in typed if pair[0] != "surplus_clause"]
    assert 'id="f-surplus_clause-error"' in send(alice, "/staff/funds/new", without).text
