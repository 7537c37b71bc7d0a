"""The same verbs for software: statuses, problem+json that names the field, scopes, foreign ids."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from campaigns.funds import ledger
from campaigns.funds.ledger import BOND_DEPOSIT, LEGAL_COSTS
from legal.costs.expense import Expense
from legal.hours.time_entry import TimeEntry
from tests.legal.conftest import Case, usd


@dataclass
class Software:
    """A program with one token."""

    client: FlaskClient
    secret: str

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self._headers)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self._headers)

    def put(self, path: str, body: Any) -> TestResponse:
        return self.client.put(f"/api/v1{path}", json=body, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


Of = Callable[..., Software]


@pytest.fixture
def of(case: Case, client: FlaskClient) -> Of:
    """Software with a token that this person made, with these scopes (all when none is named)."""
    return lambda name, *scopes: Software(client, case.bearer(name, *scopes))


def entry_body(case: Case, **changed: Any) -> dict[str, Any]:
    plain = {
        "matter_id": case.matter.id,
        "timekeeper_id": case.bobs.id,
        "worked_on": "2022-07-10",
        "minutes": 18,
        "task_code": "L210",
        "activity_code": "A103",
        "narrative": "Draft the petition",
    }
    return {name: value for name, value in (plain | changed).items() if value is not None}


def test_an_entry_is_written_submitted_approved_and_valued_again(case: Case, of: Of) -> None:
    bob, dana = of("bob"), of("dana")
    written = bob.post("/time-entries", entry_body(case))
    assert written.status_code == 201
    entry = written.get_json()
    assert (entry["units_tenths"], entry["state"], entry["warnings"]) == (3, "draft", [])
    path = f"/time-entries/{entry['id']}"
    assert bob.post(f"{path}/submissions").get_json()["state"] == "submitted"
    assert bob.post(f"{path}/approvals").status_code == 403
    assert dana.post(f"{path}/approvals").status_code == 201
    assert bob.get(path).get_json()["state"] == "approved"
    valued = dana.post(f"{path}/valuations", {}).get_json()
    assert (valued["number"], valued["value"]) == (2, {"minor": 7049, "currency": "USD"})


def test_bad_input_is_a_problem_that_names_the_field(
    session: Session, case: Case, of: Of, subtests: pytest.Subtests
) -> None:
    for changed, field in [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"minutes": "72"}, "minutes"),
        ({"minutes": 1.5}, "minutes"),
        ({"minutes": None}, "duration"),
        ({"duration": "1h"}, "minutes"),
        ({"minutes": None, "duration": "soon"}, "duration"),
        ({"minutes": None, "duration": 72}, "duration"),
        ({"task_code": "L100"}, "task_code"),
        ({"task_code": "L999"}, "task_code"),
        ({"task_code": "E112"}, "task_code"),
        ({"activity_code": "A999"}, "activity_code"),
        ({"worked_on": "2999-01-01"}, "worked_on"),
        ({"worked_on": "20031301"}, "worked_on"),
        ({"narrative": ""}, "narrative"),
        ({"wage": 7}, "wage"),
    ]:
        with subtests.test(changed=changed, field=field):
            answer = of("bob").post("/time-entries", entry_body(case, **changed))
            assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
            assert list(answer.get_json()["errors"]) == [field]
            assert session.scalar(select(func.count()).select_from(TimeEntry)) == 0


def test_a_body_that_is_no_json_is_refused(case: Case, client: FlaskClient) -> None:
    answer = client.post(
        "/api/v1/time-entries",
        data=b"{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {case.bearer('bob')}"},
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["detail"] == "The body is not JSON."


def test_a_body_that_is_no_object_is_refused(
    session: Session, case: Case, of: Of, subtests: pytest.Subtests
) -> None:
    for body in [[1], [], "1h", 7, None]:
        with subtests.test(body=body):
            answer = of("bob").post("/time-entries", body)
            assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
            if body is not None:
                assert answer.get_json()["errors"] == {"_": ["Send one JSON object."]}
            assert session.scalar(select(func.count()).select_from(TimeEntry)) == 0


def test_a_day_over_sixteen_hours_is_written_with_a_warning(case: Case, of: Of) -> None:
    body = entry_body(case, minutes=None, duration="16h 1m")
    assert of("bob").post("/time-entries", body).get_json()["warnings"] == [
        "This day now has 16h 1m. Please check it."
    ]


def test_an_entry_is_corrected_returned_and_thrown_away_within_its_states(case: Case, of: Of) -> None:
    bob, dana = of("bob"), of("dana")
    path = f"/time-entries/{bob.post('/time-entries', entry_body(case)).get_json()['id']}"
    work = entry_body(case, matter_id=None, timekeeper_id=None, minutes=30)
    assert bob.put(path, work).get_json()["units_tenths"] == 5
    bob.post(f"{path}/submissions")
    locked = bob.put(path, work)
    assert (locked.status_code, locked.get_json()["code"]) == (409, "entry_locked")
    assert dana.post(f"{path}/returns", {"reason": "Which section?"}).status_code == 201
    assert dana.post(f"{path}/approvals").get_json()["code"] == "illegal_transition"


def test_entries_come_in_pieces_and_by_state(case: Case, of: Of) -> None:
    ids = [case.record(minutes=6).id for _each in range(3)]
    case.submit(minutes=6)
    bob = of("bob")
    first = bob.get("/time-entries", state="draft", limit=2).get_json()
    rest = bob.get("/time-entries", state="draft", limit=2, cursor=first["next_cursor"]).get_json()
    assert sorted(each["id"] for each in first["items"] + rest["items"]) == sorted(ids)
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("verb", ["", "/submissions", "/approvals", "/valuations"])
def test_another_organisation_s_entry_is_not_found(case: Case, of: Of, verb: str) -> None:
    path = f"/time-entries/{case.submit().id}{verb}"
    charlie = of("charlie")
    answer = charlie.post(path, {} if verb == "/valuations" else None) if verb else charlie.get(path)
    assert answer.status_code == 404


def test_another_organisation_s_timekeeper_and_matter_are_not_found(case: Case, of: Of) -> None:
    for field, foreign in (("timekeeper_id", case.charlies.id), ("matter_id", "matter_x")):
        answer = of("bob").post("/time-entries", entry_body(case, **{field: foreign}))
        assert (answer.status_code, list(answer.get_json()["errors"])) == (404, [field])
        assert answer.get_json()["detail"].startswith(f"{field}: There is no such thing")
    assert of("bob").get("/matters/matter_x").status_code == 404


def test_a_token_without_the_scope_is_told_so(case: Case, of: Of) -> None:
    answer = of("bob", "hours.view").post("/time-entries", entry_body(case))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    "path", ["/time-entries", "/matters", "/timekeepers", "/expenses", "/bonds", "/rates", "/utbms-codes"]
)
def test_nothing_is_read_without_a_token(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401


def test_the_codes_carry_an_etag(case: Case, of: Of, client: FlaskClient) -> None:
    bob = of("bob")
    answer = bob.get("/utbms-codes")
    codes = answer.get_json()
    assert len(codes) == 73
    assert {"code": "L210", "kind": "task", "name": "Pleading", "phase": "L200"} in codes
    assert len(bob.get("/utbms-codes", kind="task").get_json()) == 29
    again = client.get(
        "/api/v1/utbms-codes",
        headers={"Authorization": f"Bearer {bob.secret}", "If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_hours_of_a_day_are_valued_and_a_missing_year_is_a_conflict(case: Case, of: Of) -> None:
    bob = of("bob")
    valued = bob.get("/rates", matrix="eaja", on="2022-07-10", hours="0.3").get_json()
    assert (valued["rate"]["minor"], valued["value"]["minor"], valued["hours"]) == (23495, 7049, "0.3")
    missing = bob.get("/rates", on="2026-01-01", hours="1")
    assert (missing.status_code, missing.get_json()["code"]) == (409, "rate_year_missing")


def test_a_rate_for_nothing_sensible_is_refused_by_name(
    case: Case, of: Of, subtests: pytest.Subtests
) -> None:
    for query, field in [
        ({"on": "2022-07-10", "hours": "0.35"}, "hours"),
        ({"on": "2022-07-10", "hours": "-1"}, "hours"),
        ({"on": "2022-07-10", "hours": "NaN"}, "hours"),
        ({"on": "2022-13-01", "hours": "1"}, "on"),
        ({"on": "2022-07-10", "hours": "1", "matrix": "laffey"}, "matrix"),
    ]:
        with subtests.test(query=query, field=field):
            answer = of("bob").get("/rates", **query)
            assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def cost_body(case: Case, amount: Any = None) -> dict[str, Any]:
    return {
        "matter_id": case.matter.id,
        "fund_id": case.fund.id,
        "expense_code": "E112",
        "amount": amount or {"minor": 40_500, "currency": "USD"},
        "incurred_on": "2025-06-02",
        "description": "Filing fee",
    }


def test_a_cost_is_claimed_approved_and_paid(case: Case, of: Of) -> None:
    bob, frida = of("bob"), of("frida")
    case.give(usd("1000"))
    claimed = bob.post("/expenses", cost_body(case)).get_json()
    assert (claimed["state"], claimed["category"]) == ("pending", "court_fees")
    path = f"/expenses/{claimed['id']}"
    assert frida.post(f"{path}/approvals").get_json()["amount"] == claimed["amount"]
    assert frida.post(f"{path}/payments").status_code == 201
    assert bob.get(path).get_json()["state"] == "paid"
    assert ledger.balance(case.fund.id, [LEGAL_COSTS], "USD") == usd("405")


def test_an_amount_that_is_none_is_refused_by_name(
    session: Session, case: Case, of: Of, subtests: pytest.Subtests
) -> None:
    for amount in [
        {"minor": 0, "currency": "USD"},
        {"minor": -1, "currency": "USD"},
        {"minor": 10.5, "currency": "USD"},
        {"minor": True, "currency": "USD"},
        {"minor": 10**30, "currency": "USD"},
        {"minor": 100, "currency": "XXX"},
        {"minor": 100, "currency": "EUR"},
        {"minor": 100},
        12.5,
        "twelve",
    ]:
        with subtests.test(amount=amount):
            answer = of("bob").post("/expenses", cost_body(case, amount))
            assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["amount"])
            assert session.scalar(select(func.count()).select_from(Expense)) == 0


def test_a_fund_that_has_too_little_is_a_conflict(case: Case, of: Of) -> None:
    frida = of("frida")
    path = f"/expenses/{of('bob').post('/expenses', cost_body(case)).get_json()['id']}"
    frida.post(f"{path}/approvals")
    answer = frida.post(f"{path}/payments")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "fund_too_small")


def test_a_bond_is_asked_for_approved_and_posted(case: Case, of: Of) -> None:
    bob, frida = of("bob"), of("frida")
    case.give(usd("8000"))
    body = {"matter_id": case.matter.id, "fund_id": case.fund.id, "amount": "8000"}
    path = f"/bonds/{bob.post('/bonds', body).get_json()['id']}"
    assert bob.post(f"{path}/approvals").status_code == 404
    assert frida.post(f"{path}/approvals").status_code == 201
    assert frida.post(f"{path}/postings").status_code == 201
    assert ledger.balance(case.fund.id, [BOND_DEPOSIT], "USD") == usd("8000")


def test_a_matter_its_counsel_and_timekeepers_are_made_and_listed(case: Case, of: Of) -> None:
    bob = of("bob")
    body = {"campaign_id": case.campaign.id, "title": "Appeal", "opened_on": "2025-10-01"}
    matter = bob.post("/matters", body).get_json()
    joining = {"organisation_id": case.cast.llano.id, "part": "co_counsel"}
    assert bob.post(f"/matters/{matter['id']}/counsel", joining).status_code == 201
    counsel = bob.get(f"/matters/{matter['id']}/counsel").get_json()
    assert [each["part"] for each in counsel] == ["lead_counsel", "co_counsel"]
    pilar = bob.post("/timekeepers", {"name": "Pilar", "classification": "PARALG"})
    assert pilar.status_code == 201
    names = [each["name"] for each in bob.get("/timekeepers").get_json()["items"]]
    assert names[0] == "Pilar"
    assert len(bob.get("/matters").get_json()["items"]) == 2
