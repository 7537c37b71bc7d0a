"""`flask stripe`, `privacy`, `gifts` and `match`, and what `flask ledger verify` recomputes of giving."""

import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.drives.drive import Drive
from campaigns.funds import verifying
from core.db import db, transaction
from core.errors import Invalid
from core.web import csv_out
from donors import jobs
from donors.employers import paying
from donors.figures import snapping, tally
from donors.importing import looking, receiving, steps
from donors.importing.gift_import import WORKING, GiftImport
from donors.importing.reasons import sentence
from donors.matching import recomputing
from donors.payments import movements_at_stripe
from donors.pledges import standing
from donors.privacy import retention
from staff.access import system_actor
from staff.organisation import Organisation

stripe_commands = AppGroup("stripe", help="What passes between Stripe and us.")


@stripe_commands.command("sweep")
def sweep() -> None:
    """Go on, once and now, with whatever a lost nudge or a dead process left behind."""
    jobs.sweep.run()
    click.echo("Events, refunds, cancellations and open payment pages are swept.")


privacy_commands = AppGroup("privacy", help="What is kept of people, and for how long.")


@privacy_commands.command("retain")
@click.option("--dry-run", is_flag=True, help="Say what is due, and change nothing.")
def retain(dry_run: bool) -> None:
    """Let go of what need not be kept any longer. The worker does the same every hour."""
    for rule, count in retention.due():
        click.echo(f"{rule.name}: {count} due after {rule.days} days. {rule.what}.")
    if not dry_run:
        jobs.retain.run()
        click.echo("Done.")


@stripe_commands.command("reconcile")
@click.option(
    "--since", required=True, help="From this moment on, such as 2025-11-27 or 2025-11-27T08:00+00:00."
)
def reconcile(since: str) -> None:
    """Bring in what webhooks missed: Stripe's events, movements and payouts, and say what does not match."""
    found = movements_at_stripe.reconcile(_moment(since))
    jobs.mail_receipts()
    click.echo(
        f"{found.events} events, {found.missed} of them missed until now; {found.movements} movements,"
        f" {found.unmatched} of which nothing is known here; {found.payouts} payouts."
    )


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write a date or a moment, like 2025-11-27T08:00+00:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


match_commands = AppGroup("match", help="Match funds, and what they promise to gifts.")


@match_commands.command("verify")
def verify_matches() -> None:
    """Recompute what match funds keep, from the steps of every gift, and compare. Exits 1 when anything differs."""
    found = list(recomputing.verify())
    for each in found:
        click.echo(each)
    click.echo("matches: all agrees" if not found else f"matches: {len(found)} differ")
    sys.exit(1 if found else 0)


gift_commands = AppGroup("gifts", help="Gifts that another system has taken.")


@gift_commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drive", "drive_id", required=True, help="The id of the drive that they belong to.")
@click.option(
    "--preset", "source", default="", help="A preset's key or another system's name; else by columns."
)
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and import nothing.")
@click.option("--bad-rows", type=click.Path(dir_okay=False, path_type=Path), help="Where to write bad rows.")
def import_gifts(file: Path, drive_id: str, source: str, dry_run: bool, bad_rows: Path | None) -> None:
    """Import gifts from a CSV file of another system, with the columns kept for that system."""
    drive = db.session.get(Drive, drive_id)
    if drive is None:
        raise click.ClickException("There is no such drive.")
    actor = system_actor(db.session.get_one(Organisation, drive.organisation_id))
    try:
        with file.open("rb") as stream, receiving.receiving(stream) as received, transaction():
            found = receiving.create_import(
                actor, received, drive_id=drive_id, source=source, file_name=file.name
            )
        with transaction():
            steps.map_columns(actor, found.id, found.columns)
            steps.ask_check(actor, found.id)
        _work(found)
        if not dry_run and looking.standing(found).to_import:
            with transaction():
                steps.start_import(actor, found.id)
            _work(found)
    except Invalid as refusal:
        raise click.ClickException(" ".join(chain.from_iterable(refusal.errors.values()))) from None
    _tell(found, bad_rows)


def _work(found: GiftImport) -> None:
    jobs.advance_import.run(found.id)
    db.session.refresh(found)
    if found.state in WORKING:
        raise click.ClickException(
            f"A step of {found.id} failed; the log says why. The worker tries it again."
        )


def _tell(found: GiftImport, bad_rows: Path | None) -> None:
    stands = looking.standing(found)
    click.echo(f"{found.id}: {found.rows} rows, {found.state}.")
    for status, count in sorted(stands.counts.items()):
        click.echo(f"{status}: {count} rows, {stands.sums[status]}")
    for status, column, rule, count in stands.reasons:
        click.echo(f"  {status} {count}: {sentence(column, rule)}")
    if bad_rows is not None:
        header = ["Row", "Reason", *found.header]
        with bad_rows.open("w", encoding="utf-8", newline="") as out:
            out.writelines(csv_out.lines(header, looking.left_out(found)))


def register(app: Flask) -> None:
    app.cli.add_command(gift_commands)
    app.cli.add_command(match_commands)
    verifying.register("matches", recomputing.verify)
    app.cli.add_command(privacy_commands)
    verifying.register("donors", tally.verify)
    verifying.register("pledges", standing.verify)
    verifying.register("snapshots", snapping.verify)
    verifying.register("employers", paying.verify)
    app.cli.add_command(stripe_commands)
