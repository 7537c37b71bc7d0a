"""An invitation, from the owner's form to the new member's first page."""

import logging
from collections.abc import Callable

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.mail import OutgoingMail
from staff.audit import AuditEvent
from staff.invitation import Invitation
from staff.member import Member
from tests.conftest import Cast
from tests.staff.conftest import PASSWORD, link_in
from tests.staff.test_sign_in import type_password

Mails = Callable[[str], list[OutgoingMail]]
SignIn = Callable[[Member], FlaskClient]
NORA = "nora@example.org"


@pytest.fixture
def link(cast: Cast, sign_in: SignIn, mails_to: Mails) -> str:
    """The path in the mail that invites Nora as a lawyer."""
    answer = sign_in(cast.alice).post("/staff/people/invitations", data={"email": NORA, "role": "legal"})
    assert answer.status_code == 302
    (mail,) = mails_to(NORA)
    assert "Refugio Legal Project" in mail.subject
    return link_in(mail.text)


def test_an_invited_person_sets_name_and_password_and_is_in(
    client: FlaskClient, link: str, session: Session, cast: Cast
) -> None:
    page = client.get(link)
    assert "Refugio Legal Project" in page.text
    assert NORA in page.text
    answer = client.post(link, data={"name": "Nora", "password": PASSWORD})
    assert answer.headers["Location"] == "/staff/"
    assert "Nora" in client.get("/staff/").text
    nora = session.scalars(select(Member).where(Member.role == "legal", Member.id != cast.bob.id)).one()
    assert nora.organisation_id == cast.refugio.id
    verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.position)).all()
    assert verbs == ["invitation.send", "member.join"]
    client.post("/logout")
    assert type_password(client, email=NORA).headers["Location"] == "/staff/"


def test_the_link_works_once(client: FlaskClient, link: str) -> None:
    client.post(link, data={"name": "Nora", "password": PASSWORD})
    client.post("/logout")
    assert client.get(link).status_code == 404
    assert client.post(link, data={"name": "Eve", "password": PASSWORD}).status_code == 404


def test_the_link_works_for_seven_days(client: FlaskClient, link: str) -> None:
    begun = clock.now().timestamp()
    with time_machine.travel(begun + 7 * 86400 - 60):
        assert client.get(link).status_code == 200
    with time_machine.travel(begun + 7 * 86400 + 60):
        assert client.get(link).status_code == 404
        assert client.post(link, data={"name": "Nora", "password": PASSWORD}).status_code == 404


def test_a_withdrawn_invitation_does_not_work(
    client: FlaskClient, link: str, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    invitation = session.scalars(select(Invitation)).one()
    owner = sign_in(cast.alice)
    assert NORA in owner.get("/staff/people").text
    owner.post(f"/staff/people/invitations/{invitation.id}/withdrawal")
    assert client.get(link).status_code == 404
    assert owner.post(f"/staff/people/invitations/{invitation.id}/withdrawal").status_code == 409


def test_inviting_again_ends_the_first_link(
    client: FlaskClient, link: str, cast: Cast, sign_in: SignIn, mails_to: Mails
) -> None:
    sign_in(cast.alice).post("/staff/people/invitations", data={"email": NORA, "role": "viewer"})
    assert client.get(link).status_code == 404
    assert client.get(link_in(mails_to(NORA)[1].text)).status_code == 200


def test_only_the_digest_of_the_token_is_kept_and_no_log_names_it(
    client: FlaskClient, link: str, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    token = link.removeprefix("/join/")
    with caplog.at_level(logging.DEBUG):
        client.get(link)
        client.post(link, data={"name": "Nora", "password": "short"})
    assert token not in caplog.text
    row = session.scalars(select(Invitation)).one()
    kept = {name: getattr(row, name) for name in Invitation.__mapper__.columns.keys()}  # noqa: SIM118
    assert token not in str(kept)


def test_a_signed_in_person_joins_with_the_account_they_have(
    link: str, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    charlie = sign_in(cast.charlie)
    assert "charlie@example.org" in charlie.get(link).text
    assert charlie.post(f"{link}/acceptance").headers["Location"] == "/staff/"
    page = charlie.get("/staff/").text
    assert "Refugio Legal Project" in page
    assert "Llano Defenders" in page  # the switcher
    charlie.post("/staff/organisation/switch", data={"organisation_id": cast.llano.id})
    assert "charlie@example.org" in charlie.get("/staff/people").text


def test_an_address_with_an_account_is_asked_to_sign_in(
    client: FlaskClient, cast: Cast, sign_in: SignIn, mails_to: Mails
) -> None:
    sign_in(cast.alice).post(
        "/staff/people/invitations", data={"email": "Charlie@example.org", "role": "viewer"}
    )
    link = link_in(mails_to("Charlie@example.org")[0].text)
    assert f"/login?next={link}" in client.get(link).text.replace("%2F", "/")
    assert client.post(link, data={"name": "Eve", "password": PASSWORD}).status_code == 409


def test_accepting_signed_out_leads_to_signing_in(client: FlaskClient, link: str) -> None:
    assert client.post(f"{link}/acceptance").headers["Location"].startswith("/login?next=")


def test_whoever_left_comes_back_as_the_same_member(
    cast: Cast, sign_in: SignIn, mails_to: Mails, session: Session
) -> None:
    owner = sign_in(cast.alice)
    owner.post(f"/staff/people/{cast.vera.id}/departure")
    owner.post("/staff/people/invitations", data={"email": "vera@example.org", "role": "finance"})
    vera = sign_in(cast.vera)
    assert vera.post(f"{link_in(mails_to('vera@example.org')[0].text)}/acceptance").status_code == 302
    session.expire_all()
    assert (cast.vera.role, cast.vera.left_at) == ("finance", None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "not an address", "role": "legal"}, "email"),
        ({"email": "x@example.org", "role": "king"}, "role"),
        ({"email": "bob@example.org", "role": "legal"}, "This person is here already"),
        ({"email": "", "role": "legal"}, "email"),
    ],
)
def test_a_wrong_invitation_says_so_at_the_field_and_sends_nothing(
    cast: Cast, sign_in: SignIn, session: Session, typed: dict[str, str], sentence: str
) -> None:
    answer = sign_in(cast.alice).post("/staff/people/invitations", data=typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize("typed", [{"name": "", "password": PASSWORD}, {"name": "Nora", "password": "short"}])
def test_a_wrong_acceptance_leaves_the_invitation_open(
    client: FlaskClient, link: str, typed: dict[str, str]
) -> None:
    assert client.post(link, data=typed).status_code == 422
    assert client.post(link, data={"name": "Nora", "password": PASSWORD}).status_code == 302
