"""What a published report tells of each phase, as rows: a page adds them up without opening the reports.

Nothing is here that the report does not say in public. Small phases are folded there into one line, `other` or
`all`, and stay in it here.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, db
from legal.reports.report import TransparencyReport


class ReportPhase(Model):
    __tablename__ = "report_phase"

    report_id: Mapped[str] = mapped_column(ForeignKey(TransparencyReport.id), primary_key=True)
    #: A UTBMS phase, or the line that holds the rest.
    phase: Mapped[str] = mapped_column(Text, primary_key=True)
    hours_tenths: Mapped[int] = mapped_column(BigInteger)
    value_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))


def keep_phases(report: TransparencyReport, content: dict[str, Any]) -> None:
    """Write down a report's totals by phase, in the transaction that publishes it."""
    for line in content["hours"]["by_phase"]:
        row = ReportPhase(report_id=report.id, phase=line["phase"], currency=content["currency"])
        row.hours_tenths, row.value_minor = line["tenths"], line["value_minor"]
        db.session.add(row)
    db.session.flush()


def verify() -> Iterator[str]:
    """A sentence for each report whose rows say something else than the report."""
    kept: dict[str, dict[str, tuple[int, int]]] = {}
    for row in db.session.scalars(select(ReportPhase).execution_options(populate_existing=True)):
        kept.setdefault(row.report_id, {})[row.phase] = (row.hours_tenths, row.value_minor)
    for report in db.session.scalars(select(TransparencyReport).order_by(TransparencyReport.id)):
        lines = report.figures["hours"]["by_phase"]
        told = {line["phase"]: (line["tenths"], line["value_minor"]) for line in lines}
        if kept.get(report.id, {}) != told:
            yield f"{report.id}: kept by phase {kept.get(report.id, {})}, the report says {told}"
