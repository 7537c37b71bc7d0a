"""A deadline is moved to a later one alone, in public, and the first one stays on the page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.disclosure import standing_words
from campaigns.drives import launching
from campaigns.drives.extending import DriveExtension
from core import clock
from staff.audit import AuditEvent
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.campaigns.test_every_public_word import DISGUISES
from tests.conftest import Cast

NOTE = "The hearing was moved to the 14th, and the bond with it."


def later(work: Work, days: int = 5) -> str:
    assert work.drive.closes_at is not None
    return (clock.day_of(work.drive.closes_at, work.drive.zone) + timedelta(days=days)).isoformat()


def test_a_later_deadline_counts_and_the_page_tells_both(
    session: Session, work: Work, api: Api, client: FlaskClient
) -> None:
    work.publish()
    session.commit()
    first = work.drive.closes_at
    told = api.post(
        f"/drives/{work.drive.id}/extensions", {"closes_on": later(work), "note": NOTE}, expect=201
    )
    session.refresh(work.drive)
    assert first is not None
    assert work.drive.closes_at is not None
    assert work.drive.closes_at > first
    assert told["closes_now"] == work.drive.closes_at.isoformat()
    assert work.drive.is_open(first)
    page = client.get(f"/d/{work.drive.slug}?lang=en").text
    assert "The deadline was moved" in page
    assert NOTE in page
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "drive.extended")).one()
    assert (event.before, event.reason) == ({"closes_at": first.isoformat()}, NOTE)


def test_what_is_refused_says_why_and_moves_nothing(
    session: Session, work: Work, api: Api, llano: Api, subtests: pytest.Subtests
) -> None:
    at, fine = f"/drives/{work.drive.id}/extensions", {"closes_on": later(work), "note": NOTE}
    assert api.post(at, fine, expect=409)["code"] == "not_public"
    work.publish()
    session.commit()
    before = work.drive.closes_at
    cases = {
        "closes_on": [{"closes_on": later(work, -1)}, {"closes_on": None}],
        "note": [
            {"note": "Too short"},
            {"note": "x" * 501},
            *({"note": f"For {each}."} for each in DISGUISES),
        ],
    }
    for field, bodies in cases.items():
        for body in bodies:
            with subtests.test(f"{field} {body}"):
                assert field in api.post(at, fine | body, expect=422)["errors"]
    assert (
        api.post(at, fine | {"note": "Call 512-555-0143 for the new date."}, expect=409)["code"]
        == "look_again"
    )
    llano.post(at, fine, expect=404)
    launching.close_drive(work.alice, work.drive.id)
    session.commit()
    assert api.post(at, fine, expect=409)["code"] == "closed"
    session.refresh(work.drive)
    assert work.drive.closes_at == before
    assert session.scalars(select(DriveExtension)).all() == []


def test_a_note_that_names_a_client_sealed_later_is_found(session: Session, work: Work) -> None:
    work.publish()
    session.add(
        DriveExtension(
            drive_id=work.drive.id,
            closed_before=clock.now(),
            closes_now=clock.now() + timedelta(days=1),
            note="Zebulón Quetzalito asked for it.",
        )
    )
    session.commit()
    assert ("drive", work.drive.id) in standing_words(work.client.id)


@pytest.mark.once
def test_on_the_drive_s_page(
    session: Session, work: Work, cast: Cast, sign_in: Callable[[Member], FlaskClient]
) -> None:
    work.publish()
    session.commit()
    alice, at = sign_in(cast.alice), f"/staff/drives/{work.drive.id}"
    assert "Move the deadline" in alice.get(at).text
    wrong = alice.post(f"{at}/extensions", data={"closes_on": later(work), "note": "Short"})
    assert (wrong.status_code, "Say in 10 to 500 characters" in wrong.text) == (422, True)
    asked = alice.post(
        f"{at}/extensions", data={"closes_on": later(work), "note": "Call 512-555-0143 for it."}
    )
    assert "Look again before this becomes public" in asked.text
    assert alice.post(f"{at}/extensions", data={"closes_on": later(work), "note": NOTE}).status_code == 302
    assert len(session.scalars(select(DriveExtension)).all()) == 1
