"""A later deadline: never in silence. What was promised first, what holds now and why stand on the drive's page."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Select, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.disclosure import Standing, ask_again, screen_for_campaign, stands
from campaigns.drives.drafting import get_own
from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import deadline
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, Invalid
from staff import audit
from staff.access import Actor

SHORTEST_NOTE, LONGEST_NOTE = 10, 500


class DriveExtension(Model):
    """From one deadline to a later one, with the words that the public reads about it."""

    __tablename__ = "drive_extension"
    __table_args__ = (
        CheckConstraint("closed_before < closes_now", name="later"),
        CheckConstraint("length(note) BETWEEN 10 AND 500", name="note"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("ext"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), index=True)
    closed_before: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_now: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)
    #: The member who extended it; None for software.
    extended_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    extended_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def extend_drive(
    actor: Actor, drive_id: str, terms: Mapping[str, Any], *, note: str, looked_at: bool = False
) -> DriveExtension:
    """Move the deadline of an open public drive to a later one. `terms` has closes_on and closes_time, or closes_at.

    Raises Invalid on closes_on, closes_at and note; Conflict `not_public`, `closed`, `no_deadline`, `look_again`.
    """
    drive = get_own(actor, drive_id)
    before = _deadline_of_open(drive)
    note = note.strip()
    wanted = _later(before, deadline(terms, drive.zone), note)
    ask_again(screen_for_campaign(drive.campaign_id, {"note": note}), looked_at=looked_at)
    extension = DriveExtension(
        drive_id=drive.id,
        closed_before=before,
        closes_now=wanted,
        note=note,
        extended_by_id=actor.member_id,
    )
    drive.closes_at = wanted
    db.session.add(extension)
    db.session.flush()
    audit.record(
        actor,
        "drive.extended",
        drive.id,
        reason=note,
        before={"closes_at": before.isoformat()},
        after={"closes_at": wanted.isoformat()},
    )
    return extension


def _deadline_of_open(drive: Drive) -> datetime:
    if not drive.is_public:
        raise Conflict("not_public", _("This drive is not public. Change its deadline where it is drafted."))
    if drive.closes_at is None:
        raise Conflict("no_deadline", _("This drive has no deadline."))
    if drive.ends_at is not None and drive.ends_at <= clock.now():
        raise Conflict("closed", _("This drive is closed. Begin another one."))
    return drive.closes_at


def _later(before: datetime, wanted: datetime | None, note: str) -> datetime:
    wrong: dict[str, list[str]] = {}
    if wanted is None or wanted <= before:
        wrong["closes_on"] = [_("Choose a deadline after the present one.")]
    if not SHORTEST_NOTE <= len(note) <= LONGEST_NOTE:
        wrong["note"] = [_("Say in 10 to 500 characters why it is later. The public reads it.")]
    if wrong or wanted is None:
        raise Invalid(wrong)
    return wanted


@stands
def extensions_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    query = (
        select(DriveExtension.drive_id, DriveExtension.note)
        .join(Drive, Drive.id == DriveExtension.drive_id)
        .where(Drive.campaign_id.in_(campaigns))
    )
    for drive_id, note in db.session.execute(query):
        yield "drive", drive_id, note
