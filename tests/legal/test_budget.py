"""A drive's budget from its first stage to its page: what staff writes, what costs and bonds make of it, what the
public reads."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.clients import identity
from campaigns.drives.drive import Drive
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.money import Money
from donors.figures.budgeting import budget_of
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.budget.assigning import assign_cost
from legal.budget.stage import BudgetStage, StageCost, StageEstimate, stages_of
from legal.budget.staging import drop_stage, edit_stage, order_stages
from legal.costs.claiming import approve_expense, claim_expense, pay_expense, reject_expense, revise_expense
from legal.costs.cost import Cost
from legal.costs.expense import Expense
from legal.costs.refunding import refund_expense
from staff.member import Member
from tests.clearing import show_names
from tests.legal.budgets import open_drive, raise_money, stage
from tests.legal.conftest import Case, usd

SignIn = Callable[[Member], FlaskClient]
SEALED_NAME = "Zebulón Quetzalito Ñandúbal"


@pytest.fixture
def drive(session: Session, case: Case) -> Drive:
    return open_drive(session, case)


@pytest.fixture
def plan(case: Case, drive: Drive) -> list[BudgetStage]:
    """Filing, bond, hearing, in this order."""
    return [
        stage(case, drive, "Filing", "405"),
        stage(case, drive, "Bond", "8000", is_bond=True),
        stage(case, drive, "Hearing", "3000"),
    ]


def claim(case: Case, amount: str = "405") -> Expense:
    cost = Cost(
        fund_id=case.fund.id,
        expense_code="E112",
        amount=usd(amount),
        incurred_on=date(2025, 7, 10),
        description="Filing fee",
    )
    with transaction():
        return claim_expense(case.actor("bob"), matter_id=case.matter.id, cost=cost)


def assign(case: Case, expense: Expense, to: BudgetStage | None, *, by: str = "bob") -> None:
    with transaction():
        assign_cost(case.actor(by), expense.id, to.id if to else None)


def costs(drive: Drive, name: str) -> tuple[int, int, int]:
    """Invoiced, approved and paid of a stage."""
    (found,) = [each for each in budget_of(drive).stages if each.name == name]
    return found.invoiced.minor, found.approved.minor, found.paid.minor


def page_json(client: FlaskClient) -> Any:
    return client.get("/d/bond/progress.json").get_json()["budget"]


def test_a_claim_is_invoiced_then_approved_then_paid_and_may_come_back(
    case: Case, drive: Drive, plan: list[BudgetStage]
) -> None:
    case.give(usd("20000"))
    expense = claim(case)
    assert costs(drive, "Filing") == (0, 0, 0)
    assign(case, expense, plan[0])
    assert costs(drive, "Filing") == (40_500, 0, 0)
    with transaction():
        approve_expense(case.actor("frida"), expense.id)
    assert costs(drive, "Filing") == (40_500, 40_500, 0)
    with transaction():
        pay_expense(case.actor("frida"), expense.id)
    assert costs(drive, "Filing") == (40_500, 40_500, 40_500)
    with transaction():
        back = {"amount": usd("5.01"), "received_on": date(2025, 7, 11), "reason": "Too much"}
        refund_expense(case.actor("frida"), expense.id, **back)
    assert costs(drive, "Filing") == (40_500, 40_500, 39_999)
    assign(case, expense, plan[2])
    assert costs(drive, "Filing") == (0, 0, 0)
    assert costs(drive, "Hearing") == (40_500, 40_500, 39_999)
    assign(case, expense, None)
    assert costs(drive, "Hearing") == (0, 0, 0)


def test_what_is_rejected_counts_nowhere_and_cannot_be_assigned(
    case: Case, drive: Drive, plan: list[BudgetStage]
) -> None:
    expense = claim(case)
    assign(case, expense, plan[0])
    with transaction():
        reject_expense(case.actor("frida"), expense.id, reason="Not ours")
    assert costs(drive, "Filing") == (0, 0, 0)
    with pytest.raises(Conflict, match="rejected"), transaction():
        assign_cost(case.actor("frida"), expense.id, None)


def test_a_corrected_claim_is_pending_again_and_stays_at_its_stage(
    case: Case, drive: Drive, plan: list[BudgetStage]
) -> None:
    expense = claim(case)
    assign(case, expense, plan[0])
    with transaction():
        approve_expense(case.actor("frida"), expense.id)
    cost = Cost(
        fund_id=case.fund.id,
        expense_code="E112",
        amount=usd("605"),
        incurred_on=date(2025, 7, 10),
        description="Filing fee",
    )
    with transaction():
        revise_expense(case.actor("bob"), expense.id, cost=cost)
    assert costs(drive, "Filing") == (60_500, 0, 0)


def test_costs_go_to_planned_stages_of_costs_of_the_fund_alone(
    session: Session, case: Case, drive: Drive, plan: list[BudgetStage]
) -> None:
    expense = claim(case)
    with transaction():
        drop_stage(case.actor("alice"), plan[2].id)
    for wrong in (plan[1].id, plan[2].id, "stage_nothing", "stage\x00"):
        with pytest.raises(Invalid, match="stage_id"), transaction():
            assign_cost(case.actor("bob"), expense.id, wrong)
    with pytest.raises(NotFound), transaction():
        assign_cost(case.actor("charlie"), expense.id, plan[0].id)
    assert session.query(StageCost).count() == 0


def test_a_bond_is_posted_and_held_at_its_stage_and_never_a_cost(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient
) -> None:
    case.give(usd("20000"))
    with transaction():
        bond = request_bond(
            case.actor("bob"), matter_id=case.matter.id, fund_id=case.fund.id, amount=usd("8000")
        )
    (stage_of_bond,) = [each for each in budget_of(drive).stages if each.is_bond]
    assert stage_of_bond.posted == stage_of_bond.held == usd("0")
    for verb in (approve_bond, post_bond):
        with transaction():
            verb(case.actor("frida"), bond.id)
    told = page_json(client)["stages"][1]
    assert told["bond"] == {"posted_minor": 800_000, "held_minor": 800_000, "told_with": None}
    assert told["costs"] is None
    budget = budget_of(drive)
    assert (budget.costs.paid, budget.costs.estimate) == (usd("0"), usd("3405"))


def test_page_json_and_api_tell_the_same_and_the_next_amount(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient, session: Session
) -> None:
    raise_money(case, drive, usd("605.50"))
    expense = claim(case)
    assign(case, expense, plan[0])
    public = page_json(client)
    bearer = {"Authorization": f"Bearer {case.bearer('alice')}"}
    assert client.get(f"/api/v1/drives/{drive.id}/budget", headers=bearer).get_json() == public
    assert [each["given_minor"] for each in public["stages"]] == [40_500, 20_050, 0]
    assert public["next"] == {"id": plan[1].id, "name": "Bond", "lacks_minor": 779_950}
    page = client.get("/d/bond?lang=en").text
    assert "The next $7,799.50 completes: Bond." in page
    for amount in ("$405", "$8,000", "$3,000", "$200.50"):
        assert amount in page
    spanish = client.get("/d/bond?lang=es").text
    assert "completan: Bond." in spanish


def test_a_bond_that_may_not_be_told_is_told_nowhere_and_what_follows_it_neither(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient, session: Session
) -> None:
    with transaction():
        edit_stage(case.actor("alice"), plan[1].id, {"estimate": usd("9000")})
    raise_money(case, drive, usd("9999"))
    case.campaign.tells_bond_amount = False
    session.commit()
    told = page_json(client)
    filing, bond, hearing = told["stages"]
    assert filing["given_minor"] == 40_500
    assert [bond[f"{name}_minor"] for name in ("estimate", "given", "estimate_before")] == [None] * 3
    assert bond["bond"] == {"posted_minor": None, "held_minor": None, "told_with": None}
    assert (hearing["estimate_minor"], hearing["given_minor"]) == (300_000, None)
    assert told["next"] == {"id": plan[1].id, "name": "Bond", "lacks_minor": None}
    page = client.get("/d/bond?lang=en").text
    assert "The next gifts go to: Bond." in page
    for amount in ("$9,000", "$8,000", "$9,594", "$594"):
        assert amount not in page
    assert budget_of(drive).next_stage is not None  # staff reads all of it


def test_an_estimate_that_rises_in_public_is_told_with_what_it_was(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient, session: Session
) -> None:
    assert "The estimate rose" not in client.get("/d/bond?lang=en").text
    with transaction():
        edit_stage(case.actor("alice"), plan[2].id, {"estimate": usd("3500")})
    page = client.get("/d/bond?lang=en").text
    assert "The estimate rose on" in page
    assert "before it was $3,000" in page
    with transaction():
        edit_stage(case.actor("alice"), plan[2].id, {"estimate": usd("2500")})
    assert "The estimate was lowered on" in client.get("/d/bond?lang=en").text
    amounts = session.query(StageEstimate.amount_minor).filter_by(stage_id=plan[2].id)
    assert sorted(amount for (amount,) in amounts) == [250_000, 300_000, 350_000]


def test_before_publication_an_estimate_changes_in_silence_and_a_stage_goes_unseen(
    session: Session, case: Case, client: FlaskClient
) -> None:
    drive = open_drive(session, case, is_public=False)
    filing, hearing = stage(case, drive, "Filing", "405"), stage(case, drive, "Hearing", "3000")
    with transaction():
        edit_stage(case.actor("alice"), filing.id, {"estimate": usd("605")})
        drop_stage(case.actor("alice"), hearing.id)
    drive.published_at = drive.opens_at
    session.commit()
    (told,) = page_json(client)["stages"]
    assert (told["name"], told["estimate_minor"], told["estimate_before_minor"]) == ("Filing", 60_500, None)


def test_a_dropped_stage_stays_on_the_page_and_takes_no_gifts(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    raise_money(case, drive, usd("405"))
    with transaction():
        drop_stage(case.actor("alice"), plan[0].id)
    told = page_json(client)
    assert [each["name"] for each in told["stages"]] == ["Bond", "Hearing", "Filing"]
    assert told["stages"][2]["given_minor"] == 0
    assert told["next"]["lacks_minor"] == 759_500
    assert "Not planned any more since" in client.get("/d/bond?lang=en").text
    for refused in (
        lambda: drop_stage(case.actor("alice"), plan[0].id),
        lambda: edit_stage(case.actor("alice"), plan[0].id, {"estimate": usd("1")}),
    ):
        with pytest.raises(Conflict), transaction():
            refused()
    alice = sign_in(case.cast.alice)
    assert alice.get(f"/staff/drives/{drive.id}/budget").text.count(f"/staff/budget-stages/{plan[0].id}") == 1
    renamed = alice.post(f"/staff/budget-stages/{plan[0].id}", data={"name": "The petition"})
    assert renamed.status_code == 302
    assert page_json(client)["stages"][2]["name"] == "Stage 1"  # the new name waits for counsel
    show_names(drive.id)
    session.commit()
    assert page_json(client)["stages"][2]["name"] == "The petition"


def test_rules_of_a_stage(case: Case, drive: Drive, plan: list[BudgetStage]) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": "filing"}, "name"),
        ({"name": "Two\nlines"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"estimate": Money(100, "EUR")}, "estimate"),
        ({"estimate": Money(0, "USD")}, "estimate"),
        ({"estimate": Money(10**12, "USD")}, "estimate"),
        ({"phases": ["L110"]}, "phases"),
        ({"phases": ["E100"]}, "phases"),
    ]
    with transaction():
        edit_stage(case.actor("alice"), plan[0].id, {"phases": ["l200", "L100"]})
    wrong.append(({"phases": ["L200"]}, "phases"))
    for changes, named in wrong:
        with pytest.raises(Invalid) as refusal, transaction():
            edit_stage(case.actor("alice"), plan[2].id, changes)
        assert list(refusal.value.errors) == [named], changes
    with pytest.raises(Invalid, match="is_bond"):
        stage(case, drive, "Another bond", "100", is_bond=True)


def test_the_order_is_that_in_which_gifts_fill_the_stages(
    case: Case, drive: Drive, plan: list[BudgetStage], client: FlaskClient
) -> None:
    raise_money(case, drive, usd("100"))
    ids = [each.id for each in plan]
    with transaction():
        order_stages(case.actor("alice"), drive.id, [ids[2], ids[0], ids[1]])
    told = page_json(client)
    assert [each["name"] for each in told["stages"]] == ["Hearing", "Filing", "Bond"]
    assert told["next"]["lacks_minor"] == 290_000
    for wrong in (ids[:2], [*ids, ids[0]], [*ids[:2], "stage_x"]):
        with pytest.raises(Invalid, match="stage_ids"), transaction():
            order_stages(case.actor("alice"), drive.id, wrong)


def test_a_sealed_name_is_no_name_of_a_stage(
    session: Session, case: Case, drive: Drive, sign_in: SignIn, client: FlaskClient
) -> None:
    assert case.campaign.client_id
    with transaction():
        identity.seal_identity(case.actor("alice"), case.campaign.client_id, full_name=SEALED_NAME)
    carla = sign_in(case.cast.carla)
    refused = carla.post(
        f"/staff/drives/{drive.id}/budget", data={"name": "Bond of Zebulon Quetzalito", "estimate": "100"}
    )
    assert refused.status_code == 422
    asked = carla.post(
        f"/staff/drives/{drive.id}/budget", data={"name": "Hearing 12 March 2026", "estimate": "100"}
    )
    assert asked.status_code == 422
    assert "Look again" in asked.text
    assert stages_of(drive.id) == []
    done = carla.post(
        f"/staff/drives/{drive.id}/budget",
        data={"name": "Hearing 12 March 2026", "estimate": "100", "looked_at": "true"},
    )
    assert done.status_code == 302
    assert [each.name for each in stages_of(drive.id)] == ["Hearing 12 March 2026"]


def test_staff_writes_the_budget_on_pages(
    session: Session, case: Case, drive: Drive, sign_in: SignIn, client: FlaskClient
) -> None:
    carla, frida = sign_in(case.cast.carla), sign_in(case.cast.frida)
    place = f"/staff/drives/{drive.id}/budget"
    assert "No stage yet" in carla.get(place).text
    assert "Write the budget" in carla.get(f"/staff/drives/{drive.id}").text
    for name, estimate in (("Filing", "405"), ("Hearing", "3,000.50")):
        sent = carla.post(
            place, data={"name": name, "estimate": estimate, "phases": ["L200"][: name == "Filing"]}
        )
        assert sent.status_code == 302, sent.text
    filing, hearing = stages_of(drive.id)
    assert hearing.estimate_minor == 300_050
    carla.post(f"/staff/budget-stages/{hearing.id}/moves", data={"by": "-1"})
    session.expire_all()
    assert [each.name for each in stages_of(drive.id)] == ["Hearing", "Filing"]
    form = {"name": "Hearing", "estimate": "3500", "version": hearing.version}
    assert carla.post(f"/staff/budget-stages/{hearing.id}", data=form).status_code == 302
    late = carla.post(f"/staff/budget-stages/{hearing.id}", data=form | {"estimate": "4000"})
    assert late.status_code == 409
    assert "Somebody else saved this meanwhile" in late.text
    expense = claim(case)
    assert "Filing fee" in frida.get(place).text
    assert "Filing fee" not in carla.get(place).text  # a campaigner sees no claims
    chosen = frida.post(f"/staff/expenses/{expense.id}/stage", data={"stage_id": filing.id})
    assert chosen.status_code == 302
    assert costs(drive, "Filing") == (40_500, 0, 0)
    assert "None: every claim" in frida.get(place).text
    table = carla.get(f"{place}.csv").text.splitlines()
    assert "Filing,costs,405.00,0.00,405.00,0.00,0.00,,,0.0,0.00,USD," in table
    assert carla.post(f"/staff/budget-stages/{hearing.id}/removals").status_code == 302
    assert "Not planned any more since" in carla.get(place).text


def test_a_partner_reads_the_budget_and_changes_nothing(
    case: Case, drive: Drive, plan: list[BudgetStage], sign_in: SignIn
) -> None:
    charlie = sign_in(case.cast.charlie)
    assert "Filing" in charlie.get(f"/staff/drives/{drive.id}/budget").text
    new = {"name": "Appeal", "estimate": "605"}
    assert charlie.post(f"/staff/drives/{drive.id}/budget", data=new).status_code == 403
    assert charlie.post(f"/staff/budget-stages/{plan[0].id}/removals").status_code == 403


def test_software_writes_the_budget(case: Case, drive: Drive, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('alice')}"}
    place = f"/api/v1/drives/{drive.id}/budget"

    def ask(method: str, path: str, status: int, body: Any = None) -> Any:
        answer = client.open(path, method=method, json=body, headers=bearer)
        assert answer.status_code == status, answer.text
        return answer.get_json(silent=True)

    new = {"name": "Filing", "estimate": {"minor": 40_500, "currency": "USD"}, "phases": ["L200"]}
    made = ask("POST", f"{place}/stages", 201, new)
    assert (made["position"], made["phases"], made["is_bond"]) == (1, ["L200"], False)
    assert ask("POST", f"{place}/stages", 422, new)["errors"].keys() == {"name"}
    risen = {"estimate": {"minor": 60_500, "currency": "USD"}, "version": made["version"]}
    assert ask("PATCH", f"/api/v1/budget-stages/{made['id']}", 200, risen)["estimate"]["minor"] == 60_500
    assert ask("PATCH", f"/api/v1/budget-stages/{made['id']}", 409, risen)["code"] == "edited_meanwhile"
    history = ask("GET", f"/api/v1/budget-stages/{made['id']}/estimates", 200)
    assert [each["amount"]["minor"] for each in history] == [40_500, 60_500]
    expense = claim(case)
    ask("PUT", f"/api/v1/expenses/{expense.id}/stage", 200, {"stage_id": made["id"]})
    (told,) = ask("GET", place, 200)["stages"]
    assert told["costs"] == {"invoiced_minor": 40_500, "approved_minor": 0, "paid_minor": 0}
    ask("POST", f"{place}/orders", 201, {"stage_ids": [made["id"]]})
    ask("DELETE", f"/api/v1/budget-stages/{made['id']}", 204)
    (listed,) = ask("GET", f"{place}/stages", 200)
    assert listed["dropped_on"] is not None
