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
    assert {share["gift_id"]: share["outcome"] for share in plan["shares"]} == {
        gift.id: "back" for gift in gifts
    }
    assert sum(share["amount_minor"] for share in plan["shares"]) == plan["reckoning"]["left"]["minor"]
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
