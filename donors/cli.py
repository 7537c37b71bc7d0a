"""`flask stripe sweep`, `flask match verify`, and what `flask ledger verify` recomputes of giving."""

import sys
from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

from campaigns.funds import verifying
from donors import jobs
from donors.employers import paying
from donors.figures import snapping, tally
from donors.matching import recomputing
from donors.payments import movements_at_stripe
from donors.pledges import standing
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
    for sentence in found:
        click.echo(sentence)
    click.echo("matches: all agrees" if not found else f"matches: {len(found)} differ")
    sys.exit(1 if found else 0)


def register(app: Flask) -> None:
    app.cli.add_command(match_commands)
    verifying.register("matches", recomputing.verify)
    app.cli.add_command(privacy_commands)
    verifying.register("donors", tally.verify)
    verifying.register("pledges", standing.verify)
    verifying.register("snapshots", snapping.verify)
    verifying.register("employers", paying.verify)
    app.cli.add_command(stripe_commands)
