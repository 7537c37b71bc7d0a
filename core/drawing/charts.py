"""Geometry of the server's SVG charts: pure functions from figures to places; macros draw them.

Across, places are percentages of the chart's width; down, px. So text keeps its size on a phone and bars
keep their proportion on a desk, without a script. Values are whole numbers (minor units, tenths, counts).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Room for a chart's marks, in px: above it a line of labels, below it another.
PLOT_TOP, PLOT_HEIGHT = 24, 136
BASELINE = PLOT_TOP + PLOT_HEIGHT
HEIGHT = BASELINE + 24
#: Units across the stepped line's own coordinates, which the drawing stretches to the full width.
STEP_WIDTH = 1000
_MOST_LABELS = 6


@dataclass(frozen=True)
class Bar:
    """One bar: x, width and label_x in percent, y and height in px. Crowded labels are not shown."""

    label: str
    text: str
    x: float
    width: float
    label_x: float
    y: float
    height: float
    shows_label: bool
    is_highest: bool


@dataclass(frozen=True)
class Steps:
    """A stepped line. `path` has x from 0 to STEP_WIDTH and y in px; the rest as in `Bar`.

    `goal_y` is None without a goal, `deadline_x` without a deadline inside the chart.
    """

    path: str
    last_x: float
    last_y: float
    goal_y: float | None
    deadline_x: float | None


@dataclass(frozen=True)
class Part:
    """One part of a stacked bar: x and width in percent, share in percent as a whole number."""

    label: str
    text: str
    x: float
    width: float
    share: int


def bars(points: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Bars for (label, value, value as text); values below zero stand at zero."""
    if not points:
        return []
    highest = max(max(value for _, value, _ in points), 1)
    slot = 100 / max(len(points), 4)  # one or two months do not fill the page
    every = -(-len(points) // _MOST_LABELS)
    drawn: list[Bar] = []
    for place, (label, value, text) in enumerate(points):
        height = round(PLOT_HEIGHT * max(value, 0) / highest, 1)
        drawn.append(
            Bar(
                label=label,
                text=text,
                x=round(place * slot + slot * 0.12, 2),
                width=round(slot * 0.76, 2),
                label_x=round((place + 0.5) * slot, 2),
                y=round(BASELINE - height, 1),
                height=height,
                shows_label=(len(points) - 1 - place) % every == 0,
                is_highest=value == highest,
            )
        )
    return drawn


def steps(
    points: Sequence[tuple[datetime, int]],
    *,
    starts_at: datetime,
    ends_at: datetime,
    goal: int | None = None,
) -> Steps:
    """The running total `points` (instant, total so far; in order) between two instants.

    The scale reaches the goal or the highest total, whichever is more. The deadline is `ends_at`; a chart
    whose last point lies beyond it stretches to that point.
    """
    until = max([ends_at, *(at for at, _ in points)])
    span = max((until - starts_at).total_seconds(), 1)
    highest = max([goal or 0, 1, *(total for _, total in points)])

    def x(at: datetime) -> float:
        return round(STEP_WIDTH * min(max((at - starts_at).total_seconds() / span, 0), 1), 1)

    def y(total: int) -> float:
        return round(BASELINE - PLOT_HEIGHT * max(total, 0) / highest, 1)

    path, last_x, last_y = [f"M0 {BASELINE}"], 0.0, float(BASELINE)
    for at, total in points:
        last_x = x(at)
        path.append(f"H{last_x:g}")
        if y(total) != last_y:
            last_y = y(total)
            path.append(f"V{last_y:g}")
    return Steps(
        path="".join(path),
        last_x=last_x * 100 / STEP_WIDTH,
        last_y=last_y,
        goal_y=y(goal) if goal else None,
        deadline_x=x(ends_at) * 100 / STEP_WIDTH,
    )


def daily_steps(
    days: Sequence[tuple[date, int]],
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    as_of: datetime,
    goal: int | None = None,
) -> Steps:
    """`steps` of (day, total at its end): each total stands at the day's end in `zone`, today's at `as_of`."""

    def end_of(day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))

    points = [(min(end_of(day), ends_at, as_of), total) for day, total in days]
    return steps(points, starts_at=starts_at, ends_at=ends_at, goal=goal)


def stack(parts: Sequence[tuple[str, int, str]]) -> list[Part]:
    """One bar of (label, value, value as text), left to right; parts of nothing are left out.

    Shares are whole percents that add up to 100 (largest remainders).
    """
    shown = [part for part in parts if part[1] > 0]
    total = sum(value for _, value, _ in shown)
    shares = _whole_percents([value for _, value, _ in shown], total)
    drawn: list[Part] = []
    x = 0.0
    for (label, value, text), share in zip(shown, shares, strict=True):
        width = 100 * value / total
        drawn.append(Part(label, text, round(x, 3), round(width, 3), share))
        x += width
    return drawn


def _whole_percents(values: list[int], total: int) -> list[int]:
    if not values:
        return []
    shares = [100 * value // total for value in values]
    by_remainder = sorted(range(len(values)), key=lambda place: -(100 * values[place] % total))
    for place in by_remainder[: 100 - sum(shares)]:
        shares[place] += 1
    return shares
