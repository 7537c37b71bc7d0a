"""Taking snapshots of public figures: each day, and when a drive's figures are frozen.

They are frozen once every checkout that was opened in time has ended, which is when the grace is over: then nothing
that counts can arrive any more, but late news of what was paid before. From then on reversals move the adjusted
figures alone. Whoever is about to move a closed drive's figures freezes them first, so that it does not matter
when the clock's own job comes by.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from campaigns.campaign import Campaign
from campaigns.drives.drive import Drive
from core import clock
from core.db import db
from core.gathering import write_out
from donors.figures import progress
from donors.figures.snapshot import (
    CLOSE,
    DAILY,
    NOTHING_BEFORE,
    PublicSnapshot,
    canonical,
    chained,
    snapshots_of,
)

#: Figures of a drive that closed longer ago are not noted each day any more.
FOLLOWED_FOR = timedelta(days=400)


def freezes_at(drive: Drive) -> datetime | None:
    """When the figures become final but for reversals; None while there is no end."""
    return drive.ends_at + timedelta(minutes=drive.grace_minutes) if drive.ends_at else None


def freeze_if_due(drive: Drive) -> None:
    """Freeze the figures of a published drive whose time is over, unless they are frozen already."""
    at, now = freezes_at(drive), clock.now()
    if drive.published_at is None or at is None or now < at:
        return
    taken = select(PublicSnapshot.id).where(PublicSnapshot.drive_id == drive.id, PublicSnapshot.kind == CLOSE)
    if db.session.scalar(taken) is None:
        _take(drive, CLOSE, now)


def note_today(drive: Drive) -> None:
    """The day's snapshot of a drive, unless there is one."""
    now = clock.now()
    today = clock.day_of(now, drive.zone)
    same_day = select(PublicSnapshot.id).where(
        PublicSnapshot.drive_id == drive.id, PublicSnapshot.kind == DAILY, PublicSnapshot.on_day == today
    )
    if db.session.scalar(same_day) is None:
        _take(drive, DAILY, now)


def list_public() -> list[str]:
    """The drives whose figures are public and still followed."""
    now = clock.now()
    query = (
        select(Drive)
        .join(Campaign, Campaign.id == Drive.campaign_id)
        .where(Drive.is_shown(now), Campaign.is_shown(now), Drive.opens_at <= now)
        .order_by(Drive.id)
    )
    found = db.session.scalars(query)
    return [each.id for each in found if each.ends_at is None or now - each.ends_at < FOLLOWED_FOR]


def take_due(drive_id: str) -> None:
    """What the clock asks for: the close first, so that the day's figures come after it."""
    drive = db.session.get_one(Drive, drive_id)
    freeze_if_due(drive)
    note_today(drive)


def verify() -> Iterator[str]:
    """A sentence for the first broken link of each drive's chain."""
    for drive_id in db.session.scalars(
        select(PublicSnapshot.drive_id).distinct().order_by(PublicSnapshot.drive_id)
    ):
        before = NOTHING_BEFORE
        for number, each in enumerate(db.session.scalars(snapshots_of(drive_id)), start=1):
            is_next = each.number == number and each.previous_sha256 == before
            if not is_next or each.sha256 != chained(before, each.content):
                yield f"{drive_id}: snapshot {number} does not follow the one before it"
                break
            before = each.sha256


def _take(drive: Drive, kind: str, now: datetime) -> None:
    write_out()
    # The drive's row is the lock: two snapshots are numbered one after the other.
    db.session.execute(select(Drive.id).where(Drive.id == drive.id).with_for_update())
    last = snapshots_of(drive.id).order_by(None).order_by(PublicSnapshot.number.desc()).limit(1)
    before = db.session.scalar(last)
    number = before.number + 1 if before else 1
    previous = before.sha256 if before else NOTHING_BEFORE
    content = canonical(_content(drive, kind, number, now))
    db.session.add(
        PublicSnapshot(
            drive_id=drive.id,
            number=number,
            kind=kind,
            on_day=clock.day_of(now, drive.zone),
            taken_at=now,
            content=content,
            previous_sha256=previous,
            sha256=chained(previous, content),
        )
    )
    db.session.flush()


def _content(drive: Drive, kind: str, number: int, now: datetime) -> dict[str, Any]:
    """The public JSON of the drive, as everybody could read it at that moment, but for bonds."""
    figures = progress.read(drive.id)
    assert figures is not None
    told = figures.as_json()
    told["legal"] = {name: value for name, value in told["legal"].items() if not name.startswith("bond")}
    del told["match_funds"]  # words of sponsors; the chain keeps figures
    for goal in told["goals"]:
        for name in ("frozen", "aim", "reached"):
            goal.pop(name, None)
    return {"drive": drive.slug, "number": number, "kind": kind, **told, "as_of": now.isoformat()}
