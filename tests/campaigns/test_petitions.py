"""Petitions: signed by anybody, counted when confirmed by mail, named by consent alone, taken back by its owner."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.disclosure import standing_words
from campaigns.drives import drafting, launching
from campaigns.drives.drive_terms import GoalTerms
from campaigns.drives.goal import AMOUNT, SIGNATURES
from campaigns.petitions.signature import CONFIRMED, STATES, TRANSITIONS, Signature, count_signatures
from core import clock
from core.errors import Conflict, Invalid
from core.mail import OutgoingMail
from donors.gifts import form_token
from donors.privacy import retention
from staff.member import Member
from tests.campaigns.conftest import Api, Work
from tests.campaigns.test_every_public_word import DISGUISES
from tests.conftest import Cast

SignIn = Callable[[Member], FlaskClient]


@pytest.fixture
def asking(session: Session, work: Work) -> Work:
    """The drive asks for signatures, and is public."""
    goals = [GoalTerms(metric=AMOUNT, target=1_000_000), GoalTerms(metric=SIGNATURES, target=3)]
    words = {"petition": "We ask the field office to **let Carlos go home**.", "goals": goals}
    drafting.edit_drive(work.alice, work.drive.id, words)
    work.publish()
    session.commit()
    return work


def typed(**changed: str) -> dict[str, str]:
    plain = {"name": "Lena Ortiz", "email": "Lena@example.org", "town": "Austin", "is_public": "true"}
    return plain | {"form_token": form_token.new_token()} | changed


def sign(client: FlaskClient, work: Work, **changed: str):
    return client.post(f"/d/{work.drive.slug}/sign", data=typed(**changed))


def links(session: Session) -> list[str]:
    """The links in the mails, the first first."""
    session.expire_all()
    mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.queued_at, OutgoingMail.id)).all()
    lines = [line for mail in mails for line in mail.text.splitlines()]
    return [line.removeprefix("http://localhost") for line in lines if "/signatures/" in line]


def figure(client: FlaskClient, work: Work) -> int:
    goals = client.get(f"/d/{work.drive.slug}/progress.json").get_json()["goals"]
    return next(goal["actual"] for goal in goals if goal["metric"] == SIGNATURES)


def test_it_counts_once_the_mail_is_answered_and_offers_giving(
    session: Session, asking: Work, client: FlaskClient
) -> None:
    page = client.get(f"/d/{asking.drive.slug}/sign?lang=en").text
    assert "<strong>let Carlos go home</strong>" in page
    assert 'type="checkbox"' in page
    assert "checked" not in page
    assert f"/d/{asking.drive.slug}/sign" in client.get(f"/d/{asking.drive.slug}").text
    assert "A mail is on its way" in sign(client, asking).text
    assert figure(client, asking) == 0
    (link,) = links(session)
    assert "Yes, I sign" in client.get(link).text
    assert count_signatures(asking.drive.id) == 0  # looking changes nothing
    told = client.post(link).text
    assert "confirmed and counts" in told
    assert f"/d/{asking.drive.slug}#give" in told
    assert client.post(link).status_code == 200
    assert figure(client, asking) == 1
    listed = client.get(f"/d/{asking.drive.slug}/signatures").text
    assert "Lena Ortiz" in listed
    assert "example.org" not in listed


def test_one_address_signs_once_and_may_sign_again_after_taking_back(
    session: Session, asking: Work, client: FlaskClient
) -> None:
    for email in ("lena@example.org", "LENA@example.org"):
        sign(client, asking, email=email)
    first, second = links(session)
    for link in (first, second):
        assert client.post(link).status_code == 200
    assert count_signatures(asking.drive.id) == 1
    assert "It is taken back" in client.post(f"{first}/taking-back").text
    assert client.post(f"{first}/taking-back").status_code == 200
    assert count_signatures(asking.drive.id) == 0
    assert "Lena" not in client.get(f"/d/{asking.drive.slug}/signatures").text
    assert client.post(first).status_code == 409
    session.expire_all()
    row = session.scalars(select(Signature).where(Signature.state == "taken_back")).one()
    assert (row.name, row.email, row.town) == ("", "", "")
    client.post(second)
    assert count_signatures(asking.drive.id) == 1


def test_who_does_not_want_to_be_named_counts_and_is_not_listed(
    session: Session, asking: Work, client: FlaskClient
) -> None:
    without = typed()
    without.pop("is_public")
    client.post(f"/d/{asking.drive.slug}/sign", data=without)
    client.post(links(session)[0])
    assert figure(client, asking) == 1
    assert "Lena" not in client.get(f"/d/{asking.drive.slug}/signatures").text


def test_what_is_refused_says_why_and_is_not_written(
    session: Session, asking: Work, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    cases = [
        *({field: words} for field, words in product(("name", "town"), DISGUISES)),
        *({"name": " "}, {"name": "x" * 121}, {"town": "x" * 81}, {"email": "lena"}),
        *({"website": "https://spam.example"}, {"form_token": "forged"}),
    ]
    for changed in cases:
        with subtests.test(str(changed)):
            assert sign(client, asking, **changed).status_code == 422
    assert client.get("/signatures/forged").status_code == 404
    assert client.post("/signatures/forged/taking-back").status_code == 404
    assert session.scalars(select(Signature)).all() == []
    assert links(session) == []


def test_after_the_deadline_nobody_signs_or_confirms(
    session: Session, asking: Work, client: FlaskClient
) -> None:
    sign(client, asking)
    launching.close_drive(asking.alice, asking.drive.id)
    session.commit()
    assert sign(client, asking, email="ben@example.org").status_code == 409
    assert "Too late to confirm" in client.post(links(session)[0]).text
    assert "not open" in client.get(f"/d/{asking.drive.slug}/sign?lang=en").text
    assert count_signatures(asking.drive.id) == 0


def test_it_is_gone_with_the_drive_and_is_not_there_without_a_petition(
    session: Session, work: Work, client: FlaskClient, asking: Work
) -> None:
    at = f"/d/{asking.drive.slug}"
    asking.drive.withdrawn_at = clock.now()
    session.commit()
    for name in ("sign", "signatures"):
        assert client.get(f"{at}/{name}").status_code == 410
    assert client.get("/d/nothing/sign").status_code == 404


def test_a_petition_without_words_is_not_published(session: Session, work: Work) -> None:
    drafting.edit_drive(work.alice, work.drive.id, {"goals": [GoalTerms(metric=SIGNATURES, target=3)]})
    assert list(launching.missing_for_publication(work.drive)) == ["petition"]
    with pytest.raises(Invalid):
        drafting.edit_drive(work.alice, work.drive.id, {"petition": f"Free {DISGUISES[0]}."})


@pytest.mark.parametrize("wanted", STATES)
@pytest.mark.parametrize("present", STATES)
def test_only_the_table_s_steps_are_taken(present: str, wanted: str) -> None:
    signature = Signature(state=present)
    if (present, wanted) in TRANSITIONS:
        signature.move_to(wanted)
        assert signature.state == wanted
    else:
        with pytest.raises(Conflict):
            signature.move_to(wanted)


def test_staff_lists_exports_and_takes_names_off_the_list(
    session: Session, asking: Work, cast: Cast, client: FlaskClient, sign_in: SignIn
) -> None:
    sign(client, asking, name="=cmd()")
    client.post(links(session)[0])
    alice, at = sign_in(cast.alice), f"/staff/drives/{asking.drive.id}/signatures"
    assert "One confirmed signature" in alice.get(at).text
    assert "No signature matches" in alice.get(f"{at}?q=nobody").text
    (row,) = csv.DictReader(io.StringIO(alice.get(f"{at}.csv").text.lstrip("\ufeff")))
    assert (row["name"], row["email"]) == ("'=cmd()", "lena@example.org")
    signature = session.scalars(select(Signature)).one()
    assert alice.post(f"/staff/signatures/{signature.id}/hiding").status_code == 302
    assert "cmd()" not in client.get(f"/d/{asking.drive.slug}/signatures").text
    assert figure(client, asking) == 1
    assert alice.post(f"/staff/signatures/{signature.id}/showing").status_code == 302
    assert "cmd()" in client.get(f"/d/{asking.drive.slug}/signatures").text
    charlie = sign_in(cast.charlie)
    assert charlie.get(at).status_code == 404
    assert charlie.post(f"/staff/signatures/{signature.id}/hiding").status_code == 404


def test_software_reads_its_own(
    session: Session, asking: Work, client: FlaskClient, api: Api, llano: Api
) -> None:
    sign(client, asking)
    (told,) = api.get(f"/drives/{asking.drive.id}/signatures")["items"]
    assert (told["email"], told["state"]) == ("lena@example.org", "unconfirmed")
    llano.get(f"/drives/{asking.drive.id}/signatures", expect=404)


def test_a_name_sealed_later_is_found_and_what_was_never_confirmed_is_let_go(
    session: Session, asking: Work, client: FlaskClient
) -> None:
    long_ago = clock.now() - timedelta(days=31)
    for name, state in (("Zebulón Quetzalito", CONFIRMED), ("Ben", "unconfirmed")):
        session.add(
            Signature(
                drive_id=asking.drive.id,
                name=name,
                email=f"{state}@example.org",
                is_public=True,
                state=state,
                signed_at=long_ago,
                confirmed_at=long_ago if state == CONFIRMED else None,
            )
        )
    session.commit()
    assert "signature" in {kind for kind, _id in standing_words(asking.client.id)}
    rule = next(each for each in retention.RULES if each.name == "signatures")
    assert retention.apply_batch(rule) == 1
    assert [each.state for each in session.scalars(select(Signature))] == [CONFIRMED]
