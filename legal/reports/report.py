"""A transparency report: the figures of closed months as they were published, kept for good.

A report is one insert-only row: its content as canonical JSON, the digest of exactly these bytes, and an
address that nobody can guess. It may be superseded by another row; it stays where it is.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, select, true
from sqlalchemy.orm import Mapped, aliased, mapped_column

from campaigns.campaign import Campaign
from campaigns.reading import campaigns_of
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import NotFound
from staff.access import Actor


class TransparencyReport(Model):
    """`first_month` and `last_month` are first days of months, both included. Work before `first_month`
    that was certified late is in it as well, and in no other report."""

    __tablename__ = "transparency_report"
    __table_args__ = (
        CheckConstraint("first_month <= last_month", name="months"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("supersedes_id IS NULL OR supersedes_id <> id", name="supersedes"),
        Index("ix_transparency_report_campaign", "campaign_id", "last_month"),
        # A report is replaced once; two people who replace it at once make one new report.
        Index("uq_transparency_report_supersedes_id", "supersedes_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    first_month: Mapped[date] = mapped_column()
    last_month: Mapped[date] = mapped_column()
    #: What was certified by this instant is in it.
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    supersedes_id: Mapped[str | None] = mapped_column(ForeignKey("transparency_report.id"))
    published_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Whether the amount of a bond is in it; then it is public as long as the client agrees to that.
    tells_bond_amount: Mapped[bool] = mapped_column(default=True, server_default=true())

    def may_be_told(self, campaign: Campaign) -> bool:
        """Whether what it says of bonds is among what the client agrees to."""
        return campaign.tells_bond_amount or not self.tells_bond_amount

    @property
    def figures(self) -> dict[str, Any]:
        return json.loads(self.content)

    @property
    def is_as_published(self) -> bool:
        """Whether the content is still what the digest speaks of."""
        return digest(self.content) == self.sha256


class ReportNote(Model):
    """Words beside a report, which holds none itself: they passed the disclosure screen, and can be taken
    back without touching a figure."""

    __tablename__ = "report_note"
    __table_args__ = (CheckConstraint("length(body) BETWEEN 1 AND 2000", name="body"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("rnote"))
    report_id: Mapped[str] = mapped_column(ForeignKey("transparency_report.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def canonical(content: dict[str, Any]) -> str:
    """The one way in which a content is written: names sorted, no blanks, integers only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def reports_of(actor: Actor) -> Select[TransparencyReport]:
    """The reports of campaigns in which the actor's organisation takes part, the latest first."""
    mine = campaigns_of(actor).with_only_columns(Campaign.id)
    query = select(TransparencyReport).where(TransparencyReport.campaign_id.in_(mine))
    return query.order_by(TransparencyReport.published_at.desc(), TransparencyReport.id)


def get_report(actor: Actor, report_id: str) -> TransparencyReport:
    """Raises NotFound."""
    found = db.session.scalar(reports_of(actor).where(TransparencyReport.id == report_id))
    if found is None:
        raise NotFound
    return found


def current_reports(campaign_id: str) -> list[TransparencyReport]:
    """The reports of a campaign that no other one supersedes, the latest months first."""
    newer = aliased(TransparencyReport)
    replaced = select(newer.id).where(newer.supersedes_id == TransparencyReport.id).exists()
    query = (
        select(TransparencyReport)
        .where(TransparencyReport.campaign_id == campaign_id, ~replaced)
        .order_by(TransparencyReport.last_month.desc())
    )
    return list(db.session.scalars(query.limit(200)))


def successor_of(report: TransparencyReport) -> TransparencyReport | None:
    """The report that supersedes this one, if any."""
    query = select(TransparencyReport).where(TransparencyReport.supersedes_id == report.id)
    return db.session.scalar(query)


def list_notes(report: TransparencyReport) -> list[ReportNote]:
    """The notes that stand beside a report, oldest first."""
    query = select(ReportNote).where(ReportNote.report_id == report.id, ReportNote.withdrawn_at.is_(None))
    return list(db.session.scalars(query.order_by(ReportNote.published_at, ReportNote.id).limit(50)))
