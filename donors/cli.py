"""`flask stripe sweep`, and what `flask ledger verify` recomputes of giving."""

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.funds import verifying
from donors import jobs
from donors.figures import tally

stripe_commands = AppGroup("stripe", help="What passes between Stripe and us.")


@stripe_commands.command("sweep")
def sweep() -> None:
    """Go on, once and now, with whatever a lost nudge or a dead process left behind."""
    jobs.sweep.run()
    click.echo("Events, refunds, cancellations and open payment pages are swept.")


def register(app: Flask) -> None:
    verifying.register("donors", tally.verify)
    app.cli.add_command(stripe_commands)
