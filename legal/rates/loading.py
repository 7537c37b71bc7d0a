"""Loading rates from CSV: read whole, refused with line and column, kept with source, date and checksum.

Columns: `year,rate` for one rate a year (EAJA, volunteers); for EAJA also `year,cpi_u`, from which the statute's
formula makes the rate; `rate_year,band,from_year,to_year,rate` where experience counts. `currency` may stand beside.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.money import EXPONENTS, Money, NotMoney
from legal.acting import answerable, find_answerable
from legal.rates.rate_matrix import Band, Origin, RateMatrix, matrix
from legal.rates.rate_table import RateRow, RateTable, tables_of
from staff import audit
from staff.access import Actor

FLAT = frozenset({"eaja", "volunteer"})
MOST_CHARACTERS, MOST_ROWS = 200_000, 2_000
EARLIEST_YEAR, LATEST_YEAR = 1980, 2100
#: 28 U.S.C. 2412(d)(2)(A) and Thangaraja v. Gonzales, 428 F.3d 870 (9th Cir. 2005): $125 of March 1996, whose
#: consumer price index was 155.7, at the average index of the year of the work.
STATUTORY_RATE, INDEX_OF_THE_STATUTE = Decimal(125), Decimal("155.7")


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where a table comes from, and on which day it was read there."""

    source: str
    recorded_on: date


def eaja_rate(cpi_u: Decimal) -> Money:
    """The EAJA rate of a year from its average consumer price index: 313.689 gives 251.84."""
    return Money.of(STATUTORY_RATE * cpi_u / INDEX_OF_THE_STATUTE, "USD")


def matrix_of(matrix_id: str, organisation_id: str) -> RateMatrix:
    """The matrix with the years that the organisation loaded beside those that come with the software. Raises
    Invalid on matrix."""
    base = matrix(matrix_id)
    query = (
        select(RateRow, RateTable.source, RateTable.sha256)
        .join(RateTable, RateTable.id == RateRow.table_id)
        .where(
            RateTable.organisation_id == organisation_id,
            RateTable.matrix == matrix_id,
            RateTable.withdrawn_at.is_(None),
        )
    )
    flat, bands, origins = dict(base.flat), {y: dict(of) for y, of in base.bands.items()}, dict(base.origins)
    for row, source, sha256 in db.session.execute(query):
        rate = Money(row.rate_minor, row.currency)
        if row.band:
            band = Band(row.band, row.from_years, row.to_years)
            bands.setdefault(row.rate_year, {})[band] = rate
        else:
            flat[row.rate_year] = rate
        origins[row.rate_year] = Origin(source, sha256)
    return replace(base, flat=flat, bands=bands, origins=origins)


def load_rates(actor: Actor, text: str, *, matrix_id: str, provenance: Provenance) -> RateTable:
    """Keep the rates of a file for the actor's organisation: all of them, or none.

    Raises Invalid on matrix, source, recorded_on, and on file with line and column; Conflict `rate_year_loaded` for
    a year that is there already: what is published is not overwritten, a wrong table is withdrawn first.
    """
    actor.require("matters.edit")
    known = matrix_of(matrix_id, actor.organisation_id)
    _check(provenance)
    rows = list(_rows(text, matrix_id, known.currency))
    twice = sorted({row.rate_year for row in rows} & set(known.loaded))
    if twice:
        message = _("These years are loaded already: %(years)s.", years=", ".join(map(str, twice)))
        raise Conflict("rate_year_loaded", message)
    table = RateTable(
        organisation_id=actor.organisation_id,
        matrix=matrix_id,
        source=provenance.source.strip(),
        recorded_on=provenance.recorded_on,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        loaded_by_id=find_answerable(actor),
    )
    db.session.add(table)
    db.session.flush()
    for row in rows:
        row.table_id = table.id
    db.session.add_all(rows)
    db.session.flush()
    audit.record(actor, "rates.loaded", table.id, after={"matrix": matrix_id, "sha256": table.sha256})
    return table


