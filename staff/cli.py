"""`flask audit verify` and `erase`, `flask staff create-owner`, `invite` and `sign-out`, `flask jobs`."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from core.db import db, transaction
from core.errors import Refusal
from core.mail import sweep_mail
from core.operating import watching
from staff import alarming, audit, people
from staff import jobs as jobs  # declares the sweeps
from staff.access import system_actor
from staff.account import accounts
from staff.member import ROLES
from staff.organisation import Organisation
from staff.sessions import keeping

audit_commands = AppGroup("audit", help="The audit trail.")
staff_commands = AppGroup("staff", help="Organisations and their people.")
jobs_commands = AppGroup("jobs", help="What the worker does by itself.")


@audit_commands.command("verify")
def verify() -> None:
    """Walk every organisation's chain; exit 1 naming the first break of each."""
    breaks = list(audit.verify())
    for sentence in breaks:
        click.echo(sentence, err=True)
    if breaks:
        sys.exit(1)
    click.echo("The audit trail is whole.")


@audit_commands.command("erase")
@click.option("--organisation", "slug", required=True, help="The organisation's short name.")
@click.option("--reason", required=True, help="Why: it stays in the trail.")
@click.argument("subjects", nargs=-1, required=True)
def erase(slug: str, reason: str, subjects: tuple[str, ...]) -> None:
    """Forget what changed in every event about these ids; who, when and that it was erased stay."""
    with transaction():
        count = audit.erase_details(system_actor(_organisation(slug)), subjects, reason=reason)
    click.echo(f"{count} events lost their details.")


@staff_commands.command("create-owner")
@click.option("--organisation", "name", required=True, help="The organisation's name.")
@click.option("--email", required=True, help="Whom to invite as its first owner.")
@click.option("--slug", default="", help="Its short name in addresses; made from the name when not given.")
@click.option("--zone", default="UTC", show_default=True, help="Its time zone, such as America/Chicago.")
def create_owner(name: str, email: str, slug: str, zone: str) -> None:
    """Found an organisation and invite its first owner; prints the link that the mail carries too."""
    slug = slug or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    with _refusals(), transaction():
        _organisation, token = people.found_organisation(name, slug=slug, zone=zone, owner_email=email)
    click.echo(f"{current_app.config['BASE_URL']}/join/{token}")


@staff_commands.command("sign-out")
@click.option("--email", required=True, help="Whose sessions to end.")
def sign_out(email: str) -> None:
    """End every session of an account, and know its devices no more."""
    account = accounts.find_user(case_insensitive=True, email=email)
    if account is None:
        raise click.ClickException("No account has this address.")
    with transaction():
        keeping.end_all(account.id)  # pyright: ignore[reportAttributeAccessIssue]
    click.echo("Signed out everywhere.")


@staff_commands.command("invite")
@click.option("--organisation", "slug", required=True, help="The organisation's short name.")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
def invite(slug: str, email: str, role: str) -> None:
    """Invite somebody; prints the link that the mail carries too."""
    organisation = _organisation(slug)
    with _refusals(), transaction():
        _invitation, token = people.invite(system_actor(organisation), email=email, role=role)
    click.echo(f"{current_app.config['BASE_URL']}/join/{token}")


@jobs_commands.command("status")
def jobs_status() -> None:
    """Say of each scheduled job how its last run went; exit 1 when one has not run in its time."""
    runs = watching.list_runs()
    for run in runs:
        state = "LATE" if run.is_late else "failing" if run.is_failing else "in time"
        click.echo(f"{state:8}{alarming.sentence_about(run)}")
    if not runs:
        click.echo("No scheduled job has run yet. Start the worker: flask worker", err=True)
    if not runs or any(run.is_late for run in runs):
        sys.exit(1)


@jobs_commands.command("watch")
def jobs_watch() -> None:
    """Mail whom it concerns when a scheduled job has stopped; for cron, since a dead worker cannot say so itself."""
    with transaction():
        late = alarming.watch(expects_all=True)
    sweep_mail.run()
    click.echo(f"{late} scheduled jobs have not run in their time." if late else "All scheduled jobs run.")
    if late:
        sys.exit(1)


def _organisation(slug: str) -> Organisation:
    found = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise click.ClickException(f"There is no organisation with the short name {slug}.")
    return found


@contextmanager
def _refusals() -> Iterator[None]:
    """A refusal becomes one line and exit code 1."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None


def register(app: Flask) -> None:
    for group in (audit_commands, staff_commands, jobs_commands):
        app.cli.add_command(group)
