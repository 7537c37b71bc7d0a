"""Each line of the table of new monthly donors, played through the product; the rule that decided is printed."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaigns.drives.drive import Drive
from campaigns.drives.goal import NEW_MONTHLY_DONORS, Goal
from core import clock, ids
from core.db import transaction
from donors.figures import new_monthly, new_monthly_words, progress, tally
from donors.gifts import settling
from donors.gifts.gift import Gift
from donors.merging import merging, undoing
from donors.people import donor as people
from donors.people.donor import Donor
from donors.recurring import failing
from donors.recurring.recurring_gift import RecurringGift
from donors.stripe_gateway import Payment, StripeRefund
from staff.access import actor_for
from tests.conftest import Cast
from tests.donors.conftest import usd
from tests.donors.new_monthly_cases import CASES, Case

_OFFSET = re.compile(r"([+-])(\d+)(ms|min|mo|h|d)")
_UNITS = {"ms": "milliseconds", "min": "minutes", "h": "hours", "d": "days"}


class Play:
    """Plays the steps of a case in a drive; donors and promises are known by the names that the case gives."""

    def __init__(self, session: Session, drive: Drive, cast: Cast, case: Case) -> None:
        self.session, self.drive, self.cast, self.case = session, drive, cast, case
        self.donors: dict[str, str] = {}
        self.promises: dict[str, RecurringGift] = {}
        self.merge_id = ""

    def moment(self, text: str) -> datetime:
        anchor = text.split("+")[0].split("-")[0]
        assert self.drive.closes_at is not None
        at = {
            "opens": self.drive.opens_at,
            "closes": self.drive.closes_at,
            "pay": self.drive.opens_at + timedelta(days=30, hours=11),
        }[anchor]
        for sign, number, unit in _OFFSET.findall(text):
            if unit == "mo":
                at = clock.months_before(at, int(number))
            else:
                step = timedelta(**{_UNITS[unit]: int(number)})
                at = at + step if sign == "+" else at - step
        return at

    def run(self) -> None:
        for what, more in self.case.steps:
            getattr(self, f"do_{what}")(**more)

    def do_met(self, *, donor: str) -> Donor:
        """Whoever types the donor's address into the giving form."""
        met = people.meet(
            organisation_id=self.drive.organisation_id, email=f"{donor}@example.org", name="", language="en"
        )
        self.donors.setdefault(donor, met.id)
        return met

    def do_begun(self, *, at: str, promise: str, donor: str = "ana", rhythm: str = "month") -> RecurringGift:
        if promise not in self.promises:
            row = RecurringGift(
                id=ids.new_id("recur"),
                organisation_id=self.drive.organisation_id,
                drive_id=self.drive.id,
                donor_id=self.do_met(donor=donor).id,
                state="pending",
                rhythm=rhythm,
                fee_cover_minor=0,
                started_at=self.moment(at),
            )
            row.amount = usd(1500)
            self.session.add(row)
            self.session.flush()
            self.promises[promise] = row
        return self.promises[promise]

    def do_paid(self, *, at: str, promise: str, donor: str, rhythm: str, started: str = "") -> None:
        row = self.do_begun(at=at, promise=promise, donor=donor, rhythm=rhythm)
        self._pay(self.moment(at), self.moment(started) if started else None, row)

    def do_once(self, *, at: str, donor: str) -> None:
        self._pay(self.moment(at), None, None, donor)

    def do_elsewhere(self, *, at: str) -> None:
        """The same person gives monthly to another organisation."""
        other = Donor(organisation_id=self.cast.llano.id, email="ana@example.org")
        self.session.add(other)
        self.session.flush()
        row = RecurringGift(
            id=ids.new_id("recur"),
            organisation_id=self.cast.llano.id,
            drive_id=self.drive.id,
            donor_id=other.id,
            rhythm="month",
            fee_cover_minor=0,
            started_at=self.moment(at),
        )
        row.amount = usd(1500)
        self.session.add(row)
        self.session.flush()
        self._pay(self.moment(at), None, row)

    def _pay(
        self, at: datetime, started: datetime | None, promise: RecurringGift | None, donor: str = ""
    ) -> None:
        gift = Gift(
            id=ids.new_id("gift"),
            organisation_id=promise.organisation_id if promise else self.drive.organisation_id,
            drive_id=self.drive.id,
            fund_id=self.drive.fund_id,
            donor_id=promise.donor_id if promise else self.do_met(donor=donor).id,
            recurring_gift_id=promise.id if promise else None,
            period_on=at.date() if promise else None,
            state="pending",
            fee_cover_minor=0,
            refunded_minor=0,
            started_at=started or at - timedelta(milliseconds=1),
        )
        gift.amount = usd(1500)
        self.session.add(gift)
        self.session.flush()
        settling.apply_payment(gift, Payment(f"pi_{gift.id}", gift.id, True, at, gift.charged, usd(74), ()))

    def do_ended(self, *, at: str, promise: str, state: str = "cancelled") -> None:
        failing.end(self.promises[promise], state, self.moment(at))

    def do_refunded(self, *, at: str, promise: str, minor: int = 1500) -> None:
        gift = self.session.query(Gift).filter_by(recurring_gift_id=self.promises[promise].id).one()
        assert gift.paid_at is not None
        back = StripeRefund(f"re_{gift.id}", None, usd(minor), "succeeded", self.moment(at))
        paid = Payment(f"pi_{gift.id}", gift.id, True, gift.paid_at, gift.charged, usd(74), (back,))
        settling.apply_payment(gift, paid)

    def do_merged(self, *, kept: str, absorbed: str) -> None:
        actor = actor_for(self.cast.frida)
        merge = merging.merge(
            actor, self.donors[kept], absorbed_id=self.donors[absorbed], reason="They wrote to us."
        )
        self.merge_id = merge.id

    def do_undone(self) -> None:
        undoing.undo(actor_for(self.cast.frida), self.merge_id, reason="They are two people after all.")


@pytest.fixture
def played(request: pytest.FixtureRequest, session: Session, drive: Drive, cast: Cast) -> Iterator[Play]:
    case: Case = request.param
    first, last = (date.fromisoformat(each) for each in case.days)
    with transaction():
        drive.zone = case.zone
        drive.opens_at, drive.closes_at = clock.opens_at(first, case.zone), clock.closes_at(last, case.zone)
        play = Play(session, drive, cast, case)
        rules: dict[str, Any] = dict(case.drive)
        lookback = rules.pop("lookback_months", 12)
        goal = update(Goal).where(Goal.drive_id == drive.id, Goal.metric == NEW_MONTHLY_DONORS)
        session.execute(goal.values(lookback_months=lookback))
        for name, value in rules.items():
            setattr(drive, name, play.moment(value) if isinstance(value, str) else value)
        session.flush()
        play.run()
        yield play


@pytest.mark.parametrize("played", CASES, ids=lambda case: case.name, indirect=True)
def test_the_table(played: Play, drive: Drive) -> None:
    verdict = new_monthly.explain(played.promises["it"])
    why = new_monthly_words.sentence(verdict, drive.zone)
    print(f"{played.case.name}: [{verdict.rule}] {why}")  # noqa: T201 (what the table is run for)
    assert verdict.rule == played.case.rule
    figures = progress.read(drive.id)
    assert figures is not None
    assert figures.new_monthly_donors == played.case.counted
    assert why.startswith("Counted" if verdict.is_counted else "Not counted")
    assert list(tally.verify()) == []


def test_the_table_knows_every_rule_and_no_name_twice() -> None:
    assert {case.rule for case in CASES} == set(new_monthly.RULES)
    assert len({case.name for case in CASES}) == len(CASES)
