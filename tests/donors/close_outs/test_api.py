"""Closing out for software: it begins, chooses, looks and asks; a person confirms; it sees how far the work is."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from core.db import transaction
from staff.access import actor_for
from staff.issuing import SCOPES, issue
from tests.conftest import Cast
from tests.donors.close_outs.conftest import WHY, Desk, Paid
from tests.donors.close_outs.test_properties import settled

Ask = Callable[..., Any]


@pytest.fixture
def ask(session: Session, cast: Cast, client: FlaskClient) -> Ask:
    """Send a request as software of Frida's (or of another's) with every scope; checks the status."""
    session.commit()
    secrets: dict[str, str] = {}

    def send(method: str, path: str, *, expect: int = 200, who: str = "alice", **more: Any) -> Any:
        session.commit()
        if who not in secrets:
            with transaction():
                secrets[who] = issue(actor_for(getattr(cast, who)), name=who, scopes=list(SCOPES))[1]
        headers = {"Authorization": f"Bearer {secrets[who]}"}
        answer = client.open(f"/api/v1{path}", method=method, headers=headers, **more)
        assert answer.status_code == expect, answer.text
        return answer.json if answer.data else None

    return send


def test_from_begin_to_end(
    paid: Paid, desk: Desk, drive: Drive, session: Session, ask: Ask, other_fund: Fund
) -> None:
    gifts = [paid("50"), paid("25", email="bea@example.org")]
    place = f"/drives/{drive.id}/close-out"
    assert ask("POST", place, expect=409)["code"] == "not_closed"
    ask("GET", place, expect=404)
    desk.close()
    out = f"/close-outs/{ask('POST', place, expect=201)['id']}"
    plan = ask("GET", f"{out}/preview")
    (part,) = plan["parts"]
    assert (plan["is_complete"], part["choice"], part["gifts"]) == (False, None, 2)
    assert ask("POST", f"{out}/approval-requests", expect=409)["code"] == "not_chosen"
    choice = f"{out}/choices/{part['clause_id']}"
    assert list(ask("PUT", choice, expect=422, json={"way": "move", "why": WHY})["errors"]) == ["to_fund_id"]
    assert list(ask("PUT", choice, expect=422, json={"way": "refund"})["errors"]) == ["why"]
    ask("PUT", choice, json={"way": "refund", "why": WHY, "to_fund_id": other_fund.id})
    plan = ask("GET", f"{out}/preview")
    shares = ask("GET", f"{out}/shares")["items"]
    assert {share["gift_id"]: share["outcome"] for share in shares} == {gift.id: "back" for gift in gifts}
    assert sum(share["amount_minor"] for share in shares) == plan["reckoning"]["left"]["minor"]
    proposal = ask("POST", f"{out}/approval-requests", expect=202)
    assert proposal["verb"] == "drive.close_out"
    assert ask("GET", out)["state"] == "draft"
    session.commit()
    answer = desk.frida.post(f"/staff/approvals/{proposal['id']}/confirmation")  # Alice's software asked
    assert answer.status_code == 303, answer.text
    done = ask("GET", place)
    assert (done["state"], done["returned_minor"]) == ("done", plan["reckoning"]["left"]["minor"])
    assert done["progress"] == {"refunds": 2, "refunds_done": 2, "donors": 2, "donors_written_to": 2}
    assert ask("DELETE", out, expect=409)["code"] == "not_in_preparation"


def test_it_is_taken_back_and_nobody_elses(paid: Paid, desk: Desk, drive: Drive, ask: Ask) -> None:
    paid("50")
    desk.close()
    place = f"/drives/{drive.id}/close-out"
    out = f"/close-outs/{ask('POST', place, expect=201)['id']}"
    ask("POST", place, expect=404, who="charlie")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/preview"), ("POST", "/approval-requests")):
        ask(method, out + path, expect=404, who="charlie")
    ask("DELETE", out, expect=204)
    ask("GET", place, expect=404)
    assert ask("GET", out)["state"] == "undone"


def test_shares_come_in_pieces_before_and_after(
    paid: Paid, desk: Desk, drive: Drive, session: Session, ask: Ask, other_fund: Fund
) -> None:
    """More gifts than one piece holds: each share once, whatever the size of a piece, planned and kept."""
    first = paid("50")
    clause_id = str(first.surplus_clause_id)
    gifts = [first, *(settled(drive, first.donor_id, clause_id, (1000 + n, 0, 0)) for n in range(60))]
    session.commit()
    desk.close()
    out = f"/close-outs/{ask('POST', f'/drives/{drive.id}/close-out', expect=201)['id']}"

    def shares(limit: int | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        asked: dict[str, Any] = {} if limit is None else {"limit": limit}
        while True:
            piece = ask("GET", f"{out}/shares", query_string=asked)
            assert len(piece["items"]) <= (limit or 50)
            found += piece["items"]
            if piece["next_cursor"] is None:
                return found
            asked["cursor"] = piece["next_cursor"]

    planned = shares()
    assert sorted(each["gift_id"] for each in planned) == sorted(gift.id for gift in gifts)
    assert {each["outcome"] for each in planned} == {""}
    left = ask("GET", f"{out}/preview")["reckoning"]["left"]["minor"]
    assert sum(each["amount_minor"] for each in planned) == left
    ask("PUT", f"{out}/choices/{clause_id}", json={"way": "move", "why": WHY, "to_fund_id": other_fund.id})
    proposal = ask("POST", f"{out}/approval-requests", expect=202)
    session.commit()
    assert desk.frida.post(f"/staff/approvals/{proposal['id']}/confirmation").status_code == 303
    for kept in (shares(), shares(limit=7), shares(limit=61)):
        assert [(each["gift_id"], each["amount_minor"]) for each in kept] == [
            (each["gift_id"], each["amount_minor"]) for each in planned
        ]
        assert {(each["outcome"], each["to_fund_id"]) for each in kept} == {("moved", other_fund.id)}
    for bad in ({"cursor": "nonsense"}, {"limit": 0}, {"limit": 201}):
        assert list(ask("GET", f"{out}/shares", expect=422, query_string=bad)["errors"]) == list(bad)
    ask("GET", f"{out}/shares", expect=404, who="charlie")
