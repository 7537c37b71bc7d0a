"""The content of a report, as it is published: integers, codes and days; words are chosen when it is read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from legal.rates.rate_matrix import matrix
from legal.reports.building import ALL, Hours, Lines, add
from legal.reports.counting import Tally, Worked
from legal.reports.folding import FEWEST_ENTRIES, OTHER, Months

#: Why a cell is null. One word for all of them: to say which were small would say how small.
SUPPRESSED = "suppressed"


def hours_content(hours: Hours) -> dict[str, Any]:
    """The table: totals by month, phase and class, and a row for each cell, null where it is hidden."""
    lines = hours.lines
    phases, classes = lines.names("phases"), lines.names("classes")
    everything = add(hours.cells.values())
    return {
        "total_tenths": everything.tenths if everything else 0,
        "valued_tenths": everything.valued_tenths if everything else 0,
        "value_minor": everything.value_minor if everything else 0,
        "by_month": [{**_months(run), **_figures(hours.total(0, at))} for at, run in enumerate(lines.months)],
        "by_phase": [{"phase": name, **_figures(hours.total(1, at))} for at, name in enumerate(phases)],
        "by_class": [{"class": name, **_figures(hours.total(2, at))} for at, name in enumerate(classes)],
        "rows": [] if lines.are_months_alone else list(_rows(hours, phases, classes)),
        "folded_phases": _folded(lines.phases.items()),
        "folded_classes": _folded(lines.classes.items()),
    }


def _rows(hours: Hours, phases: list[str], classes: list[str]) -> Iterator[dict[str, Any]]:
    for cell in sorted(hours.cells):
        month, phase, of_class = cell
        tally = hours.cells[cell]
        is_hidden = cell in hours.hidden
        yield {
            **_months(hours.lines.months[month]),
            "phase": phases[phase],
            "class": classes[of_class],
            "tenths": None if is_hidden else tally.tenths,
            "value_minor": None if is_hidden else tally.value_minor,
            "reason": SUPPRESSED if is_hidden else None,
        }


def _figures(tally: Tally | None) -> dict[str, int]:
    return {"tenths": tally.tenths if tally else 0, "value_minor": tally.value_minor if tally else 0}


def _months(run: Months) -> dict[str, str]:
    return {"first_month": f"{run.first:%Y-%m}", "last_month": f"{run.last:%Y-%m}"}


def _folded(lines: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(name for name, line in lines if line in (ALL, OTHER))


def method_content(hours: Hours, *, k: int) -> dict[str, Any]:
    """How the figures came about: every matrix with its source and checksum, rounding, suppression."""
    used = sorted({each.matrix for each in hours.work if each.matrix})
    return {
        "matrices": [
            {"id": name, "title": matrix(name).title, "source": matrix(name).source, "sha256": sha256}
            for name, sha256 in used
        ],
        "rounding": sorted({each.rounding for each in hours.work}),
        "k": k,
        "fewest_entries": FEWEST_ENTRIES,
    }


def lines_of(content: dict[str, Any], work: Iterable[Worked]) -> Lines:
    """The lines of a published report, so that a correction of it can stand on the same. Phases and classes
    of `work` that it did not know join the rest."""
    hours = content["hours"]
    known = Lines(
        months=[Months(_day(each["first_month"]), _day(each["last_month"])) for each in hours["by_month"]],
        phases=_lines_of(hours["by_phase"], "phase", hours["folded_phases"]),
        classes=_lines_of(hours["by_class"], "class", hours["folded_classes"]),
    )
    each = list(work)
    return replace(
        known,
        phases=_with_rest(known.phases, {one.phase for one in each}),
        classes=_with_rest(known.classes, {one.classification for one in each}),
    )


def _with_rest(lines: Mapping[str, str], names: set[str]) -> dict[str, str]:
    rest = ALL if ALL in lines.values() or not lines else OTHER
    return dict.fromkeys(names, rest) | dict(lines)


def _lines_of(totals: list[dict[str, Any]], axis: str, folded: list[str]) -> dict[str, str]:
    names = [each[axis] for each in totals]
    rest = ALL if ALL in names else OTHER
    return {name: name for name in names if name not in (ALL, OTHER)} | dict.fromkeys(folded, rest)


def _day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def stamp(at: datetime) -> str:
    """An instant as the content writes it: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
