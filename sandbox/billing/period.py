"""Billing periods: months that keep their day where the month has it."""

import calendar
from datetime import UTC, datetime, timedelta

_DAYS = {"day": 1, "week": 7}


def next_end(anchor: int, after: int, interval: str, count: int) -> int:
    """The first moment (epoch seconds) later than `after` that is whole intervals away from the anchor.

    A subscription that began on the 31st ends its periods on the last day of shorter months.
    """
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in _DAYS:
        length = int(timedelta(days=_DAYS[interval] * count).total_seconds())
        return anchor + ((after - anchor) // length + 1) * length
    months = count * (12 if interval == "year" else 1)
    reached = datetime.fromtimestamp(after, UTC)
    passed = (reached.year - start.year) * 12 + reached.month - start.month
    steps = max(0, passed // months - 1)
    while (end := int(_plus_months(start, steps * months).timestamp())) <= after:
        steps += 1
    return end


def _plus_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
