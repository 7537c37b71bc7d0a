"""A screened person does not know of the matter: not on any page, list, export, choice, audit entry or address."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from legal.hours.approving import count_approvable
from legal.hours.time_entry import entries_of
from legal.matters.matter import get_matter, list_matters
from legal.matters.screening import lift_screen, raise_screen
from staff import audit
from staff.audit import AuditEvent
from tests.legal.conftest import Case, send


def screen(case: Case, name: str = "alice", **changed: object) -> str:
    member = case.dana if name == "dana" else getattr(case.cast, name)
    terms = {"reason": "Represented the other side", "from_on": date(2025, 1, 1), **changed}
    with transaction():
        return raise_screen(
            case.actor("bob"),
            case.matter.id,
            member_id=member.id,
            **terms,  # pyright: ignore[reportArgumentType]
        ).id


def test_even_the_owner_finds_nothing_of_it_anywhere(
    session: Session, case: Case, sign_in: Callable[..., FlaskClient], client: FlaskClient
) -> None:
    entry = case.submit()
    owner = sign_in(case.cast.alice)
    bearer = {"Authorization": f"Bearer {case.bearer('alice')}"}
    addresses = (
        f"/staff/matters/{case.matter.id}",
        f"/staff/matters/{case.matter.id}/file",
        f"/staff/hours/{entry.id}",
        f"/api/v1/matters/{case.matter.id}",
        f"/api/v1/matters/{case.matter.id}/counsel",
        f"/api/v1/time-entries/{entry.id}",
        f"/api/v1/matters/{case.matter.id}/ledes?from=2025-07-01&to=2025-07-31",
    )
    lists = (
        "/staff/matters",
        "/staff/matters?q=Petition",
        "/staff/hours",
        "/staff/hours.csv",
        "/staff/hours/approvals",
        "/staff/expenses",
        "/staff/audit",
        "/staff/audit.csv",
        "/api/v1/matters",
        "/api/v1/time-entries",
    )
    telling = ("Petition and bond", case.matter.id, entry.id, "Draft the petition")
    assert owner.get(addresses[0]).status_code == 200
    screen_id = screen(case)
    for address in addresses:
        answer = owner.get(address, headers=bearer if address.startswith("/api") else None)
        assert answer.status_code == 404, address
    for address in lists:
        answer = owner.get(address, headers=bearer if address.startswith("/api") else None)
        assert answer.status_code == 200, address
        assert [words for words in (*telling, screen_id) if words in answer.text] == [], address
    tried = session.scalars(select(AuditEvent).where(AuditEvent.verb == "matter.denied")).all()
    assert len(tried) == len(addresses)
    assert {each.subject for each in tried} == {case.matter.id}


def test_others_read_on_and_see_who_tried(case: Case, sign_in: Callable[..., FlaskClient]) -> None:
    case.submit()
    screen(case)
    sign_in(case.cast.alice).get(f"/staff/matters/{case.matter.id}")
    assert sign_in(case.dana).get(f"/staff/matters/{case.matter.id}").status_code == 200
    assert count_approvable(case.actor("dana")) == 1
    finance = sign_in(case.cast.frida).get("/staff/audit").text
    assert case.matter.id in finance


def test_a_stranger_gets_the_same_answer_and_leaves_no_trace(
    session: Session, case: Case, client: FlaskClient
) -> None:
    screen(case)
    mine = client.get(
        f"/api/v1/matters/{case.matter.id}", headers={"Authorization": f"Bearer {case.bearer('alice')}"}
    )
    nothing = client.get(
        "/api/v1/matters/matter_none", headers={"Authorization": f"Bearer {case.bearer('alice')}"}
    )
    assert (mine.status_code, mine.get_json()) == (nothing.status_code, nothing.get_json())
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.verb == "matter.denied")).all()) == 1


def test_a_screen_holds_for_the_person_s_tokens_and_in_every_organisation(case: Case) -> None:
    screen(case, "dana")
    for actor in (case.actor("dana"), case.token("dana")):
        assert list_matters(actor) == []
        with pytest.raises(NotFound):
            get_matter(actor, case.matter.id)


def test_a_screen_begins_and_ends_on_its_days(case: Case) -> None:
    today = clock.today()
    screen(case, "dana", from_on=today + timedelta(days=1))
    assert list_matters(case.actor("dana")) != []
    screen(case, "dana", from_on=today - timedelta(days=9), until_on=today)
    assert list_matters(case.actor("dana")) != []
    standing = screen(case, "dana", from_on=today)
    assert list_matters(case.actor("dana")) == []
    with pytest.raises(NotFound), transaction():
        lift_screen(case.actor("dana"), standing)
    with transaction():
        lift_screen(case.actor("bob"), standing)
    assert list_matters(case.actor("dana")) != []
    with pytest.raises(Conflict), transaction():
        lift_screen(case.actor("bob"), standing)


def test_a_screen_needs_a_colleague_a_reason_and_days_in_order(case: Case) -> None:
    with pytest.raises(Invalid) as caught, transaction():
        raise_screen(
            case.actor("bob"),
            case.matter.id,
            member_id=case.cast.charlie.id,
            reason=" ",
            from_on=date(2025, 2, 1),
            until_on=date(2025, 2, 1),
        )
    assert set(caught.value.errors) == {"member_id", "reason", "until_on"}


def test_the_trail_hides_from_the_screened_alone(session: Session, case: Case) -> None:
    screen(case)
    subjects = [each.subject for each in session.scalars(audit.events_of(case.actor("alice")))]
    assert case.matter.id not in subjects
    assert case.matter.id in [each.subject for each in session.scalars(audit.events_of(case.actor("frida")))]
    assert entries_of(case.actor("frida")) is not None


@pytest.mark.once
def test_a_screen_is_raised_and_lifted_on_the_file_s_page(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    page = sign_in(case.cast.bob)
    at = f"/staff/matters/{case.matter.id}/screens"
    assert send(page, at, {"member_id": case.dana.id, "from_on": "2025-01-01"}).status_code == 422
    typed = {"member_id": case.dana.id, "from_on": "2025-01-01", "reason": "Other side"}
    assert send(page, at, typed).status_code == 302
    shown = page.get(f"/staff/matters/{case.matter.id}/file").text
    assert "Lift this screen" in shown
    lifts = shown.split('action="/staff/matters/screens/')[1].split('"')[0]
    assert send(page, f"/staff/matters/screens/{lifts}").status_code == 302
    assert "Lift this screen" not in page.get(f"/staff/matters/{case.matter.id}/file").text
