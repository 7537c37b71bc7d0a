"""A matter's file: conflict checks that say whom to ask, sealed facts, phases, rounding from a day on, agreements."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.clients.identity import seal_identity
from campaigns.clients.name_digest import digests_of
from campaigns.partner import Partner
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from legal.hours.rounding_version import policy_on, set_rounding
from legal.hours.sharing import share_entries, shared_with
from legal.matters.agreement import accept_agreement, end_agreement, record_agreement
from legal.matters.engaging import Intake, MatterTerms, open_matter
from legal.matters.facts import open_facts, seal_facts
from legal.matters.intake import PossibleConflict, check_conflicts, note_parties
from legal.matters.phase import enter_phase, list_phases
from staff.audit import AuditEvent
from tests.legal.conftest import Case, send


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("Ana García López", "garcia  ANA", True),
        ("García López, Ana", "Ana Garcia", True),
        ("Ana de la García", "Ana García", True),
        ("Ana García", "Ana López", False),
        ("Acme", "ACME", True),
        ("Acme", "Acme Holding", False),
    ],
)
def test_names_meet_without_case_accents_order_and_second_surnames(
    session: Session, one: str, other: str, meet: bool
) -> None:
    with transaction():
        assert bool(digests_of(one) & digests_of(other)) is meet


def test_a_check_says_whom_to_ask_and_nothing_else(session: Session, case: Case) -> None:
    with transaction():
        note_parties(case.actor("bob"), case.matter.id, ["Rupert Quillfeather"])
        contacts = check_conflicts(case.actor("charlie"), ["QUILLFEATHER, Rupert"])
    assert [(each.organisation, each.name) for each in contacts] == [("Refugio Legal Project", "Alice")]
    tables = ("party_digest", "audit_event", "name_key")
    kept = [str(row) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert [row for row in kept if "uillfeather" in row.casefold()] == []
    with transaction():
        assert check_conflicts(case.actor("charlie"), ["Somebody Else"]) == []


def test_intake_meets_another_organisation_s_sealed_client(case: Case) -> None:
    with transaction():
        seal_identity(case.actor("bob"), case.campaign.client_id or "", full_name="Zenobio Quintanar Ruelas")
        assert len(check_conflicts(case.actor("charlie"), ["Quintanar Zenobio"])) == 1
    terms = MatterTerms(title="Appeal", opened_on=date(2025, 5, 5))
    with transaction():  # the client's own campaign is no conflict with itself
        open_matter(case.actor("bob"), campaign_id=case.campaign.id, terms=terms)


def test_a_matter_with_a_possible_conflict_opens_only_when_somebody_says_it_is_cleared(
    session: Session, case: Case
) -> None:
    with transaction():
        note_parties(case.actor("bob"), case.matter.id, ["Rupert Quillfeather"])
        other = type(case.campaign)(
            organisation_id=case.cast.llano.id, slug="other", title="Another", client_id=None
        )
        session.add(other)
        session.flush()
        session.add(
            Partner(
                campaign_id=other.id, organisation_id=case.cast.llano.id, part="lead", accepted_at=clock.now()
            )
        )
    terms = MatterTerms(title="Defence", opened_on=date(2025, 5, 5))
    names = ("Rupert Quillfeather",)
    with pytest.raises(PossibleConflict) as caught, transaction():
        open_matter(case.actor("charlie"), campaign_id=other.id, terms=terms, intake=Intake(parties=names))
    assert "Refugio Legal Project" in caught.value.message
    assert "Petition" not in caught.value.message
    with transaction():
        open_matter(
            case.actor("charlie"),
            campaign_id=other.id,
            terms=terms,
            intake=Intake(parties=names, is_cleared=True),
        )


def test_sealed_facts_open_with_a_reason_on_the_record_and_are_not_in_the_clear(
    session: Session, case: Case
) -> None:
    bob = case.actor("bob")
    with transaction():
        seal_facts(
            bob, case.matter.id, court="W.D. Tex.", docket="5:25-cv-00913", opposing_counsel="US Attorney"
        )
    rows = session.execute(text("SELECT * FROM matter_facts")).all()
    assert "00913" not in str([tuple(row) for row in rows])
    for reason in ("short", "to file in 5:25-cv-00913"):
        with pytest.raises(Invalid), transaction():
            open_facts(bob, case.matter.id, reason=reason)
    with transaction():
        opened = open_facts(bob, case.matter.id, reason="To file the reply brief")
    assert (opened.docket, repr(opened)) == ("5:25-cv-00913", "<OpenedFacts>")
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "matter.facts_opened"))
    assert event.reason == "To file the reply brief"
    with pytest.raises(Forbidden), transaction():
        open_facts(case.actor("frida"), case.matter.id, reason="I would like to know")
    with pytest.raises(Invalid), transaction():
        seal_facts(bob, case.matter.id, court="x" * 201)


def test_phases_stand_in_the_order_of_the_case(case: Case) -> None:
    with transaction():
        enter_phase(case.actor("bob"), case.matter.id, phase="L400", begins_on=date(2025, 9, 1))
        enter_phase(case.actor("bob"), case.matter.id, phase="L100", begins_on=date(2025, 5, 5))
    assert [each.phase for each in list_phases(case.matter.id)] == ["L100", "L400"]
    for phase, day in (("L110", date(2025, 6, 1)), ("L200", date(2025, 5, 4)), ("L200", date(2025, 9, 1))):
        with pytest.raises(Invalid), transaction():
            enter_phase(case.actor("bob"), case.matter.id, phase=phase, begins_on=day)


def test_another_rounding_policy_holds_from_its_day_and_never_reaches_back(case: Case) -> None:
    before = case.record(minutes=61)
    today = clock.today()
    start = max(today, before.worked_on + timedelta(days=1))
    for policy, day in (("up", date(2025, 7, 1)), ("sideways", start)):
        with pytest.raises(Invalid), transaction():
            set_rounding(case.actor("bob"), case.matter.id, policy=policy, valid_from=day)
    with transaction():
        set_rounding(case.actor("bob"), case.matter.id, policy="up", valid_from=start)
    assert policy_on(case.matter, start - timedelta(days=1)) == "nearest"
    assert policy_on(case.matter, start) == "up"
    assert (before.units_tenths, before.rounding_policy) == (10, "nearest")
    with time_machine.travel(f"{start}T18:00:00Z", tick=False):
        after = case.record(minutes=61, worked_on=start)
    assert (after.units_tenths, after.rounding_policy) == (11, "up")


def test_narratives_are_read_under_an_agreement_both_have_joined_and_no_longer_than_it_holds(
    case: Case,
) -> None:
    entry = case.approve()
    bob, charlie = case.actor("bob"), case.actor("charlie")

    def read() -> list[str]:
        return [each.id for each in db.session.scalars(shared_with(charlie, case.matter.id))]

    with transaction():
        agreement = record_agreement(
            bob,
            case.matter.id,
            reference="Binder 4",
            signed_on=date(2025, 6, 1),
            organisation_ids=[case.cast.llano.id],
        )
        assert share_entries(bob, agreement.id) == 1
    assert read() == []
    with pytest.raises(Forbidden), transaction():
        share_entries(charlie, agreement.id)
    with transaction():
        accept_agreement(charlie, agreement.id)
    assert read() == [entry.id]
    with transaction():
        assert share_entries(bob, agreement.id) == 0
        end_agreement(bob, agreement.id)
    assert read() == []
    for again in (accept_agreement, end_agreement):
        with pytest.raises(Conflict), transaction():
            again(charlie, agreement.id)
    with pytest.raises(Invalid), transaction():
        record_agreement(bob, case.matter.id, reference="", signed_on=date(2999, 1, 1), organisation_ids=[])


def test_software_keeps_the_file(case: Case, client: FlaskClient) -> None:
    bearer = {"Authorization": f"Bearer {case.bearer('bob')}"}
    llano = {"Authorization": f"Bearer {case.bearer('charlie')}"}
    at = f"/api/v1/matters/{case.matter.id}"

    def post(path: str, body: object = None, who: dict[str, str] = bearer) -> int:
        return client.post(path, json=body, headers=who).status_code

    assert client.put(f"{at}/facts", json={"docket": "5:25-cv-1"}, headers=bearer).status_code == 204
    opened = client.post(f"{at}/facts/openings", json={"reason": "To file the reply"}, headers=bearer)
    assert (opened.get_json()["docket"], opened.headers["Cache-Control"]) == ("5:25-cv-1", "no-store")
    assert post(f"{at}/phases", {"phase": "L100", "begins_on": "2025-05-05"}) == 201
    assert [each["phase"] for each in client.get(f"{at}/phases", headers=bearer).get_json()] == ["L100"]
    start = (clock.today() + timedelta(days=3)).isoformat()
    assert post(f"{at}/rounding", {"policy": "up", "valid_from": start}) == 201
    assert post(f"{at}/parties", {"parties": ["Rupert Quillfeather"]}) == 201
    met = client.post("/api/v1/conflict-checks", json={"parties": ["Rupert Quillfeather"]}, headers=llano)
    assert [each["organisation"] for each in met.get_json()] == ["Refugio Legal Project"]
    assert post("/api/v1/conflict-checks", {"parties": [1]}) == 422
    case.approve()
    body = {"reference": "Binder 4", "signed_on": "2025-06-01", "organisation_ids": [case.cast.llano.id]}
    agreement = client.post(f"{at}/agreements", json=body, headers=bearer).get_json()["id"]
    assert post(f"/api/v1/agreements/{agreement}/acceptances", who=llano) == 201
    assert post(f"/api/v1/agreements/{agreement}/shares") == 201
    shared = client.get(f"{at}/shared-entries", headers=llano).get_json()["items"]
    assert [each["narrative"] for each in shared] == ["Draft the petition"]
    assert post(f"/api/v1/agreements/{agreement}/ends") == 201
    screened = client.post(
        f"{at}/screens",
        json={"member_id": case.dana.id, "reason": "Other side", "from_on": "2025-01-01"},
        headers=bearer,
    ).get_json()
    assert post(f"/api/v1/matters/screens/{screened['id']}/lifts") == 201


@pytest.mark.once
def test_the_file_s_page_takes_each_form_and_sends_no_secret_back(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    page, at = sign_in(case.cast.bob), f"/staff/matters/{case.matter.id}"
    assert send(page, f"{at}/facts", {"court": "W.D. Tex.", "docket": "5:25-cv-9"}).status_code == 302
    assert "5:25-cv-9" not in page.get(f"{at}/file").text
    opened = send(page, f"{at}/facts/openings", {"reason": "To file the reply"})
    assert ("5:25-cv-9" in opened.text, opened.headers["Cache-Control"]) == (True, "no-store")
    assert send(page, f"{at}/facts/openings", {"reason": "x"}).status_code == 422
    long = send(page, f"{at}/facts", {"docket": "7" * 101})
    assert (long.status_code, "7" * 101 in long.text) == (422, False)
    assert send(page, f"{at}/phases", {"phase": "L100", "begins_on": "2025-05-05"}).status_code == 302
    assert send(page, f"{at}/phases", {"phase": "L200", "begins_on": "2025-05-05"}).status_code == 422
    assert send(page, f"{at}/parties", {"parties": "Rupert Quillfeather\nAcme"}).status_code == 302
    typed = {"reference": "Binder 4", "signed_on": "2025-06-01", "organisation_ids": case.cast.llano.id}
    assert send(page, f"{at}/agreements", typed).status_code == 302
    other = sign_in(case.cast.charlie)
    join = other.get(f"{at}/file").text.split('action="/staff/agreements/')[1].split('"')[0]
    assert send(other, f"/staff/agreements/{join}").status_code == 302
    agreement = join.split("/")[0]
    case.approve()
    assert send(page, f"/staff/agreements/{agreement}/shares").status_code == 302
    assert "Draft the petition" in other.get(f"{at}/file").text
    assert send(page, f"/staff/agreements/{agreement}/ends").status_code == 302
    assert "Draft the petition" not in other.get(f"{at}/file").text


@pytest.mark.once
def test_the_conflict_page_answers_with_a_contact_and_forgets_the_names(
    case: Case, sign_in: Callable[..., FlaskClient]
) -> None:
    with transaction():
        note_parties(case.actor("bob"), case.matter.id, ["Rupert Quillfeather"])
    page = sign_in(case.cast.charlie)
    assert page.get("/staff/matters/conflicts").status_code == 200
    answer = send(page, "/staff/matters/conflicts", {"parties": "Rupert Quillfeather"})
    assert "alice@example.org" in answer.text
    assert "Quillfeather" not in answer.text
    assert send(page, "/staff/matters/conflicts", {"parties": ""}).status_code == 422
    none = send(page, "/staff/matters/conflicts", {"parties": "Somebody Else"})
    assert "No organisation here has met these names." in none.text


def test_another_organisation_s_agreement_is_not_found(case: Case) -> None:
    with pytest.raises(NotFound), transaction():
        accept_agreement(case.actor("charlie"), "agree_none")
