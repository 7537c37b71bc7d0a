"""What a drive is drafted with, and what may be wrong with it: deadline, limits, goals, words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from campaigns.drives.goal import METRICS, MONEY
from core import clock
from core.errors import Invalid
from core.money import LARGEST_MINOR

DEDUCTIBILITY = ("deductible", "not_deductible", "ask_counsel")
FURTHEST = timedelta(days=3660)
RHYTHMS = ("week", "month", "quarter", "year")
MOST_PEOPLE = 10_000_000
MOST_PRESETS = 6
MOST_STEPS = 10
LONGEST_GRACE_MINUTES = 1440


@dataclass(frozen=True, kw_only=True)
class GoalTerms:
    """A goal to reach. `target` is minor units for amount and monthly value, people for donors and new
    monthly donors and signatures, whole hours for pro bono hours."""

    metric: str
    target: int
    lookback_months: int = 12
    #: Milestones on the way and stretch goals beyond, ascending.
    steps: Sequence[int] = ()


@dataclass(frozen=True, kw_only=True)
class DriveTerms:
    """What a drive is drafted with.

    `slug` None: suggested from the title. `zone` None: the organisation's. The deadline is `closes_on` (a
    day, at whose end in the zone the drive closes; with `closes_time`, at that time of the day) or the
    instant `closes_at`, or none. `opens_at` None: now. Amounts are minor units of the fund's currency.
    `rhythms`: in which one may give besides once.
    """

    title: str
    slug: str | None = None
    summary: str = ""
    story: str = ""
    petition: str = ""
    zone: str | None = None
    closes_on: date | None = None
    closes_time: time | None = None
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    grace_minutes: int = 30
    grace_counts: bool = True
    presets_minor: Sequence[int] = (2500, 5000, 10000)
    rhythms: Sequence[str] = ("month",)
    min_minor: int = 100
    max_minor: int = 5_000_000
    deductibility: str = "ask_counsel"
    goals: Sequence[GoalTerms] = field(default=())


def deadline(terms: Mapping[str, Any], zone: str) -> datetime | None:
    """The first instant that no longer counts, from `closes_on` and `closes_time` in `zone`, or `closes_at`.

    Raises Invalid on the field that is wrong, deadlines that have passed included.
    """
    name = "closes_on" if terms.get("closes_on") else "closes_at"
    instant = terms.get("closes_at")
    if terms.get("closes_on"):
        day = terms["closes_on"]
        if not date(2000, 1, 1) <= day <= clock.today() + FURTHEST:
            raise Invalid({name: [_("Choose a day in the coming ten years.")]})
        local = terms.get("closes_time")
        instant = clock.closes_at(day, zone) if local is None else _at(day, local, zone)
    elif terms.get("closes_time"):
        raise Invalid({"closes_on": [_("Choose the day, too.")]})
    if instant is None:
        return None
    if instant <= clock.now():
        raise Invalid({name: [_("This deadline has passed. Choose a later one.")]})
    if instant > clock.now() + FURTHEST:
        raise Invalid({name: [_("Choose a day in the coming ten years.")]})
    return instant


def _at(day: date, local: time, zone: str) -> datetime:
    # Where clocks go back, a time occurs twice and the first one counts.
    wanted = datetime.combine(day, local, ZoneInfo(zone))
    instant = wanted.astimezone(ZoneInfo("UTC"))
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wanted.replace(tzinfo=None):
        raise Invalid({"closes_time": [_("Clocks skip this time on that day. Choose another.")]})
    return instant


def check_zone(zone: str) -> None:
    """Raise Invalid on zone unless it is an IANA zone."""
    if not clock.is_zone(zone):
        raise Invalid({"zone": [_("Choose a time zone from the list, like America/Chicago.")]})


def wrong_rules(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with window, grace, deductibility and amounts; takes the whole set of them."""
    wrong: dict[str, list[str]] = {}
    if values["closes_at"] is not None and values["opens_at"] >= values["closes_at"]:
        wrong["opens_at"] = [_("The drive must open before it closes.")]
    if not 0 <= values["grace_minutes"] <= LONGEST_GRACE_MINUTES:
        wrong["grace_minutes"] = [_("Choose 0 to %(most)s minutes.", most=LONGEST_GRACE_MINUTES)]
    if values["deductibility"] not in DEDUCTIBILITY:
        wrong["deductibility"] = [_("Choose deductible, not deductible, or ask counsel.")]
    return wrong | _wrong_amounts(values)


def _wrong_amounts(values: Mapping[str, Any]) -> dict[str, list[str]]:
    smallest, largest, presets = values["min_minor"], values["max_minor"], values["presets_minor"]
    if not 0 < smallest <= LARGEST_MINOR:
        return {"min_minor": [_("The smallest gift must be more than zero.")]}
    if not smallest <= largest <= LARGEST_MINOR:
        return {"max_minor": [_("The largest gift must not be less than the smallest.")]}
    if not 1 <= len(presets) <= MOST_PRESETS or list(presets) != sorted(set(presets)):
        most = MOST_PRESETS
        return {"presets_minor": [_("Offer 1 to %(most)s different amounts, smallest first.", most=most)]}
    if not all(smallest <= each <= largest for each in presets):
        return {"presets_minor": [_("Offer amounts between the smallest and the largest gift.")]}
    return {}


def wrong_goals(goals: Sequence[GoalTerms]) -> dict[str, list[str]]:
    """What is wrong with each goal, as `goals.0.target`."""
    wrong: dict[str, list[str]] = {}
    for index, goal in enumerate(goals):
        most = LARGEST_MINOR if goal.metric in MONEY else MOST_PEOPLE
        if goal.metric not in METRICS or goal.metric in {each.metric for each in goals[:index]}:
            wrong[f"goals.{index}.metric"] = [
                _("Choose from %(metrics)s, each once.", metrics=", ".join(METRICS))
            ]
        if not 0 < goal.target <= most:
            wrong[f"goals.{index}.target"] = [_("The target must be more than zero, and within reason.")]
        if not _are_steps(goal, most):
            text = _(
                "Write up to %(most)s different steps, smallest first, without the goal.", most=MOST_STEPS
            )
            wrong[f"goals.{index}.steps"] = [text]
        if not 0 <= goal.lookback_months <= 120:
            wrong[f"goals.{index}.lookback_months"] = [_("Choose 0 to 120 months.")]
    return wrong


def _are_steps(goal: GoalTerms, most: int) -> bool:
    steps = list(goal.steps)
    in_order = steps == sorted({*steps} - {goal.target})
    return in_order and len(steps) <= MOST_STEPS and all(0 < each <= most for each in steps)
