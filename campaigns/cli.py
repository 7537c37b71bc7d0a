"""`flask ledger verify` and `flask ledger export`."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.funds import plain_text, verifying
from campaigns.funds.fund import Fund
from core.db import db

ledger_commands = AppGroup("ledger", help="The ledger and everything computed from it.")


@ledger_commands.command("verify")
def verify() -> None:
    """Recompute every kept figure and compare. Exits 1 when anything differs."""
    found = 0
    for name, sentences in verifying.verify_all():
        click.echo(f"{name}: {'all agrees' if not sentences else f'{len(sentences)} differ'}")
        for sentence in sentences:
            click.echo(f"  {sentence}")
        found += len(sentences)
    sys.exit(1 if found else 0)


@ledger_commands.command("export")
@click.option("--fund", "fund_id", required=True, help="The fund's id.")
def export(fund_id: str) -> None:
    """Write a fund's ledger as beancount text to standard output; `bean-check` accepts it."""
    fund = db.session.get(Fund, fund_id)
    if fund is None:
        raise click.ClickException("There is no such fund.")
    for piece in plain_text.export(fund):
        click.echo(piece, nl=False)


def register(app: Flask) -> None:
    app.cli.add_command(ledger_commands)
