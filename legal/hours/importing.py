"""Time entries from a CSV file, under the rules of the form and the API.

Columns: timekeeper, worked_on, duration, task, activity, narrative. Every row that breaks a rule is
listed with its number, the column and the rule; nothing is written unless all rows hold, or the caller
says otherwise.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from core.errors import Conflict, Invalid
from legal.hours.time_entry import TimeEntry
from legal.hours.timekeeping import record_time
from legal.matters.matter import get_matter
from legal.matters.timekeeper import list_timekeepers
from staff.access import Actor

#: Each column, and what the schema and the rules call it.
COLUMNS = {
    "timekeeper": "timekeeper_id",
    "worked_on": "worked_on",
    "duration": "duration",
    "task": "task_code",
    "activity": "activity_code",
    "narrative": "narrative",
}
_COLUMN_OF = {name: column for column, name in COLUMNS.items()} | {"minutes": "duration"}
MOST_ROWS = 20_000

#: Reads a row, named as the schema names it, into what `record_time` takes. Raises Invalid.
ReadRow = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class RowError:
    """`row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    rule: str

    def __str__(self) -> str:
        return f"{self.row}: {self.column}: {self.rule}"


class RowsRefused(Conflict):
    """Some rows break a rule, so none was written."""

    def __init__(self, errors: list[RowError]) -> None:
        count = len({error.row for error in errors})
        message = ngettext(
            "One row breaks a rule. Nothing was imported.",
            "%(num)d rows break a rule. Nothing was imported.",
            count,
        )
        super().__init__("rows_refused", message)
        self.errors = errors


@dataclass
class Import:
    """The drafts written, and the rows that were left out."""

    entries: list[TimeEntry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def import_hours(
    actor: Actor, lines: Iterable[str], *, matter_id: str, read: ReadRow, skip_wrong_rows: bool = False
) -> Import:
    """Write one draft for each row, for timekeepers of the actor's organisation, found by name.

    Raises NotFound for a foreign matter, Invalid on `file` when it is not such a table or has too many
    rows, and RowsRefused when rows break a rule, unless `skip_wrong_rows`.
    """
    matter = get_matter(actor, matter_id)
    keepers = {each.name.casefold(): each.id for each in list_timekeepers(actor)}
    done = Import()
    for number, row in _rows(lines):
        try:
            done.entries.append(record_time(actor, **_read_row(row, keepers, matter.id, read)))
        except Invalid as refusal:
            done.errors += [
                RowError(number, _COLUMN_OF.get(name, name), " ".join(texts))
                for name, texts in refusal.errors.items()
            ]
    if done.errors and not skip_wrong_rows:
        raise RowsRefused(done.errors)
    return done


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(lines, strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Invalid({"file": [_("The table lacks these columns: %(names)s.", names=", ".join(missing))]})
    try:
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                raise Invalid({"file": [_("Import %(most)s rows at a time at most.", most=MOST_ROWS)]})
            yield number, {name: row[name] or "" for name in COLUMNS}
    except csv.Error as error:
        message = _("Line %(line)s is not CSV: %(why)s", line=reader.line_num, why=str(error))
        raise Invalid({"file": [message]}) from None


def _read_row(
    row: Mapping[str, str], keepers: Mapping[str, str], matter_id: str, read: ReadRow
) -> dict[str, Any]:
    keeper_id = keepers.get(row["timekeeper"].strip().casefold())
    if keeper_id is None:
        raise Invalid({"timekeeper_id": [_("Your organisation has no timekeeper of this name.")]})
    named = {name: row[column] for column, name in COLUMNS.items()}
    return read({**named, "matter_id": matter_id, "timekeeper_id": keeper_id})
