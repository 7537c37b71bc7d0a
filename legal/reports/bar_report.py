"""Pro bono hours as state bars ask for them.

New York: 22 NYCRR 118.1(e)(14), the previous two calendar years, a separate and anonymous statement. Florida:
Rule 4-6.1(d). Illinois: Rule 756(f). All count certified hours alone, in tenths; what a fee was expected for is
left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock, i18n
from core.db import db
from core.errors import NotFound
from legal.hours.time_entry import APPROVED, TimeEntry
from legal.matters.timekeeper import get_timekeeper
from legal.reports.pro_bono_standing import DEFAULT_BENEFICIARY, DEFAULT_CHANNEL, ProBonoStanding
from staff.access import Actor
from staff.organisation import Organisation

FLORIDA_TENTHS = 200
FLORIDA_DOLLARS = 350
STATES = {"ny": "New York", "fl": "Florida", "il": "Illinois"}
#: Calendar years that a statement looks back on.
YEARS = {"ny": 2, "fl": 1, "il": 1}

Sums = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Answer:
    """One line of a statement: `tenths` of hours or whole `dollars` where it is a figure, else words."""

    key: str
    question: str
    tenths: int | None = None
    dollars: int | None = None
    words: str = ""

    @property
    def text(self) -> str:
        if self.tenths is not None:
            return i18n.hours(self.tenths)
        return self.words if self.dollars is None else f"${i18n.number(self.dollars)}"


@dataclass(frozen=True)
class BarReport:
    """A statement about whole calendar years, `first_year` to `last_year`. It names nobody: New York wants it
    so, and the others' forms carry the name on their own paper."""

    state: str
    first_year: int
    last_year: int
    answers: list[Answer]
    excluded_tenths: int

    @property
    def title(self) -> str:
        return _("%(state)s: pro bono statement", state=STATES[self.state])

    @property
    def period(self) -> str:
        return (
            str(self.last_year)
            if self.first_year == self.last_year
            else f"{self.first_year}–{self.last_year}"
        )


@dataclass(frozen=True, kw_only=True)
class Added:
    """What no time sheet knows: whole dollars given to legal aid, Florida's circuit of a collective plan and why
    somebody is deferred there, whether the employer forbids pro bono work (Illinois), and whether New York excuses
    the lawyer from details, as it does the retired and the staff of pro bono organisations."""

    dollars: int = 0
    circuit: str = ""
    deferred_because: str = ""
    is_prohibited: bool = False
    is_excused: bool = False


def bar_report(
    actor: Actor, timekeeper_id: str, state: str, *, year: int | None = None, added: Added
) -> BarReport:
    """The statement of a timekeeper of the actor's organisation; `year` is its last one, else the last that
    has ended. Raises NotFound."""
    actor.require("hours.view")
    if state not in STATES:
        raise NotFound
    timekeeper = get_timekeeper(actor, timekeeper_id)
    last = year or this_year(actor) - 1
    first = last - YEARS[state] + 1
    sums, excluded = _sums(timekeeper.id, first, last)
    answers = {"ny": _new_york, "fl": _florida, "il": _illinois}[state](sums, added)
    return BarReport(state, first, last, answers, excluded)


def this_year(actor: Actor) -> int:
    return clock.today(db.session.get_one(Organisation, actor.organisation_id).zone).year


def _sums(timekeeper_id: str, first: int, last: int) -> tuple[Sums, int]:
    """Certified tenths by (beneficiary, channel), and those that a fee was expected for."""
    keys = (
        func.coalesce(ProBonoStanding.beneficiary, DEFAULT_BENEFICIARY),
        func.coalesce(ProBonoStanding.channel, DEFAULT_CHANNEL),
        func.coalesce(ProBonoStanding.fee_expected_at_outset, False),
    )
    query = (
        select(*keys, func.sum(TimeEntry.units_tenths))
        .outerjoin(ProBonoStanding, ProBonoStanding.matter_id == TimeEntry.matter_id)
        .where(
            TimeEntry.timekeeper_id == timekeeper_id,
            TimeEntry.state == APPROVED,
            TimeEntry.worked_on >= date(first, 1, 1),
            TimeEntry.worked_on < date(last + 1, 1, 1),
        )
        .group_by(*keys)
    )
    sums: dict[tuple[str, str], int] = {}
    excluded = 0
    for beneficiary, channel, is_paid, tenths in db.session.execute(query):
        if is_paid:
            excluded += int(tenths)
        else:
            sums[beneficiary, channel] = int(tenths)
    return sums, excluded


