"""Founding an organisation on a new installation, from the command line to the owner's first page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.mail import OutgoingMail
from staff import audit
from staff.member import Member
from staff.organisation import Organisation
from tests.conftest import Cast
from tests.staff.conftest import PASSWORD


def test_a_new_installation_gets_its_first_owner(
    app: Flask, client: FlaskClient, session: Session, mails_to: Callable[[str], list[OutgoingMail]]
) -> None:
    done = app.test_cli_runner().invoke(
        args=[
            *[
                "staff",
                "create-owner",
                "--email",
                "nora@example.org",
                "--zone",
                "America/Chicago",
                "--organisation",
            ],
            "Casa Nueva",
        ]
    )
    assert done.exit_code == 0, done.output
    link = urlsplit(done.output.strip()).path
    assert link in mails_to("nora@example.org")[0].text
    assert client.post(link, data={"name": "Nora", "password": PASSWORD}).status_code == 302
    assert "Casa Nueva" in client.get("/staff/people").text
    organisation = session.scalars(select(Organisation)).one()
    assert (organisation.slug, organisation.zone) == ("casa-nueva", "America/Chicago")
    assert session.scalars(select(Member.role)).one() == "owner"
    assert list(audit.verify()) == []


def test_the_operator_invites_into_an_organisation(
    app: Flask, cast: Cast, mails_to: Callable[[str], list[OutgoingMail]]
) -> None:
    invite = [
        *["staff", "invite", "--organisation", "refugio", "--role", "finance", "--email"],
        "nora@example.org",
    ]
    assert app.test_cli_runner().invoke(args=invite).exit_code == 0
    assert "Refugio" in mails_to("nora@example.org")[0].subject


def test_mistakes_are_one_line_and_exit_code_1(app: Flask, cast: Cast) -> None:
    runner = app.test_cli_runner()
    for line, sentence in (
        ("staff invite --organisation nowhere --email x@example.org", "no organisation"),
        ("staff invite --organisation refugio --email bob@example.org", "here already"),
        ("staff create-owner --organisation Refugio --email x@example.org", "taken"),
        ("staff create-owner --organisation New --zone Mars --email x@example.org", "time zone"),
    ):
        done = runner.invoke(args=line.split())
        assert done.exit_code == 1
        assert sentence in done.output
