"""Published fees by day with a warning on a difference, and gifts in kind that move no cash figure."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds.funding import balances
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid
from core.money import Money
from legal.costs.fee_schedule import fee_warning, fees_on
from legal.costs.in_kind import (
    STATES,
    TRANSITIONS,
    Given,
    InKindCost,
    InKindDecision,
    decide_in_kind,
    record_in_kind,
)
from legal.reports.transparency import public_legal
from staff.member import Member
from tests.legal.conftest import Case, send, usd
from tests.legal.test_claiming import claim

SignIn = Callable[[Member], FlaskClient]


def test_a_fee_is_that_of_its_day(
    case: Case,
    subtests: pytest.Subtests,
) -> None:
    for key, day, amount in [
        ("us_district_court/habeas", date(2025, 6, 4), "5.00"),
        ("us_district_court/civil_action", date(2025, 6, 20), "405.00"),
        ("us_district_court/civil_action", date(2023, 12, 1), "405.00"),
        ("us_district_court/civil_action", date(2023, 11, 30), "402.00"),
        ("us_district_court/civil_action", date(2020, 11, 30), "400.00"),
        ("us_district_court/circuit_appeal", date(2025, 1, 1), "605.00"),
        ("bia/appeal", date(2025, 6, 30), "110.00"),
        ("bia/appeal", date(2025, 8, 1), "1010.00"),
        ("bia/custody_appeal", date(2025, 8, 1), "0.00"),
    ]:
        with subtests.test(key=key, day=day, amount=amount):
            assert fees_on(case.cast.refugio.id, day)[key].amount == usd(amount)


def test_a_day_without_a_row_has_no_fee(case: Case) -> None:
    assert "bia/appeal" not in fees_on(case.cast.refugio.id, date(2025, 7, 15))


@pytest.mark.parametrize(
    ("changed", "warns"),
    [
        ({"fee_item": "us_district_court/civil_action"}, False),
        ({"fee_item": "us_district_court/habeas"}, True),
        ({"fee_item": "us_district_court/civil_action", "incurred_on": date(2023, 1, 1)}, True),
        ({"fee_item": "moon/landing"}, True),
        ({}, False),
        ({"amount": usd("406")}, True),
        ({"amount": usd("406"), "expense_code": "E123"}, False),
    ],
)
def test_a_claim_that_differs_is_warned_about_and_written(
    case: Case, changed: dict[str, Any], warns: bool
) -> None:
    assert bool(fee_warning(claim(case, **changed))) is warns


def test_the_warning_is_seen_by_who_approves_and_by_software(
    case: Case, sign_in: SignIn, client: FlaskClient
) -> None:
    expense = claim(case, amount=usd("406"), fee_item="us_district_court/civil_action")
    assert "The fee schedule says $405" in sign_in(case.cast.frida).get(f"/staff/expenses/{expense.id}").text
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    assert len(client.get(f"/api/v1/expenses/{expense.id}", headers=bearer).get_json()["warnings"]) == 1


HEAD = "authority,item,name,amount,valid_from,valid_to,source\n"
ROW = "us_district_court,civil_action,Filing a civil action,410.00,2026-01-01,,https://example.org\n"


def test_staff_load_a_newer_schedule_which_counts_for_them_alone(case: Case, sign_in: SignIn) -> None:
    frida = sign_in(case.cast.frida)
    assert send(frida, "/staff/fees", {"rows": HEAD + ROW}).status_code == 302
    assert "$410" in frida.get("/staff/fees?on=2026-02-01").text
    assert "$405" in frida.get("/staff/fees?on=2025-12-31").text
    assert fees_on(case.cast.llano.id, date(2026, 2, 1))["us_district_court/civil_action"].amount == usd(
        "405"
    )
    assert send(sign_in(case.cast.bob), "/staff/fees", {"rows": HEAD + ROW}).status_code == 403


def test_rows_that_do_not_hold_are_named_and_none_is_loaded(
    case: Case, sign_in: SignIn, subtests: pytest.Subtests
) -> None:
    for rows, said in [
        ("a,b\n", "The first line must be"),
        (HEAD, "There is no row in it"),
        (HEAD + ROW + ROW.replace("410.00", "ten"), "Line 3, amount"),
        (HEAD + ROW.replace("2026-01-01", "soon"), "Line 2, valid_from"),
        (HEAD + ROW.replace("https://example.org", ""), "Line 2, source"),
        (HEAD + "x,y\n", "Line 2"),
        (HEAD + ROW.replace(",,", ",2025-01-01,"), "ends before it begins"),
    ]:
        with subtests.test(rows=rows, said=said):
            answer = send(sign_in(case.cast.frida), "/staff/fees", {"rows": rows})
            assert (answer.status_code, said in answer.text) == (422, True)
            assert fees_on(case.cast.refugio.id, date(2026, 2, 1))[
                "us_district_court/civil_action"
            ].amount == usd("405")


def test_software_loads_and_reads_fees(case: Case, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    fee = {
        "authority": "county",
        "item": "copy",
        "name": "A copy",
        "amount": {"minor": 50, "currency": "USD"},
        "valid_from": "2026-01-01",
        "source": "https://example.org",
    }
    assert client.post("/api/v1/fees", json={"fees": [fee]}, headers=bearer).get_json() == {"rows": 1}
    assert (
        client.post("/api/v1/fees", json={"fees": [fee | {"source": ""}]}, headers=bearer).status_code == 422
    )
    found = client.get("/api/v1/fees?on=2026-02-01", headers=bearer).get_json()
    assert "copy" in {each["item"] for each in found}


def given_in_kind(case: Case, by: str = "bob", **changed: object) -> InKindCost:
    plain: dict[str, object] = {
        "category": "interpreters",
        "value": usd("390"),
        "given_on": date(2025, 8, 14),
        "description": "Interpreter at two hearings",
        "method": "6 hours at the usual 65.00",
    }
    with transaction():
        return record_in_kind(
            case.actor(by),
            matter_id=case.matter.id,
            given=Given(**(plain | changed)),  # pyright: ignore[reportArgumentType]
        )


def decide(case: Case, row: InKindCost, by: str = "frida", *, accept: bool = True) -> None:
    with transaction():
        decide_in_kind(case.actor(by), row.id, accept=accept)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("category", {"category": "lunch"}),
        ("value", {"value": usd("0")}),
        ("given_on", {"given_on": date(2999, 1, 1)}),
        ("description", {"description": " "}),
        ("method", {"method": ""}),
    ],
)
def test_a_gift_in_kind_that_breaks_a_rule_names_its_field(
    case: Case, field: str, changed: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as caught:
        given_in_kind(case, **changed)
    assert list(caught.value.errors) == [field]


def test_nobody_accepts_what_they_wrote_down(session: Session, case: Case) -> None:
    row = given_in_kind(case, by="alice")
    with pytest.raises(Forbidden):
        decide(case, row, by="alice")
    session.add(
        InKindDecision(
            in_kind_id=row.id,
            recorded_by_id=row.recorded_by_id,
            decided_by_id=row.recorded_by_id,
            is_accepted=True,
        )
    )
    with pytest.raises(IntegrityError, match="not_the_recorder"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("before", STATES)
def test_every_illegal_step_of_a_gift_in_kind_is_a_conflict(case: Case, before: str) -> None:
    row = given_in_kind(case)
    if before != "pending":
        decide(case, row, accept=before == "accepted")
    assert row.state == before
    for after in ("accepted", "rejected"):
        if (before, after) in TRANSITIONS:
            continue
        with pytest.raises(Conflict) as caught:
            decide(case, row, accept=after == "accepted")
        assert (caught.value.code, row.state) == ("illegal_transition", before)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 10**9))
def test_no_value_in_kind_moves_a_cash_figure(case: Case, minor: int) -> None:
    before, public = balances(case.fund), public_legal(case.campaign.id)
    decide(case, given_in_kind(case, value=Money(minor, "USD")))
    after = public_legal(case.campaign.id)
    assert (balances(case.fund), after.cash_spent, after.bond_held) == (
        before,
        public.cash_spent,
        public.bond_held,
    )


def test_the_page_and_the_api_take_gifts_in_kind(
    session: Session, case: Case, sign_in: SignIn, client: FlaskClient
) -> None:
    bob, frida = sign_in(case.cast.bob), sign_in(case.cast.frida)
    typed = {
        "matter_id": case.matter.id,
        "category": "experts",
        "value": "1800",
        "given_on": "2025-09-18",
        "description": "Country expert",
        "method": "Quote of another expert",
    }
    assert send(bob, "/staff/in-kind", typed | {"value": "-1"}).status_code == 422
    send(bob, "/staff/in-kind", typed)
    row = session.scalars(select(InKindCost)).one()
    session.commit()  # ends the reading, which would else take back what comes after it
    assert send(bob, f"/staff/in-kind/{row.id}/decisions", {"accept": "true"}).status_code == 403
    send(frida, f"/staff/in-kind/{row.id}/decisions", {"accept": "true"})
    assert "Accepted" in bob.get("/staff/in-kind").text
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    answer = client.post(f"/api/v1/in-kind-costs/{row.id}/decisions", json={"accept": True}, headers=bearer)
    assert answer.status_code == 409
    body = typed | {"value": {"minor": 100, "currency": "USD"}}
    assert client.post("/api/v1/in-kind-costs", json=body | {"method": ""}, headers=bearer).status_code == 422
    writer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    assert client.post("/api/v1/in-kind-costs", json=body, headers=writer).status_code == 201
    assert len(client.get("/api/v1/in-kind-costs", headers=bearer).get_json()["items"]) == 2
