"""The files of a report: the published bytes, a table for spreadsheets, and a document for a board."""

from collections.abc import Iterator, Mapping
from typing import Any

from core import i18n, pdf
from legal.reports.report import TransparencyReport
from legal.reports.showing import view

#: One table for all figures: which, of which months, phase and class, tenths of hours, minor units.
COLUMNS = (
    *("figure", "first_month", "last_month", "phase", "class", "item"),
    *("tenths_of_hours", "amount_minor", "currency", "reason"),
)


def csv_rows(report: TransparencyReport) -> Iterator[tuple[Any, ...]]:
    """A line for each figure; hidden ones are empty and say why."""
    content = report.figures
    currency, hours = content["currency"], content["hours"]
    withheld = content["bonds"].get("withheld", "")
    for name, minor in content["tiles"].items():
        reason = withheld if minor is None else ""
        yield _line("tile", item=name.removesuffix("_minor"), minor=minor, currency=currency, reason=reason)
    yield _line("hours_total", tenths=hours["total_tenths"], minor=hours["value_minor"], currency=currency)
    for figure, rows in (
        ("hours_by_month", hours["by_month"]),
        ("hours_by_phase", hours["by_phase"]),
        ("hours_by_class", hours["by_class"]),
        ("hours", hours["rows"]),
    ):
        for row in rows:
            yield _line(
                figure,
                row,
                tenths=row["tenths"],
                minor=row["value_minor"],
                currency=currency,
                reason=row.get("reason"),
            )
    for row in content["costs"]:
        yield _line("cost", item=row["category"], minor=row["amount_minor"], currency=currency)
    for name, value in content["bonds"].items():
        if name.endswith("_minor"):
            item = name.removesuffix("_minor")
            yield _line("bond", item=item, minor=value, currency=currency, reason=withheld)
    yield _line("bond", item=f"times_recycled {content['bonds']['times_recycled'] or ''}".strip())
    yield from _budgets(content)
    yield from _about(report, content)


def _budgets(content: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A line for each figure of a stage, which its id names; the words stand on the page."""
    for budget in content.get("budgets", []):
        for stage in budget["stages"]:
            for name, value in stage.items():
                if name.endswith("_minor") and name != "value_minor" and value is not None:
                    item = f"{stage['id']} {name.removesuffix('_minor')}"
                    yield _line("budget", item=item, minor=value, currency=budget["currency"])
            if stage["tenths"]:
                given = {"tenths": stage["tenths"], "minor": stage["value_minor"]}
                yield _line("budget", item=f"{stage['id']} pro_bono", currency=budget["currency"], **given)


def _about(report: TransparencyReport, content: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    method = content["method"]
    yield _line("as_of", item=content["as_of"])
    yield _line("suppression_k", item=method["k"])
    for name in method["rounding"]:
        yield _line("rounding", item=name)
    for each in method["matrices"]:
        yield _line("matrix", item=f"{each['id']} {each['source']} {each['sha256']}")
    yield _line("sha256", item=report.sha256)


def _line(
    figure: str,
    row: Mapping[str, Any] | None = None,
    *,
    item: Any = "",
    **given: Any,
) -> tuple[Any, ...]:
    at = row or {}
    places = (at.get(name, "") for name in ("first_month", "last_month", "phase", "class"))
    return (
        *(figure, *places, item),
        *(given.get(name, "") for name in ("tenths", "minor", "currency", "reason")),
    )


def document(report: TransparencyReport, *, title: str, address: str, notes: list[str]) -> bytes:
    """The report as a tagged PDF in the reader's language: `title` is the campaign's, `address` where the
    report stands."""
    shown = view(report.figures)
    about = {
        "language": i18n.language(),
        "campaign": title,
        "organisation": report.figures["organisation"],
        "address": address,
        "sha256": report.sha256,
        "notes": notes,
        **shown,
        "budgets": [each["rows"] for each in shown["budgets"]],
    }
    return pdf.render("report", about, made_at=report.published_at)
