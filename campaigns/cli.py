"""`flask ledger verify`."""

import sys

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.funds import verifying

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


def register(app: Flask) -> None:
    app.cli.add_command(ledger_commands)
