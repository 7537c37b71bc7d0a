"""`flask migrate`, `flask worker`, `flask sweep`, `flask backup`, `flask restore`,
`flask sealing rotate`, `flask draft-migration`, `flask grants`."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import Table

from core import backup, jobs, schema, uploads
from core.db import db, transaction
from core.operating import grants, resealing
from core.sealed import CannotOpen


@click.command("migrate")
@click.option("--to", "revision", default="head", help="A revision's number, or head.")
@click.option("--down", is_flag=True, help="Go back to that revision instead.")
def migrate(revision: str, down: bool) -> None:
    """Bring the database to a revision."""
    (schema.downgrade if down else schema.upgrade)(db.engine, revision)
    click.echo(f"The database is at {revision}.")


@click.command("draft-migration")
@click.argument("number")
@click.argument("message")
def draft_migration(number: str, message: str) -> None:
    """Write a migration from what the models have and the database lacks."""
    schema.draft(db.engine, message, number)


@click.command("grants")
@click.argument("role")
def print_grants(role: str) -> None:
    """Print what a restricted PostgreSQL role may do; run it as the database's owner after each migration."""
    if db.engine.dialect.name != "postgresql":
        raise click.ClickException("Roles are PostgreSQL's; SQLite has none.")
    with db.engine.connect() as connection:
        try:
            for statement in grants.statements(connection, role):
                click.echo(statement)
        except ValueError as refusal:
            raise click.ClickException(str(refusal)) from None


@click.command("worker")
@click.option("--workers", default=1, show_default=True, help="Threads that run jobs.")
def worker(workers: int) -> None:
    """Run jobs and sweeps until told to stop."""
    jobs.work(current_app._get_current_object(), workers)  # pyright: ignore[reportAttributeAccessIssue]


@click.command("sweep")
def sweep() -> None:
    """Run every sweep once, now."""
    for each in jobs.periodic_jobs():
        jobs.run_scheduled(each)
        click.echo(f"{each.name} done")


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
def back_up(file: Path) -> None:
    """Write the database, and the files people sent, to an encrypted FILE, and read it back.

    The key is AMPARO_BACKUP_KEY.
    """
    try:
        made = backup.back_up(db.engine, uploads.folder(), file, current_app.config["SETTINGS"].backup_key)
    except (backup.Refused, backup.Unreadable) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(
        f"{sum(made.rows.values())} rows of {len(made.rows)} tables and {made.files} files are in {file}, "
        "read back and right."
    )


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="Throw away what the database holds now.")
def restore(file: Path, replace: bool) -> None:
    """Fill an empty database from a backup. Stop the web and the workers before."""
    try:
        key = current_app.config["SETTINGS"].backup_key
        made = backup.restore(db.engine, uploads.folder(), file, key, replace=replace)
    except (backup.Refused, backup.Unreadable, OSError) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(
        f"{sum(made.rows.values())} rows of {len(made.rows)} tables and {made.files} files are back, "
        f"as of {made.header.made_at}."
    )
    click.echo("Now: flask migrate, flask ledger verify, flask audit verify.")


sealing_commands = AppGroup("sealing", help="The keys that seal identities, mails and recovery codes.")


@sealing_commands.command("rotate")
def rotate() -> None:
    """Seal everything again with the newest of AMPARO_SEALING_KEYS, so that the older ones can be removed.

    May be broken off and started again.
    """
    total = 0
    for table in resealing.sealed_tables():
        try:
            count = _rotate(table)
        except CannotOpen as failure:
            raise click.ClickException(str(failure)) from None
        click.echo(f"{table.name}: {count} rows sealed again")
        total += count
    try:
        for shelf, count in uploads.reseal_all():
            click.echo(f"{shelf}: {count} files sealed again")
            total += count
    except CannotOpen as failure:
        raise click.ClickException(str(failure)) from None
    click.echo(f"Everything is sealed with the newest key; {total} rows and files were not before.")


def _rotate(table: Table) -> int:
    count, last = 0, None
    while True:
        with transaction():
            batch = resealing.reseal_batch(table, last)
        if batch.last is None:
            return count
        count, last = count + batch.resealed, batch.last


def register(app: Flask) -> None:
    for command in (
        migrate,
        draft_migration,
        print_grants,
        worker,
        sweep,
        back_up,
        restore,
        sealing_commands,
    ):
        app.cli.add_command(command)
