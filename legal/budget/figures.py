"""A drive's budget in figures: the one read model of its page, its public JSON, the API and the staff page.

What the words mean, for costs that staff assigned to a stage and that are paid from the drive's fund:

- estimate: what the stage is expected to cost in money. Hours given do not lower it.
- given: what of the money raised has come to this stage, stages being filled in their order.
- invoiced: claims that came in and were not rejected, whether or not anybody has approved them yet.
- approved: of these, what somebody other than the claimant approved, paid or not.
- paid: what left the fund, less what came back of it.

A bond stage counts the bonds of the drive's fund: posted (deposited in all) and held (with the government now). Where
several drives share a fund one of them counts them, and the others name it.
Hours are those that published transparency reports tell for the stage's phases of the case, and so carry the reports'
suppression with them. Money spent, bonds and hours are three kinds of things and never meet in a sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core.money import Money


@dataclass(frozen=True)
class StageFigures:
    """One stage. Amounts are None where they may not be told (a bond's), or are of the other kind."""

    id: str
    name: str
    position: int
    is_bond: bool
    estimate: Money | None
    invoiced: Money
    approved: Money
    paid: Money
    posted: Money | None
    held: Money | None
    hours_tenths: int
    #: The estimated value of these hours.
    in_kind: Money
    estimate_before: Money | None = None
    estimate_changed_at: datetime | None = None
    dropped_on: date | None = None
    given: Money | None = None
    #: Address and title of the drive on the same fund with which the bonds are told; None where they are told here.
    told_with: tuple[str, str] | None = None

    @property
    def has_risen(self) -> bool:
        """Whether the estimate is more than it was in public before."""
        if self.estimate is None or self.estimate_before is None:
            return False
        return self.estimate > self.estimate_before

    def as_json(self) -> dict[str, Any]:
        """Amounts in minor units of the budget's currency."""
        costs = None if self.is_bond else self._costs_as_json()
        changed_at = self.estimate_changed_at
        return {
            "id": self.id,
            "name": self.name,
            "is_bond": self.is_bond,
            "estimate_minor": _minor(self.estimate),
            "given_minor": _minor(self.given),
            "costs": costs,
            "bond": self._bond_as_json() if self.is_bond else None,
            "pro_bono": {"hours": self.hours_tenths / 10, "in_kind_minor": self.in_kind.minor},
            "estimate_before_minor": _minor(self.estimate_before),
            "estimate_changed_at": changed_at.isoformat() if changed_at else None,
            "dropped_on": self.dropped_on.isoformat() if self.dropped_on else None,
        }

    def _bond_as_json(self) -> dict[str, Any]:
        """`told_with`: the address of the drive that tells the bonds of the fund, where that is another one."""
        return {
            "posted_minor": _minor(self.posted),
            "held_minor": _minor(self.held),
            "told_with": self.told_with[0] if self.told_with else None,
        }

    def _costs_as_json(self) -> dict[str, int]:
        return {
            "invoiced_minor": self.invoiced.minor,
            "approved_minor": self.approved.minor,
            "paid_minor": self.paid.minor,
        }


@dataclass(frozen=True)
class NextStage:
    """Where the next gift goes, and how much the stage still lacks (None where that may not be told)."""

    id: str
    name: str
    lacks: Money | None
    #: Whether some of what was raised has come to it already.
    is_begun: bool
    is_bond: bool

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "lacks_minor": _minor(self.lacks)}


@dataclass(frozen=True)
class Costs:
    """Sums of the stages of costs alone, dropped ones included but for their estimate."""

    estimate: Money
    invoiced: Money
    approved: Money
    paid: Money


@dataclass(frozen=True)
class Budget:
    """The stages in their order, and what the money raised so far has come to."""

    currency: str
    stages: tuple[StageFigures, ...]
    next_stage: NextStage | None

    @property
    def is_complete(self) -> bool:
        """Whether every stage that is planned has what it was estimated to cost."""
        planned = [each for each in self.stages if each.dropped_on is None]
        return bool(planned) and all(
            each.given is not None and each.given == each.estimate for each in planned
        )

    @property
    def costs(self) -> Costs:
        zero = Money.zero(self.currency)
        mine = [each for each in self.stages if not each.is_bond]
        planned = [each.estimate for each in mine if each.dropped_on is None and each.estimate is not None]
        return Costs(
            estimate=sum(planned, zero),
            invoiced=sum((each.invoiced for each in mine), zero),
            approved=sum((each.approved for each in mine), zero),
            paid=sum((each.paid for each in mine), zero),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "stages": [each.as_json() for each in self.stages],
            "next": self.next_stage.as_json() if self.next_stage else None,
        }


def fill(stages: Sequence[StageFigures], raised: Money) -> Budget:
    """The stages with what each has been given of the money raised, in their order: a stage gets no more than
    its estimate, and the next one what is left.

    Behind a stage whose estimate may not be told nothing is said of what is left: it would give the amount away.
    """
    ordered = sorted(stages, key=lambda each: (each.dropped_on is not None, each.position, each.id))
    rest: Money | None = max(raised, Money.zero(raised.currency))
    filled: list[StageFigures] = []
    wants: NextStage | None = None
    for each in ordered:
        given = _given(each, rest)
        filled.append(replace(each, given=given))
        if each.dropped_on is not None or rest is None:
            continue
        if wants is None and (given is None or each.estimate is None or given < each.estimate):
            wants = _next(each, given, has_begun=bool(rest))
        rest = None if given is None else rest - given
    return Budget(currency=raised.currency, stages=tuple(filled), next_stage=wants)


def _given(stage: StageFigures, rest: Money | None) -> Money | None:
    if stage.dropped_on is not None:
        return Money.zero(stage.paid.currency)
    if rest is None or stage.estimate is None:
        return None
    return min(rest, stage.estimate)


def _next(stage: StageFigures, given: Money | None, *, has_begun: bool) -> NextStage:
    lacks = stage.estimate - given if stage.estimate is not None and given is not None else None
    return NextStage(
        id=stage.id,
        name=stage.name,
        lacks=lacks,
        # Of a stage that is not told nothing is said, not even whether it has something.
        is_begun=has_begun and lacks is not None,
        is_bond=stage.is_bond,
    )


def without_bond_amounts(stages: Sequence[StageFigures]) -> list[StageFigures]:
    """The same for public surfaces of a campaign whose client has not agreed that a bond's amount is told."""
    hidden = {
        "estimate": None,
        "posted": None,
        "held": None,
        "estimate_before": None,
        "estimate_changed_at": None,
    }
    return [replace(each, **hidden) if each.is_bond else each for each in stages]


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor
