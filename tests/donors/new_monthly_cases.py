"""The table of who is a new monthly donor: one line a case, as data. test_new_monthly_table.py reads it.

A moment is `opens`, `closes` or `pay` (the moment of the payment that the case is about), then offsets: `closes-1ms`,
`opens+10d`, `closes+20min`, `pay-13mo`. A step is (what, who, more); a promise has a name.
"""

from dataclasses import dataclass, field
from typing import Any

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    name: str
    #: The rule that must decide about the promise `it`, and how many the drive counts in all.
    rule: str
    counted: int
    steps: tuple[Step, ...]
    zone: str = "America/New_York"
    #: First day and last day of the drive, both of them in it, in its zone.
    days: tuple[str, str] = ("2026-03-01", "2026-05-15")
    drive: dict[str, Any] = field(default_factory=dict)


def paid(at: str = "opens+10d", **more: Any) -> Step:
    """An instalment of the promise `it` (another with promise=), by the donor `ana` (another with donor=)."""
    return "paid", {"at": at, "promise": "it", "donor": "ana", "rhythm": "month", **more}


def once(at: str) -> Step:
    return "once", {"at": at, "donor": "ana"}


def ended(at: str, state: str = "cancelled") -> Step:
    return "ended", {"at": at, "promise": "it", "state": state}


def refunded(at: str, promise: str = "it") -> Step:
    return "refunded", {"at": at, "promise": promise}


def merged(kept: str = "ana", absorbed: str = "ben") -> Step:
    return "merged", {"kept": kept, "absorbed": absorbed}


UNDONE: Step = ("undone", {})

