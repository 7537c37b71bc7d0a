"""A list of names on a drive's page (sponsors of match funds, stages of its budget), cleared together like any public
words. A name is shown where a list that is shown holds exactly these words; else the page says something neutral.

So a drive stays on its page while a new name waits for counsel, and a name that was changed waits again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, Index, Text, case, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from campaigns.shown import Shown
from core import clock, ids
from core.db import Id, Model, UtcDateTime


class DriveNames(Shown, Model):
    __tablename__ = "drive_names"
    __table_args__ = (Index("ix_drive_names_drive", "drive_id", "created_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("names"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    campaign_id: Mapped[str] = mapped_column(ForeignKey(Campaign.id))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    drive: Mapped[Drive] = relationship(lazy="select")


class DriveName(Model):
    """One name; it stands in one list of its drive."""

    __tablename__ = "drive_name"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    names_id: Mapped[str] = mapped_column(ForeignKey(DriveNames.id), index=True)


def shown_name(
    drive_id: Any, name: Any, at: datetime | BindParameter[datetime] | None = None
) -> ColumnElement[str]:
    """The name where it may be shown, else an empty text. `at` as for `Shown.is_shown`."""
    cleared = (
        select(DriveName.name)
        .join(DriveNames, DriveNames.id == DriveName.names_id)
        .where(DriveName.drive_id == drive_id, DriveName.name == name, DriveNames.is_shown(at))
    )
    return case((cleared.exists(), name), else_="")
