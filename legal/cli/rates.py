"""`flask rates value`, `flask rates load`."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from core.db import db, transaction
from core.errors import Conflict, Invalid
from legal.hours.rounding import hours_text
from legal.matters.timekeeper import CLASSES
from legal.rates.loading import Provenance, load_rates, matrix_of
from legal.rates.rate_matrix import MATRICES, Standing
from legal.rates.valuation import value_of
from staff.access import system_actor
from staff.organisation import Organisation

rate_commands = AppGroup("rates", help="Published hourly rates.")
_MATRIX = click.option(
    "--matrix", "matrix_id", type=click.Choice(list(MATRICES)), default="eaja", show_default=True
)
_DAY = click.DateTime(["%Y-%m-%d"])


@rate_commands.command("value")
@_MATRIX
@click.option("--on", "worked_on", type=_DAY, required=True, help="The work date.")
@click.option("--hours", required=True, help="Hours with one decimal, such as 1.1.")
@click.option("--experience-year", type=int, help="The year from which experience counts.")
@click.option("--classification", type=click.Choice(list(CLASSES)), default=None, help="LEDES class.")
@click.option("--organisation", "slug", help="With the years that this organisation loaded.")
def value(
    matrix_id: str,
    worked_on: datetime,
    hours: str,
    experience_year: int | None,
    classification: str | None,
    slug: str | None,
) -> None:
    """Print what so many hours of that day are worth. Refuses with the reason's code."""
    try:
        units = Decimal(hours) * 10
        if units != units.to_integral_value() or units < 0:
            raise InvalidOperation
    except InvalidOperation:
        raise click.BadParameter("write hours with one decimal, such as 1.1", param_hint="--hours") from None
    day: date = worked_on.date()
    table = matrix_of(matrix_id, _organisation(slug).id if slug else "")
    try:
        rate = table.rate_on(day, Standing(classification or "", experience_year))
    except Conflict as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.message}") from None
    click.echo(
        f"{hours_text(int(units))} h × {rate} = {value_of(int(units), rate)} ({matrix_id}, {day.year})"
    )


@rate_commands.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_MATRIX
@click.option("--organisation", "slug", required=True, help="Whose hours are valued by it.")
@click.option("--source", required=True, help="Where the table is published.")
@click.option("--recorded-on", type=_DAY, required=True, help="The day on which it was read there.")
def load(file: Path, matrix_id: str, slug: str, source: str, recorded_on: datetime) -> None:
    """Load the rates of a CSV file: all of them, or none. Prints the file's checksum."""
    try:
        with transaction():
            table = load_rates(
                system_actor(_organisation(slug)),
                file.read_text(encoding="utf-8"),
                matrix_id=matrix_id,
                provenance=Provenance(source=source, recorded_on=recorded_on.date()),
            )
            checksum = table.sha256
    except Invalid as refusal:
        raise click.ClickException(
            " ".join(each for texts in refusal.errors.values() for each in texts)
        ) from None
    except Conflict as refusal:
        raise click.ClickException(f"{refusal.code}: {refusal.message}") from None
    click.echo(f"The rates are loaded, sha256 {checksum}.")


def _organisation(slug: str) -> Organisation:
    found = db.session.scalar(select(Organisation).where(Organisation.slug == slug))
    if found is None:
        raise click.ClickException("There is no such organisation.")
    return found
