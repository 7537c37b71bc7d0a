"""Every step that the table of a bond or an expense does not know answers 409 over HTTP, and writes nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from core import clock
from core.db import transaction
from legal.bonds.bond import FORMS, Bond
from legal.bonds.bond import STATES as BOND_STATES
from legal.bonds.bond import TRANSITIONS as BOND_STEPS
from legal.bonds.bonding import approve_bond, request_bond
from legal.costs.claiming import approve_expense, claim_expense, pay_expense, reject_expense
from legal.costs.cost import Cost
from legal.costs.expense import STATES as EXPENSE_STATES
from legal.costs.expense import TRANSITIONS as EXPENSE_STEPS
from legal.costs.expense import Expense
from tests.legal.conftest import Case, usd
from tests.legal.test_bond_following import NOTICE, PATHS, an_obligor, posted, walk
from tests.safety.conftest import dump

pytestmark = pytest.mark.once  # tables of steps and their answers; the database has no say
Body = dict[str, object]


def a_bond(case: Case, state: str) -> Bond:
    case.give(usd("8000"))
    if state in PATHS:
        bond = posted(case)
        walk(case, bond, PATHS[state])
        return bond
    with transaction():
        bond = request_bond(
            case.actor("bob"), matter_id=case.matter.id, fund_id=case.fund.id, amount=usd("8000")
        )
        if state == "approved":
            approve_bond(case.actor("frida"), bond.id)
    return bond


def bond_steps(case: Case) -> dict[str, tuple[str, Body]]:
    steps: dict[str, tuple[str, Body]] = {"approved": ("approvals", {}), "posted": ("postings", {})}
    for state, forms in FORMS.items():
        body: Body = {"state": state, "happened_on": clock.today().isoformat(), "form": forms[0]}
        if state == "breached":
            body["document_sha256"] = NOTICE
        if state in {"substituted", "refund_claimed"}:
            body["obligor_id"] = an_obligor(case, "somebody else").id
        steps[state] = ("events", body)
    return steps


def an_expense(case: Case, state: str) -> Expense:
    case.give(usd("500"))
    cost = Cost(
        fund_id=case.fund.id,
        expense_code="E112",
        amount=usd("100"),
        incurred_on=date(2025, 6, 2),
        description="Filing fee",
    )
    frida = case.actor("frida")
    with transaction():
        expense = claim_expense(case.actor("bob"), matter_id=case.matter.id, cost=cost)
        if state in {"approved", "paid"}:
            approve_expense(frida, expense.id)
        if state == "paid":
            pay_expense(frida, expense.id)
        if state == "rejected":
            reject_expense(frida, expense.id, reason="Not of this case")
    return expense


EXPENSE_VERBS: dict[str, tuple[str, Body]] = {
    "approved": ("approvals", {}),
    "rejected": ("rejections", {"reason": "Not of this case"}),
    "paid": ("payments", {}),
}


def rows() -> dict[str, list[str]]:
    """All there is, but for when a token was used."""
    return {table: held for table, held in dump().items() if table != "api_token"}


def ask(client: FlaskClient, bearer: str, address: str, body: Body) -> tuple[int, str]:
    answer = client.post(address, json=body, headers={"Authorization": f"Bearer {bearer}"})
    return answer.status_code, answer.get_json().get("code", "")


@pytest.mark.parametrize("before", BOND_STATES)
def test_of_a_bond(case: Case, client: FlaskClient, before: str, subtests: pytest.Subtests) -> None:
    bond, bearer = a_bond(case, before), case.bearer("frida")
    assert bond.state == before
    steps = bond_steps(case)
    assert steps.keys() == BOND_STATES.keys() - {"requested"}
    there = rows()
    for after, (verb, body) in steps.items():
        if (before, after) in BOND_STEPS:
            continue
        with subtests.test(before=before, after=after):
            found = ask(client, bearer, f"/api/v1/bonds/{bond.id}/{verb}", body)
            assert found == (409, "illegal_transition")
            assert rows() == there


@pytest.mark.parametrize("before", EXPENSE_STATES)
def test_of_an_expense(case: Case, client: FlaskClient, before: str, subtests: pytest.Subtests) -> None:
    expense, bearer = an_expense(case, before), case.bearer("frida")
    assert expense.state == before
    there = rows()
    for after, (verb, body) in EXPENSE_VERBS.items():
        if (before, after) in EXPENSE_STEPS:
            continue
        with subtests.test(before=before, after=after):
            found = ask(client, bearer, f"/api/v1/expenses/{expense.id}/{verb}", body)
            assert found == (409, "illegal_transition")
            assert rows() == there


@pytest.mark.parametrize("before", ["paid", "rejected"])
def test_a_decided_claim_is_not_corrected(
    case: Case, client: FlaskClient, sign_in: Callable[..., FlaskClient], before: str
) -> None:
    expense, bearer = an_expense(case, before), case.bearer("bob")
    there = rows()
    body = {
        "fund_id": case.fund.id,
        "expense_code": "E112",
        "amount": {"minor": 1, "currency": "USD"},
        "incurred_on": "2025-06-02",
        "description": "Filing fee",
    }
    answer = client.put(
        f"/api/v1/expenses/{expense.id}", json=body, headers={"Authorization": f"Bearer {bearer}"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (409, "claim_locked"), answer.text
    assert rows() == there
