"""`flask hours export`, `flask hours import`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import or_, select

from core.db import db, transaction
from core.errors import Invalid, Refusal
from legal.hours.importing import Import, RowsRefused, import_hours
from legal.ledes.exporting import export_ledes
from legal.ledes.importing import Into, find_matter_of, import_ledes
from legal.ledes.reading import LedesRefused, is_ledes
from legal.matters.matter import MatterParticipation
from legal.schemas.time import read_row
from staff.access import Actor, actor_for, system_actor
from staff.account import User
from staff.member import Member

hour_commands = AppGroup("hours", help="Time entries.")


@hour_commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--matter", "matter_id", help="The matter's id; a LEDES file of ours names it itself.")
@click.option("--as", "who", help="E-mail address or id of the member who imports; else lead counsel.")
@click.option("--skip-wrong-rows", is_flag=True, help="CSV: import the rows that hold, list the others.")
@click.option(
    "--fund", "fund_id", default="", help="LEDES: the id of the fund on which its costs are claimed."
)
@click.option("--of", "of_matter", default="", help="LEDES: which matter of the file, where it has several.")
@click.option("--preview", is_flag=True, help="LEDES: say what would be written, and write nothing.")
def import_file(
    file: Path, matter_id: str | None, who: str | None, skip_wrong_rows: bool, preview: bool, **of_file: str
) -> None:
    """Write the hours of a CSV or LEDES 1998B file as drafts: all of them, or none."""
    text = file.read_text(encoding="utf-8-sig")
    if is_ledes(text):
        _import_ledes(text, matter_id, who, preview=preview, **of_file)
    elif not matter_id or not who:
        raise click.UsageError("A CSV file needs --matter and --as.")
    else:
        _import_csv(_actor_on(matter_id, who), text, matter_id, skip_wrong_rows=skip_wrong_rows)


def _import_ledes(
    text: str, matter_id: str | None, who: str | None, *, preview: bool, fund_id: str, of_matter: str
) -> None:
    with _refusals_are_told(), transaction() as session:
        matter_id = matter_id or find_matter_of(text).id
        into = Into(matter_id=matter_id, fund_id=fund_id, law_firm_matter_id=of_matter)
        done = import_ledes(_actor_on(matter_id, who), text, into)
        written, claimed = len(done.entries), len(done.expenses)
        if preview:
            session.rollback()
    would = "would be written" if preview else "are written"
    click.echo(
        f"{len(done.invoices)} invoices: {written} entries {would} as drafts and {claimed} costs as claims, "
        f"{done.already_here} are here already. Left to you: {done.costs} costs, {done.adjustments} adjustments, "
        f"{done.other_matters} lines of other matters."
    )


@hour_commands.command("export")
@click.option("--matter", "matter_id", required=True, help="The matter's id.")
@click.option("--from", "starts", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--to", "ends", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--as", "who", help="E-mail address or id of the member who exports; else lead counsel.")
@click.option("--with-narratives", is_flag=True, help="The words themselves in place of the task's name.")
def export_file(
    matter_id: str, starts: datetime, ends: datetime, who: str | None, with_narratives: bool
) -> None:
    """Write the approved hours and paid costs of a period as LEDES 1998B to standard output."""
    with _refusals_are_told(), transaction():
        text = export_ledes(
            _actor_on(matter_id, who),
            matter_id,
            starts_on=starts.date(),
            ends_on=ends.date(),
            with_narratives=with_narratives,
        )
    click.echo(text, nl=False)


@contextmanager
def _refusals_are_told() -> Iterator[None]:
    try:
        yield
    except LedesRefused as refusal:
        raise click.ClickException("\n".join(map(str, refusal.problems))) from None
    except Invalid as refusal:
        raise click.ClickException(" ".join(chain.from_iterable(refusal.errors.values()))) from None
    except Refusal as refusal:
        raise click.ClickException(refusal.message or "There is no such matter.") from None


def _import_csv(actor: Actor, text: str, matter_id: str, *, skip_wrong_rows: bool) -> None:
    lines = text.splitlines(keepends=True)
    try:
        with transaction():
            done = import_hours(
                actor, lines, matter_id=matter_id, read=read_row, skip_wrong_rows=skip_wrong_rows
            )
    except RowsRefused as refusal:
        done = Import(errors=refusal.errors)
    except Refusal as refusal:
        raise click.ClickException(refusal.message or "There is no such matter.") from None
    for error in done.errors:
        click.echo(str(error), err=True)
    click.echo(f"{len(done.entries)} entries are written as drafts, {len(done.errors)} errors.")
    sys.exit(1 if done.errors else 0)


def _actor_on(matter_id: str, who: str | None) -> Actor:
    """The member whom `who` names, of an organisation on the matter; without a name the installation
    itself, within the organisation that leads."""
    counsel = select(MatterParticipation).where(MatterParticipation.matter_id == matter_id)
    taking_part = list(db.session.scalars(counsel.order_by(MatterParticipation.joined_at)))
    if not taking_part:
        raise click.ClickException("There is no such matter.")
    if who is None:
        lead = next((each for each in taking_part if each.part == "lead_counsel"), taking_part[0])
        return system_actor(lead.organisation)
    query = (
        select(Member)
        .join(User, User.id == Member.account_id)
        .where(
            or_(User.email == who, Member.id == who),
            Member.left_at.is_(None),
            Member.organisation_id.in_([each.organisation_id for each in taking_part]),
        )
    )
    members = list(db.session.scalars(query.limit(2)))
    if len(members) != 1:
        raise click.ClickException("Name one member who works on this matter, by address or by id.")
    return actor_for(members[0])