def withdraw_rates(actor: Actor, rate_table_id: str) -> RateTable:
    """Value nothing by a loaded table any more. Raises NotFound, Conflict `rates_withdrawn`."""
    actor.require("matters.edit")
    query = tables_of(actor).where(RateTable.id == rate_table_id).with_for_update()
    table = db.session.scalar(query.execution_options(populate_existing=True))
    if table is None:
        raise NotFound
    if table.withdrawn_at is not None:
        raise Conflict("rates_withdrawn", _("This table is withdrawn already."))
    table.withdrawn_at, table.withdrawn_by_id = clock.now(), answerable(actor)
    db.session.flush()
    audit.record(actor, "rates.withdrawn", table.id)
    return table


def _check(provenance: Provenance) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(provenance.source.strip()) <= 500:
        wrong["source"] = [_("Say where the table is published, in up to 500 characters.")]
    if provenance.recorded_on > clock.today():
        wrong["recorded_on"] = [_("Choose today or an earlier day.")]
    if wrong:
        raise Invalid(wrong)


def _rows(text: str, matrix_id: str, currency: str) -> Iterator[RateRow]:
    if len(text) > MOST_CHARACTERS:
        raise Invalid({"file": [_("The file is too large.")]})
    reader = csv.DictReader(text.removeprefix("\ufeff").splitlines(), strict=True)
    names = set(reader.fieldnames or ())
    needed = {"year"} if matrix_id in FLAT else {"rate_year", "band", "from_year", "to_year"}
    value = "cpi_u" if matrix_id == "eaja" and "cpi_u" in names else "rate"
    missing = sorted((needed | {value}) - names)
    if missing:
        raise Invalid({"file": [_("The table lacks these columns: %(names)s.", names=", ".join(missing))]})
    seen: set[tuple[int, str]] = set()
    for number, row in enumerate(_lines(reader), start=2):
        made = _row(number, row, value, currency)
        if (made.rate_year, made.band) in seen or number > MOST_ROWS:
            raise _wrong(
                number, "band" if made.band else "year", _("it stands there twice, or the table is too long")
            )
        seen.add((made.rate_year, made.band))
        yield made
    if not seen:
        raise Invalid({"file": [_("There is no rate in this table.")]})


def _lines(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    try:
        for row in reader:
            yield {name: (each or "").strip() for name, each in row.items() if isinstance(name, str)}
    except csv.Error as error:
        raise _wrong(reader.line_num, "–", str(error)) from None


def _row(number: int, row: Mapping[str, str], value: str, currency: str) -> RateRow:
    column = "rate_year" if "rate_year" in row else "year"
    year = _number(number, column, row[column])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _wrong(number, column, _("this is not a year of a rate"))
    rate = _rate(number, value, row[value], row.get("currency") or currency)
    if column == "year":
        return RateRow(rate_year=year, band="", rate_minor=rate.minor, currency=rate.currency)
    if not row["band"]:
        raise _wrong(number, "band", _("it is empty"))
    first, last = (
        _number(number, name, row[name]) if row[name] else None for name in ("from_year", "to_year")
    )
    if first is not None and last is not None and last < first:
        raise _wrong(number, "to_year", _("it is before from_year"))
    return RateRow(
        rate_year=year,
        band=row["band"],
        from_years=first,
        to_years=last,
        rate_minor=rate.minor,
        currency=rate.currency,
    )


def _rate(number: int, column: str, typed: str, currency: str) -> Money:
    if currency not in EXPONENTS:
        raise _wrong(number, "currency", _("we do not know this currency"))
    try:
        rate = eaja_rate(Decimal(typed)) if column == "cpi_u" else Money.parse(typed, currency)
    except (NotMoney, InvalidOperation):
        raise _wrong(number, column, _("this is not a number")) from None
    if rate.minor <= 0:
        raise _wrong(number, column, _("it must be more than zero"))
    return rate


def _number(number: int, column: str, typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 4:
        raise _wrong(number, column, _("this is not a whole number"))
    return int(typed)


def _wrong(line: int, column: str, rule: str) -> Invalid:
    return Invalid({"file": [_("Line %(line)s, %(column)s: %(rule)s.", line=line, column=column, rule=rule)]})
