"""The commands of the law work: `flask rates`, `flask hours`."""

from flask import Flask

from campaigns.funds import verifying
from legal.cli.hours import hour_commands
from legal.cli.rates import rate_commands
from legal.reports import report_phase
from legal.reports.transparency import verify_totals
from legal.trust import reconciling


def register(app: Flask) -> None:
    verifying.register("hours", verify_totals)
    verifying.register("report phases", report_phase.verify)
    verifying.register("trust", reconciling.verify)
    app.cli.add_command(rate_commands)
    app.cli.add_command(hour_commands)
