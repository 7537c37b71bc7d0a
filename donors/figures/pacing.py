"""Where a drive will end if it goes on as it did so far, in figures and in a sentence."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from campaigns.drives.drive import Drive
from core import i18n
from core.money import EXPONENTS
from donors.figures.goal_progress import GoalProgress
from donors.figures.progress import Progress

#: Sooner than this after the opening, any rate is an accident.
_TOO_SOON = timedelta(hours=1)


def at_this_pace(drive: Drive, actual: int, now: datetime) -> int | None:
    """The figure at the deadline, when it grows evenly from the opening on as it has until `now`.

    None without a deadline, before the first hour is over and after the close.
    """
    if drive.ends_at is None or now >= drive.ends_at or now - drive.opens_at < _TOO_SOON:
        return None
    whole, gone = drive.ends_at - drive.opens_at, now - drive.opens_at
    return actual * int(whole.total_seconds()) // int(gone.total_seconds())


def pace_sentence(figures: Progress) -> str:
    """`At this pace: 118 of 130 new monthly donors by midnight`; empty where no pace can be told."""
    drive, now = figures.drive, figures.as_of
    ends = [(goal, at_this_pace(drive, goal.actual, now)) for goal in figures.goals]
    told = [_end(goal, end) for goal, end in ends if end is not None]
    if not told or drive.ends_at is None:
        return ""
    return _("At this pace: %(ends)s by %(when)s.", ends="; ".join(told), when=_when(drive, now))


def _end(goal: GoalProgress, end: int) -> str:
    whole = end - end % 10 ** EXPONENTS[goal.currency]  # a guess has no cents
    text = i18n.money(whole, goal.currency) if goal.is_money else i18n.number(end)
    return _("%(end)s of %(target)s %(label)s", end=text, target=goal.aim_text, label=goal.label)


def _when(drive: Drive, now: datetime) -> str:
    assert drive.ends_at is not None
    local = drive.ends_at.astimezone(ZoneInfo(drive.zone))
    if local.time() == time.min and drive.ends_at - now <= timedelta(days=1):
        return _("midnight")
    return i18n.instant(drive.ends_at, drive.zone)
