"""The window of a drive is half-open, on days of 23 and 25 hours too, and grace is a rule of its own."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.drives.drive import Drive
from campaigns.drives.drive_terms import deadline
from core import clock
from core.errors import Invalid

pytestmark = pytest.mark.pure

MICROSECOND = timedelta(microseconds=1)
OPENS = datetime(2020, 1, 1, tzinfo=UTC)


def drive(closes_at: datetime | None, **changes: object) -> Drive:
    values = {"opens_at": OPENS, "closes_at": closes_at, "grace_minutes": 30, "grace_counts": True} | changes
    return Drive(**values)


#: Zone, last day, and how long that day is: both clock changes of a year, and a plain day.
DAYS = [
    ("America/Chicago", date(2026, 3, 8), 23.0),
    ("America/Chicago", date(2026, 11, 1), 25.0),
    ("America/Chicago", date(2026, 7, 4), 24.0),
    ("Europe/Madrid", date(2026, 3, 29), 23.0),
    ("Europe/Madrid", date(2026, 10, 25), 25.0),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
]


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_the_last_instant_of_the_day_counts_and_midnight_does_not(zone: str, day: date, hours: float) -> None:
    closes = clock.closes_at(day, zone)
    assert closes - clock.opens_at(day, zone) == timedelta(hours=hours)
    it = drive(closes)
    last = datetime.combine(day, time(23, 59, 59, 999_000), ZoneInfo(zone))
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    assert it.is_open(last)
    assert it.is_open(closes - MICROSECOND)
    assert not it.is_open(midnight)
    assert not it.is_open(closes)


def test_the_first_instant_counts_and_the_one_before_does_not() -> None:
    it = drive(None)
    assert it.is_open(OPENS)
    assert not it.is_open(OPENS - MICROSECOND)


CLOSES = datetime(2026, 7, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("started", "paid", "counts"),
    [
        (-60, -1, True),
        (-60, 0, True),
        (-1, 30 * 60 - 1, True),
        (-1, 30 * 60, False),
        (0, 1, False),
        (5, 10, False),
    ],
)
def test_a_checkout_opened_in_time_may_finish_within_the_grace(started: int, paid: int, counts: bool) -> None:
    it = drive(CLOSES)
    instants = {
        "started_at": CLOSES + timedelta(seconds=started),
        "paid_at": CLOSES + timedelta(seconds=paid),
    }
    assert it.counts(**instants) is counts
    assert drive(CLOSES, grace_counts=False).counts(**instants) is (paid < 0)


def test_closing_by_hand_ends_the_window_early() -> None:
    it = drive(CLOSES, closed_at=CLOSES - timedelta(days=1), published_at=OPENS)
    assert it.ends_at == CLOSES - timedelta(days=1)
    assert it.state(CLOSES - timedelta(days=2)) == "open"
    assert it.state(CLOSES - timedelta(days=1)) == "closed"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "draft"),
        ({"published_at": OPENS}, "open"),
        ({"published_at": OPENS, "opens_at": CLOSES - timedelta(minutes=1)}, "scheduled"),
        ({"published_at": OPENS, "closes_at": CLOSES - timedelta(hours=2)}, "closed"),
    ],
)
def test_the_state_is_read_off_the_window(changes: dict[str, object], state: str) -> None:
    it = drive(**({"closes_at": CLOSES} | changes))  # pyright: ignore[reportArgumentType]
    assert it.state(CLOSES - timedelta(hours=1)) == state


NEXT_YEAR = clock.today().year + 1


def _clock_change(month: int) -> date:
    """The day of that month of next year on which Chicago changes its clocks."""
    days = (date(NEXT_YEAR, month, 1) + timedelta(days=each) for each in range(28))
    return next(
        day
        for day in days
        if clock.closes_at(day, "America/Chicago") - clock.opens_at(day, "America/Chicago")
        != timedelta(hours=24)
    )


def test_a_deadline_is_the_end_of_its_day_or_a_time_of_it() -> None:
    day, zone = date(NEXT_YEAR, 7, 4), "America/Chicago"
    assert deadline({"closes_on": day}, zone) == datetime(NEXT_YEAR, 7, 5, 5, tzinfo=UTC)
    at_six = {"closes_on": day, "closes_time": time(18)}
    assert deadline(at_six, zone) == datetime(NEXT_YEAR, 7, 4, 23, tzinfo=UTC)
    assert deadline({}, zone) is None


def test_a_time_that_clocks_skip_is_refused_and_of_a_repeated_one_the_first_counts() -> None:
    skipped = {"closes_on": _clock_change(3), "closes_time": time(2, 30)}
    with pytest.raises(Invalid, match="closes_time"):
        deadline(skipped, "America/Chicago")
    repeated = {"closes_on": _clock_change(11), "closes_time": time(1, 30)}
    instant = deadline(repeated, "America/Chicago")
    assert instant is not None
    assert instant.hour == 6


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"closes_on": date(2020, 1, 1)}, "closes_on"),
        ({"closes_on": date(9999, 12, 31)}, "closes_on"),
        ({"closes_on": date(1, 1, 1)}, "closes_on"),
        ({"closes_at": datetime(2020, 1, 1, tzinfo=UTC)}, "closes_at"),
        ({"closes_at": datetime(9999, 1, 1, tzinfo=UTC)}, "closes_at"),
        ({"closes_time": time(12)}, "closes_on"),
    ],
)
def test_a_deadline_that_cannot_be_kept_names_its_field(terms: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid, match=field):
        deadline(terms, "America/Chicago")
