"""`flask stripe sweep`, and what `flask ledger verify` recomputes of giving."""

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.funds import verifying
from donors import jobs
from donors.figures import tally
from donors.privacy import retention

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


def register(app: Flask) -> None:
    app.cli.add_command(privacy_commands)
    verifying.register("donors", tally.verify)
    app.cli.add_command(stripe_commands)