CASES: list[Case] = [
    Case("a first payment in the window", "first", 1, (paid(),)),
    Case("a second instalment of the same promise", "first", 1, (paid(), paid("opens+41d"))),
    # Once for each person.
    Case(
        "two promises of one donor",
        "counted_once",
        1,
        (paid("opens+5d", promise="other"), paid("opens+9d")),
    ),
    Case(
        "two promises of one donor, news of the second first",
        "first",
        1,
        (paid("opens+9d", promise="other"), paid("opens+5d")),
    ),
    Case(
        "two donors",
        "first",
        2,
        (paid("opens+5d", promise="other", donor="ben"), paid("opens+9d")),
    ),
    Case(
        "two donors who are one person, merged",
        "counted_once",
        1,
        (paid("opens+5d", promise="other", donor="ben"), paid("opens+9d"), merged()),
    ),
    Case(
        "two donors who are one person, merged, the earlier one kept",
        "first",
        1,
        (paid("opens+5d"), paid("opens+9d", promise="other", donor="ben"), merged()),
    ),
    Case(
        "merged and taken apart again",
        "first",
        2,
        (paid("opens+5d", promise="other", donor="ben"), paid("opens+9d"), merged(), UNDONE),
    ),
    Case(
        "merged with somebody who gave monthly eleven months ago",
        "gave_before",
        0,
        (paid("pay-11mo", promise="old", donor="ben"), paid("pay"), merged()),
    ),
    Case(
        "merged with somebody who gave monthly thirteen months ago",
        "returned",
        1,
        (paid("pay-13mo", promise="old", donor="ben"), paid("pay"), merged()),
    ),
    Case(
        "merged with somebody who gave once last month",
        "one_time_only",
        1,
        (("once", {"at": "pay-1mo", "donor": "ben"}), paid("pay"), merged()),
    ),
    Case(
        "merged first, then a promise from the old address",
        "counted_once",
        1,
        (
            paid("opens+5d", promise="other"),
            ("met", {"donor": "ben"}),
            merged(),
            paid("opens+9d", donor="ben"),
        ),
    ),
    Case(
        "the counted promise is cancelled in the window, the other one is no new donor's",
        "gave_before",
        0,
        (
            paid("opens+5d", promise="other"),
            ("ended", {"at": "opens+6d", "promise": "other"}),
            paid("opens+9d"),
        ),
    ),
    # Who gave before.
    Case("lapsed eleven months ago", "gave_before", 0, (paid("pay-11mo", promise="old"), paid("pay"))),
    Case("lapsed thirteen months ago", "returned", 1, (paid("pay-13mo", promise="old"), paid("pay"))),
    Case(
        "the last instalment exactly twelve months before",
        "returned",
        1,
        (paid("pay-12mo", promise="old"), paid("pay")),
    ),
    Case(
        "the last instalment a moment less than twelve months before",
        "gave_before",
        0,
        (paid("pay-12mo+1ms", promise="old"), paid("pay")),
    ),
    Case(
        "an earlier weekly gift bars as well",
        "gave_before",
        0,
        (paid("pay-2mo", promise="old", rhythm="week"), paid("pay")),
    ),
    Case(
        "a drive that looks back three months",
        "returned",
        1,
        (paid("pay-4mo", promise="old"), paid("pay")),
        drive={"lookback_months": 3},
    ),
    Case(
        "a drive that does not look back still counts a person once",
        "counted_once",
        1,
        (paid("opens+5d", promise="other"), paid("opens+9d")),
        drive={"lookback_months": 0},
    ),
    Case("previous one-time gifts only", "one_time_only", 1, (once("pay-2mo"), once("pay-1d"), paid("pay"))),
    Case(
        "a recurring gift to another organisation",
        "first",
        1,
        (("elsewhere", {"at": "pay-2mo"}), paid("pay")),
    ),
    # How often.
    Case("a weekly promise", "rhythm", 0, (paid(rhythm="week"),)),
    Case("a quarterly promise", "rhythm", 0, (paid(rhythm="quarter"),)),
    Case("a yearly promise", "rhythm", 0, (paid(rhythm="year"),)),
    Case(
        "a weekly promise this spring, then a monthly one",
        "gave_before",
        0,
        (paid("opens+5d", promise="other", rhythm="week"), paid("opens+9d")),
    ),
    Case("begun and never paid", "not_paid", 0, (("begun", {"at": "opens+5d", "promise": "it"}),)),
    # What ends or goes back.
    Case("cancelled inside the window", "cancelled", 0, (paid(), ended("opens+20d"))),
    Case("cancelled in the last moment of the window", "cancelled", 0, (paid(), ended("closes-1ms"))),
    Case("cancelled at the deadline", "ended_later", 1, (paid(), ended("closes"))),
    Case("payments failed for good inside the window", "lapsed", 0, (paid(), ended("closes-2d", "lapsed"))),
    Case(
        "payments failed for good after the deadline",
        "ended_later",
        1,
        (paid(), ended("closes+2d", "lapsed")),
    ),
    Case("refunded inside the window", "refunded", 0, (paid(), refunded("opens+20d"))),
    Case("refunded after the close", "ended_later", 1, (paid(), refunded("closes+20d"))),
    Case(
        "a part of it refunded inside the window",
        "first",
        1,
        (paid(), ("refunded", {"at": "opens+20d", "promise": "it", "minor": 500})),
    ),
    # The edges of the window.
    Case("paid in the first instant", "first", 1, (paid("opens", started="opens-2min"),)),
    Case("paid a moment before it opens", "too_early", 0, (paid("opens-1ms"),)),
    Case("paid at 23:59:59.999", "first", 1, (paid("closes-1ms"),)),
    Case("begun and paid at 00:00:00", "too_late", 0, (paid("closes", started="closes"),)),
    Case(
        "begun in time, paid at 00:00:00, the grace not counting",
        "grace_excluded",
        0,
        (paid("closes", started="closes-2min"),),
        drive={"grace_counts": False},
    ),
    Case(
        "begun in time, paid at 00:00:00, the grace counting",
        "in_grace",
        1,
        (paid("closes", started="closes-2min"),),
    ),
    Case(
        "begun in time, paid in the last moment of the grace",
        "in_grace",
        1,
        (paid("closes+30min-1ms", started="closes-1min"),),
    ),
    Case(
        "begun in time, paid when the grace is over",
        "too_late",
        0,
        (paid("closes+30min", started="closes-1min"),),
    ),
    Case(
        "begun a moment too late, paid in the grace", "too_late", 0, (paid("closes+1min", started="closes"),)
    ),
    Case(
        "a drive that was closed by hand",
        "too_late",
        0,
        (paid("closes-2d", started="closes-2d"),),
        drive={"closed_at": "closes-3d"},
    ),
]

#: Days on which clocks change: (zone, the day of 23 hours, the day of 25 hours).
CLOCK_CHANGES = (
    ("America/New_York", "2026-03-08", "2026-11-01"),
    ("Europe/Madrid", "2026-03-29", "2026-10-25"),
    ("Australia/Sydney", "2026-10-04", "2026-04-05"),
    ("America/Santiago", "2026-09-06", "2026-04-05"),
)
for zone, short, long in CLOCK_CHANGES:
    for hours, day in ((23, short), (25, long)):
        begins, ends = (day, "2026-12-20"), ("2026-01-10", day)
        day_of = f"the day of {hours} hours in {zone}"
        CASES += [
            Case(
                f"{day_of}: its last moment, as the last day", "first", 1, (paid("closes-1ms"),), zone, ends
            ),
            Case(
                f"{day_of}: the midnight after it",
                "too_late",
                0,
                (paid("closes", started="closes"),),
                zone,
                ends,
            ),
            Case(
                f"{day_of}: its last hour but one, as the last day",
                "first",
                1,
                (paid(f"closes-{hours - 1}h"),),
                zone,
                ends,
            ),
            Case(
                f"{day_of}: its first instant, as the first day", "first", 1, (paid("opens"),), zone, begins
            ),
            Case(f"{day_of}: the moment before it", "too_early", 0, (paid("opens-1ms"),), zone, begins),
        ]
