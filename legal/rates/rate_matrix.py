"""Published hourly rates, looked up by the date the work was done and by who did it.

A matrix is a file with a source, a date and a checksum (`data/SOURCES.toml`). A year that is not
loaded is an error for a person to solve by loading it: the nearest year is never taken instead.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

from core.errors import Conflict, Invalid
from core.money import Money

DATA = Path(__file__).parents[1] / "data"
DEFAULT_MATRIX = "eaja"

#: LEDES classes that a matrix by experience pays as lawyers, and those it pays at its one lower rate.
LAWYERS = frozenset({"PARTNR", "ASSOC", "OFCOUN", "STFATT"})
PARALEGALS_AND_CLERKS = frozenset({"PARALG", "LGLINT"})


@dataclass(frozen=True)
class Standing:
    """Who worked: the LEDES class, and the year from which experience counts. Either may be unknown.

    Matrices count from graduation. The year of admission to the bar, which we hold, is not earlier, so
    that a band read from it is never too high.
    """

    classification: str = ""
    experience_year: int | None = None


ANYBODY = Standing()


@dataclass(frozen=True)
class Band:
    """Years of experience `first` to `last` (None: no end); no `first` for paralegals and law clerks."""

    name: str
    first: int | None
    last: int | None

    def holds(self, years: int) -> bool:
        return self.first is not None and self.first <= years and (self.last is None or years <= self.last)


@dataclass(frozen=True)
class Rules:
    """How a matrix reads a date and a person."""

    file: str
    short: str
    #: The day on which a rate year begins, named by the calendar year it begins in.
    turns_on: tuple[int, int] = (1, 1)
    #: The first year of practice is year 1; where years are completed it is year 0.
    first_year: int = 1
    #: Hours of lawyers have no place in it.
    is_for_volunteers: bool = False


JUNE_1 = (6, 1)
MATRICES = {
    "eaja": Rules("eaja.csv", "EAJA"),
    "usao-laffey": Rules("usao_laffey.csv", "USAO Laffey 2003-2013", JUNE_1),
    "usao-2015": Rules("usao_2015.csv", "USAO 2015-2019", JUNE_1, first_year=0),
    "fitzpatrick": Rules("fitzpatrick.csv", "Fitzpatrick", first_year=0),
    "volunteer": Rules("volunteer.csv", "Independent Sector", is_for_volunteers=True),
}


@dataclass(frozen=True)
class Origin:
    """Where the rates of a year come from: the address, and the checksum of the file."""

    source: str
    sha256: str


@dataclass(frozen=True)
class RateMatrix:
    """Rates by rate year, each for everybody or by band, with the words that say where they come from."""

    id: str
    title: str
    source: str
    sha256: str
    rules: Rules
    currency: str = "USD"
    flat: dict[int, Money] = field(default_factory=dict)
    bands: dict[int, dict[Band, Money]] = field(default_factory=dict)
    #: Of the years that an organisation loaded itself; the others come from the file.
    origins: dict[int, Origin] = field(default_factory=dict)

    def origin_on(self, worked_on: date) -> Origin:
        """Where the rate of that day comes from."""
        return self.origins.get(self.year_of(worked_on), Origin(self.source, self.sha256))

    @property
    def loaded(self) -> list[int]:
        """The rate years that are loaded; one that turns on 1 June is named by the year it begins in."""
        return sorted({*self.flat, *self.bands})

    @property
    def years(self) -> str:
        """The loaded years in words, such as 2015–2025; a dash when there is none."""
        return f"{self.loaded[0]}–{self.loaded[-1]}" if self.loaded else "–"

    def year_of(self, worked_on: date) -> int:
        """The rate year a day belongs to: 2012-05-31 belongs to 2011 where years turn on 1 June."""
        return worked_on.year - ((worked_on.month, worked_on.day) < self.rules.turns_on)

    def experience_on(self, worked_on: date, experience_year: int) -> int:
        """Years of experience on that day. They turn on 1 June, when most law students graduate."""
        turned = (worked_on.month, worked_on.day) >= JUNE_1
        return worked_on.year - (not turned) - experience_year + self.rules.first_year

    def find_rate(self, worked_on: date, who: Standing = ANYBODY) -> Money | None:
        """Money per hour, None where nothing is loaded that fits."""
        try:
            return self.rate_on(worked_on, who)
        except Conflict:
            return None

    def rate_on(self, worked_on: date, who: Standing = ANYBODY) -> Money:
        """Money per hour of that person on that day.

        Raises Conflict: `rate_year_missing` for a year that is not loaded, `class_without_rate` for a
        class that the matrix does not speak of, `experience_unknown` for a lawyer whose year nobody
        knows, `rate_band_missing` where the year is loaded and the band is not.
        """
        year = self.year_of(worked_on)
        if year not in self.flat and year not in self.bands:
            message = _(
                "The %(matrix)s matrix has no rate for %(year)s. Load that year first.",
                matrix=self.rules.short,
                year=str(year),
            )
            raise Conflict("rate_year_missing", message)
        if self.rules.is_for_volunteers and (who.classification in LAWYERS or who.experience_year):
            raise Conflict("class_without_rate", _("This rate is for volunteers, not for lawyers."))
        return self.flat[year] if year in self.flat else self._of_band(year, worked_on, who)

    def _of_band(self, year: int, worked_on: date, who: Standing) -> Money:
        if who.classification in PARALEGALS_AND_CLERKS:
            found = [rate for band, rate in self.bands[year].items() if band.first is None]
        elif who.classification and who.classification not in LAWYERS:
            raise Conflict("class_without_rate", _("This matrix has no rate for this class."))
        elif who.experience_year is None:
            raise Conflict(
                "experience_unknown", _("The year of admission is unknown, so no rate can be read.")
            )
        else:
            years = self.experience_on(worked_on, who.experience_year)
            found = [rate for band, rate in self.bands[year].items() if band.holds(years)]
        if not found:
            raise Conflict("rate_band_missing", _("The rate of this band is not loaded for that year."))
        return found[0]


@cache
def matrix(matrix_id: str) -> RateMatrix:
    """The matrix of that id. Raises Invalid on `matrix` when it is not one we hold."""
    if matrix_id not in MATRICES:
        raise Invalid({"matrix": [_("Choose one of: %(known)s.", known=", ".join(MATRICES))]})
    rules = MATRICES[matrix_id]
    about = tomllib.loads((DATA / "SOURCES.toml").read_text(encoding="utf-8"))[rules.file]
    read = RateMatrix(matrix_id, about["title"], about["source"], about["sha256"], rules)
    for row in _rows(rules.file):
        rate = Money.parse(row["rate"], row["currency"])
        if "band" in row:
            band = Band(row["band"], _number(row["from_year"]), _number(row["to_year"]))
            read.bands.setdefault(int(row["rate_year"]), {})[band] = rate
        else:
            read.flat[int(row["year"])] = rate
    return read


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> int | None:
    return int(text) if text else None
