"""Staff does what a donor asks: with a note, audited, told to the donor; and the list of failing gifts."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import transaction
from core.mail import OutgoingMail
from donors.recurring.version import Version
from staff.access import actor_for
from staff.audit import AuditEvent
from staff.issuing import SCOPES, issue
from staff.member import Member
from tests.conftest import Cast
from tests.donors.recurring.conftest import REFUSING_CARD, Calendar, Promised, put_card, subjects

pytestmark = [pytest.mark.usefixtures("led"), pytest.mark.once]
SignIn = Callable[[Member], FlaskClient]
NOTE = {"note": "By phone on Monday"}


def test_each_change_is_noted_audited_and_told(
    session: Session, cast: Cast, sign_in: SignIn, promised: Promised
) -> None:
    promise = promised("20")
    page, frida = f"/staff/recurring/{promise.id}", sign_in(cast.frida)
    text = frida.get(page).text
    assert "As the donor asks" in text
    assert "Jan" in text
    for kind, typed in (
        ("amounts", {"amount": "30"}),
        ("days", {"day": "15"}),
        ("pauses", {"months": "2"}),
        ("resumptions", {}),
        ("skips", {}),
    ):
        assert frida.post(f"{page}/{kind}", data={**typed, **NOTE}).status_code == 303, kind
    assert frida.post(f"{page}/card-links", data=NOTE).status_code == 303
    session.expire_all()
    versions = session.scalars(select(Version).order_by(Version.number)).all()
    assert [each.kind for each in versions] == ["amount", "day", "paused", "resumed", "skipped"]
    assert {each.asked_by for each in versions} == {f"member:{cast.frida.id}"}
    verbs = session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject == promise.id).order_by(AuditEvent.position)
    ).all()
    assert verbs == [
        *(f"recurring_gift.{each.kind}" for each in versions),
        "recurring_gift.card_link",
    ]
    assert len(subjects(session, "change:")) == 5
    link = session.scalars(select(OutgoingMail).where(OutgoingMail.key.startswith("card-link:"))).one()
    assert "/card" in link.text
    assert "By phone on Monday" in frida.get(page).text


def test_what_is_wrong_is_said_next_to_its_field(
    session: Session, cast: Cast, sign_in: SignIn, promised: Promised, subtests: pytest.Subtests
) -> None:
    for kind, typed, field in [
        ("amounts", {"amount": "30"}, "note"),
        ("amounts", {"amount": "nothing", **NOTE}, "amount"),
        ("amounts", {"amount": "0.10", **NOTE}, "amount"),
        ("days", {"day": "31", **NOTE}, "day"),
        ("pauses", {"months": "13", **NOTE}, "months"),
        ("skips", {}, "note"),
        ("card-links", {}, "note"),
    ]:
        with subtests.test(kind=kind, typed=typed, field=field):
            promise = promised("20")
            answer = sign_in(cast.frida).post(f"/staff/recurring/{promise.id}/{kind}", data=typed)
            assert answer.status_code == 422
            assert f'id="f-{kind}-{field}-error"' in answer.text
            assert session.scalars(select(Version)).all() == []


def test_only_who_may_changes_and_others_do_not_even_see(
    cast: Cast, sign_in: SignIn, promised: Promised
) -> None:
    promise = promised("20")
    page = f"/staff/recurring/{promise.id}"
    assert sign_in(cast.carla).post(f"{page}/skips", data=NOTE).status_code == 403
    assert sign_in(cast.charlie).post(f"{page}/skips", data=NOTE).status_code == 404
    assert sign_in(cast.charlie).post(f"{page}/card-links", data=NOTE).status_code == 404
    donor = f"/staff/donors/{promise.donor_id}/sign-in-links"
    assert sign_in(cast.charlie).post(donor).status_code == 404
    assert sign_in(cast.carla).post(donor).status_code == 403


def test_a_link_is_sent_again_to_the_known_address(
    session: Session, cast: Cast, sign_in: SignIn, promised: Promised
) -> None:
    promise = promised("20")
    answer = sign_in(cast.frida).post(
        f"/staff/donors/{promise.donor_id}/sign-in-links", data={"email": "thief@example.org"}
    )
    assert answer.status_code == 303
    mails = session.scalars(select(OutgoingMail.to).where(OutgoingMail.key.startswith("sign-in:"))).all()
    assert mails == ["ana@example.org"]
    line = session.scalars(select(AuditEvent).where(AuditEvent.verb == "donor.sign_in_link")).one()
    assert line.subject == promise.donor_id


def test_failing_gifts_show_what_was_tried_and_when_the_next_try_is(
    session: Session, cast: Cast, sign_in: SignIn, promised: Promised, calendar: Calendar
) -> None:
    assert "No payment fails" in sign_in(cast.frida).get("/staff/recurring/failing").text
    promise = promised("20")
    put_card(calendar.stripe, promise, REFUSING_CARD)
    calendar.traveller.move_to("2027-02-10T17:00:00Z")
    calendar.settle()
    calendar.pass_days(1)
    frida = sign_in(cast.frida)
    text = frida.get("/staff/recurring/failing").text
    assert "2 of 5 tries" in text
    assert "13 February 2027" in text
    assert "<code>" in text
    assert "2 of 5 times" in frida.get(f"/staff/recurring/{promise.id}").text
    assert "No payment fails" in sign_in(cast.charlie).get("/staff/recurring/failing").text


def test_software_changes_and_reads_a_recurring_gift(
    session: Session, cast: Cast, client: FlaskClient, promised: Promised
) -> None:
    promise = promised("20")
    api = f"/api/v1/recurring-gifts/{promise.id}"
    mine, foreign = bearer(session, cast.alice), bearer(session, cast.charlie)
    body = {"amount": {"minor": 3000, "currency": "USD"}, **NOTE}
    assert client.post(f"{api}/amounts", json=body, headers=foreign).status_code == 404
    made = client.post(f"{api}/amounts", json=body, headers=mine)
    assert made.status_code == 201, made.text
    assert (made.json or {})["amount"]["minor"] == 3000
    assert client.post(f"{api}/days", json={"day": 15, **NOTE}, headers=mine).status_code == 201
    assert client.post(f"{api}/pauses", json={"months": 2, **NOTE}, headers=mine).status_code == 201
    again = client.post(f"{api}/pauses", json={"months": 2, **NOTE}, headers=mine)
    assert (again.status_code, (again.json or {})["code"]) == (409, "already_paused")
    assert client.post(f"{api}/resumptions", json=NOTE, headers=mine).status_code == 201
    assert client.post(f"{api}/skips", json=NOTE, headers=mine).status_code == 201
    assert client.post(f"{api}/card-links", json=NOTE, headers=mine).status_code == 204
    wrong = client.post(f"{api}/days", json={"day": 31, **NOTE}, headers=mine)
    assert (wrong.status_code, list((wrong.json or {})["errors"])) == (422, ["day"])
    versions = client.get(f"{api}/versions", headers=mine).json or []
    assert [each["number"] for each in versions] == [5, 4, 3, 2, 1]
    assert all(each["done_at"] for each in versions)
    periods = client.get(f"{api}/instalments", headers=mine).json or []
    assert [(each["period_on"], each["state"]) for each in periods] == [("2027-01-10", "paid")]
    assert periods[0]["attempts"][0]["is_paid"] is True


def bearer(session: Session, member: Member) -> dict[str, str]:
    session.commit()
    with transaction():
        _token, secret = issue(actor_for(member), name="Test", scopes=list(SCOPES))
    return {"Authorization": f"Bearer {secret}"}
