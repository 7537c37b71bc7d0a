"""Certified hours as a goal of a drive counts them."""

from sqlalchemy import func, select

from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from legal.hours.time_entry import APPROVED, TimeEntry
from legal.matters.matter import Matter


def certified_tenths(drive: Drive) -> int:
    """Tenths of certified hours on matters of the drive's campaign, worked on days on which the drive was
    open, in the drive's zone. Drafts, submitted hours and pledges are not in it."""
    query = (
        select(func.coalesce(func.sum(TimeEntry.units_tenths), 0))
        .join(Matter, Matter.id == TimeEntry.matter_id)
        .where(
            Matter.campaign_id == drive.campaign_id,
            TimeEntry.state == APPROVED,
            TimeEntry.worked_on >= clock.day_of(drive.opens_at, drive.zone),
        )
    )
    if drive.ends_at is not None:
        # The first instant that no longer counts may be the first of a day, which is then not in it.
        last = clock.day_of(drive.ends_at, drive.zone)
        is_midnight = clock.opens_at(last, drive.zone) == drive.ends_at
        query = query.where(TimeEntry.worked_on < last if is_midnight else TimeEntry.worked_on <= last)
    return int(db.session.scalar(query) or 0)
