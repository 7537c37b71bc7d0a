"""Costs: claimed, approved and paid by different people, never more than the fund has."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.ledger import CASH, LEGAL_COSTS, LedgerGroup
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.money import Money
from legal.costs.claiming import (
    Cost,
    approve_expense,
    claim_expense,
    pay_expense,
    reject_expense,
    revise_expense,
)
from legal.costs.expense import (
    STATES,
    TRANSITIONS,
    Expense,
    ExpenseApproval,
    ExpensePayment,
    get_expense,
    usual_category,
)
from staff.access import Actor
from tests.legal.conftest import Case, usd


def cost(case: Case, **changed: object) -> Cost:
    plain: dict[str, object] = {
        "fund_id": case.fund.id,
        "expense_code": "E112",
        "amount": usd("405.00"),
        "incurred_on": date(2025, 6, 2),
        "description": "Filing fee of the petition",
    }
    return Cost(**(plain | changed))  # pyright: ignore[reportArgumentType]


def claim(case: Case, by: str = "bob", **changed: object) -> Expense:
    with transaction():
        return claim_expense(case.actor(by), matter_id=case.matter.id, cost=cost(case, **changed))


def approve(case: Case, expense: Expense, by: str = "frida") -> None:
    with transaction():
        approve_expense(case.actor(by), expense.id)


def pay(case: Case, expense: Expense, by: str = "frida") -> None:
    with transaction():
        pay_expense(case.actor(by), expense.id)


def spent(case: Case) -> Money:
    return ledger.balance(case.fund.id, [LEGAL_COSTS], "USD")


def test_a_paid_cost_moves_cash_to_legal_costs(case: Case) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    assert (expense.state, expense.category) == ("paid", "court_fees")
    assert (spent(case), ledger.balance(case.fund.id, CASH, "USD")) == (usd("405"), usd("595"))
    assert list(ledger.verify()) == []


def test_a_broken_rule_names_its_field_and_writes_nothing(
    session: Session, case: Case, subtests: pytest.Subtests
) -> None:
    for field, changed in [
        ("amount", {"amount": usd("0")}),
        ("amount", {"amount": usd("-5")}),
        ("amount", {"amount": usd("10000000.01")}),
        ("amount", {"amount": Money(500, "JPY")}),
        ("expense_code", {"expense_code": "L110"}),
        ("expense_code", {"expense_code": "E999"}),
        ("fund_id", {"fund_id": "fund_x"}),
        ("incurred_on", {"incurred_on": date(2999, 1, 1)}),
        ("description", {"description": " "}),
        ("category", {"category": "lunch"}),
    ]:
        with subtests.test(field=field, changed=changed):
            with pytest.raises(Invalid) as caught:
                claim(case, "bob", **changed)
            assert list(caught.value.errors) == [field]
            assert session.scalar(select(func.count()).select_from(Expense)) == 0


def test_a_fund_that_has_too_little_pays_nothing(session: Session, case: Case) -> None:
    case.give(usd("404.99"))
    expense = claim(case)
    approve(case, expense)
    with pytest.raises(Conflict) as caught:
        pay(case, expense)
    session.expire_all()
    assert caught.value.code == "fund_too_small"
    assert (get_expense(case.actor("bob"), expense.id).state, spent(case)) == ("approved", usd("0"))
    assert session.scalar(select(func.count()).select_from(ExpensePayment)) == 0


def test_the_last_cent_of_a_fund_can_be_spent(case: Case) -> None:
    case.give(usd("405"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    assert ledger.balance(case.fund.id, CASH, "USD") == usd("0")


def test_nobody_approves_or_pays_their_own_claim(case: Case) -> None:
    case.give(usd("1000"))
    with transaction():
        expense = claim_expense(case.actor("alice"), matter_id=case.matter.id, cost=cost(case))
    with pytest.raises(Forbidden):
        approve(case, expense, by="alice")
    approve(case, expense)
    with pytest.raises(Forbidden):
        pay(case, expense, by="alice")
    assert expense.state == "approved"


@pytest.mark.parametrize("row", [ExpenseApproval, ExpensePayment])
def test_the_database_itself_refuses_the_claimant(session: Session, case: Case, row: type) -> None:
    expense = claim(case)
    own = {"expense_id": expense.id, "claimant_id": expense.claimant_id}
    if row is ExpenseApproval:
        session.add(row(**own, approved_by_id=expense.claimant_id, amount_minor=1, currency="USD"))
    else:
        case.give(usd("1"))
        group_id = session.scalars(select(LedgerGroup.id)).first()
        session.add(row(**own, paid_by_id=expense.claimant_id, group_id=group_id))
    with pytest.raises(IntegrityError, match="not_the_claimant"):
        session.flush()
    session.rollback()


def test_a_new_amount_makes_an_approved_claim_pending_again(case: Case) -> None:
    expense = claim(case)
    approve(case, expense)
    with transaction():
        revise_expense(case.actor("bob"), expense.id, cost=cost(case, amount=usd("406")))
    assert expense.state == "pending"
    with pytest.raises(Conflict):
        pay(case, expense)


def test_a_better_description_leaves_the_approval_standing(case: Case) -> None:
    expense = claim(case)
    approve(case, expense)
    with transaction():
        revise_expense(case.actor("bob"), expense.id, cost=cost(case, description="Filing fee, receipt 12"))
    assert expense.state == "approved"


def test_only_the_claimant_corrects_a_claim(case: Case) -> None:
    expense = claim(case)
    with pytest.raises(Forbidden), transaction():
        revise_expense(case.actor("dana"), expense.id, cost=cost(case))


def test_a_rejected_claim_is_settled_for_good(case: Case) -> None:
    expense = claim(case)
    with transaction():
        reject_expense(case.actor("frida"), expense.id, reason="Paid by the court already")
    for verb in (approve, pay):
        with pytest.raises(Conflict):
            verb(case, expense)
    with pytest.raises(Conflict), transaction():
        revise_expense(case.actor("bob"), expense.id, cost=cost(case))


def test_a_rejection_needs_a_reason(case: Case) -> None:
    expense = claim(case)
    with pytest.raises(Invalid) as caught, transaction():
        reject_expense(case.actor("frida"), expense.id, reason="")
    assert list(caught.value.errors) == ["reason"]


def test_a_partner_claims_and_the_fund_s_organisation_decides(case: Case) -> None:
    case.give(usd("1000"))
    expense = claim(case, by="charlie")
    with pytest.raises(Forbidden):
        approve(case, expense, by="charlie")
    approve(case, expense)
    pay(case, expense)
    assert expense.state == "paid"


def test_a_partner_does_not_see_the_other_s_claims(case: Case) -> None:
    expense = claim(case)
    with pytest.raises(NotFound):
        get_expense(case.actor("charlie"), expense.id)
    with pytest.raises(NotFound):
        approve(case, expense, by="charlie")


def test_a_campaigner_does_not_claim(case: Case) -> None:
    with pytest.raises(Forbidden):
        claim(case, by="carla")


def test_a_claim_needs_a_person_who_answers_for_it(case: Case) -> None:
    system = Actor("system", case.cast.refugio.id, "Refugio", "Amparo", "owner")
    with pytest.raises(Forbidden), transaction():
        claim_expense(system, matter_id=case.matter.id, cost=cost(case))
    token = case.token("bob")
    with transaction():
        expense = claim_expense(token, matter_id=case.matter.id, cost=cost(case))
    assert expense.claimant_id == case.cast.bob.id


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_pair_of_states_is_a_step_of_the_table_or_a_conflict(before: str, after: str) -> None:
    expense = Expense(state=before)
    if (before, after) in TRANSITIONS:
        expense.move_to(after)
        assert expense.state == after
        return
    with pytest.raises(Conflict) as caught:
        expense.move_to(after)
    assert (caught.value.code, expense.state) == ("illegal_transition", before)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("E112", "court_fees"),
        ("E123", "interpreters"),
        ("E119", "experts"),
        ("E110", "travel"),
        ("E101", "records"),
        ("E124", "other"),
    ],
)
def test_a_code_has_a_usual_public_category(code: str, category: str) -> None:
    assert usual_category(code) == category