def _of(sums: Sums, *, beneficiaries: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> int:
    return sum(
        tenths
        for (beneficiary, channel), tenths in sums.items()
        if beneficiary in (beneficiaries or (beneficiary,)) and channel in (channels or (channel,))
    )


def _new_york(sums: Sums, added: Added) -> list[Answer]:
    excused = Answer(
        "excused",
        _("Retired, or on the staff of a pro bono organisation: files without details"),
        words=_("yes") if added.is_excused else _("no"),
    )
    if added.is_excused:
        return [excused]
    return [
        excused,
        Answer(
            "rule_6_1_hours",
            _("(a) Hours under Rule 6.1: for people of limited means, and organisations that serve them"),
            tenths=_of(sums, beneficiaries=("limited_means", "organisation")),
        ),
        Answer(
            "rule_6_1_contributions",
            _("(a) Contributions to organisations that give such services, in dollars"),
            dollars=added.dollars,
        ),
        Answer(
            "other_hours",
            _("(b) Hours of other pro bono work"),
            tenths=_of(sums, beneficiaries=("civic", "training")),
        ),
    ]


def _florida(sums: Sums, added: Added) -> list[Answer]:
    total = _of(sums)
    is_met = total >= FLORIDA_TENTHS or added.dollars >= FLORIDA_DOLLARS
    gave_none = total <= 0 and added.dollars <= 0 and not added.deferred_because
    return [
        Answer("own_hours", _("Hours on my own"), tenths=_of(sums, channels=("own",))),
        Answer(
            "program_hours", _("Hours through an organised program"), tenths=_of(sums, channels=("program",))
        ),
        Answer(
            "collective_hours", _("Hours of a collective plan"), tenths=_of(sums, channels=("collective",))
        ),
        Answer("circuit", _("Circuit of the collective plan"), words=added.circuit or "–"),
        Answer("dollars", _("Given to a legal aid organisation, in whole dollars"), dollars=added.dollars),
        Answer("none", _("No legal services and no contribution"), words=_("yes") if gave_none else _("no")),
        Answer("deferred", _("Deferred from the rule, because"), words=added.deferred_because or "–"),
        Answer("goal", _("Goal of 20 hours or $350"), words=_("reached") if is_met else _("not reached")),
    ]


def _illinois(sums: Sums, added: Added) -> list[Answer]:
    yes = _of(sums) > 0 or added.dollars > 0
    prohibited = _("yes") if added.is_prohibited else _("no")
    categories = (
        ("limited_means_hours", _("(i) Hours for a person of limited means"), "limited_means"),
        ("organisation_hours", _("(ii) Hours for organisations that serve them"), "organisation"),
        ("civic_hours", _("(iii) Hours for charitable, civic and similar organisations"), "civic"),
        ("training_hours", _("(iv) Hours of training for such services"), "training"),
    )
    return [
        Answer(
            "gave",
            _("Pro bono services or contributions in these 12 months"),
            words=_("yes") if yes else _("no"),
        ),
        Answer(
            "prohibited",
            _("If none: prohibited by my employment"),
            words="–" if yes else prohibited,
        ),
        *(
            Answer(key, question, tenths=_of(sums, beneficiaries=(name,)))
            for key, question, name in categories
        ),
        Answer("dollars", _("Qualified monetary contributions, in dollars"), dollars=added.dollars),
    ]
