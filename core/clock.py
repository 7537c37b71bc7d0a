"""The only caller of `datetime.now`: instants are aware UTC, days belong to a zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def today(zone: str = "UTC") -> date:
    """The present day in an IANA `zone`."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str) -> date:
    """The day in `zone` that an instant belongs to."""
    return instant.astimezone(ZoneInfo(zone)).date()


def closes_at(day: date, zone: str) -> datetime:
    """The instant at which `day` ends in `zone`: the first instant of the next day, so that
    23:59:59.999 counts and 00:00:00 does not, also on days of 23 or 25 hours."""
    return opens_at(day + timedelta(days=1), zone)


def opens_at(day: date, zone: str) -> datetime:
    """The first instant of `day` in `zone`, as UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def from_epoch(seconds: int | float) -> datetime:
    """An instant from a Unix time, as other services send it."""
    return datetime.fromtimestamp(seconds, UTC)


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone this machine knows."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read from the disk once: it takes a walk through hundreds of files."""
    return frozenset(available_timezones())


def months_before(instant: datetime, months: int) -> datetime:
    """The same day and time `months` earlier, or the last day of a shorter month."""
    total = instant.year * 12 + instant.month - 1 - months
    year, month = divmod(total, 12)
    last_day = monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last_day))
