"""Filling the stages: in their order, to the cent, and silent where an amount may not be told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from legal.budget.figures import StageFigures, fill, without_bond_amounts

pytestmark = pytest.mark.pure

AMOUNTS = st.integers(min_value=1, max_value=10**9)


def figures(position: int, estimate: int, *, is_bond: bool = False, is_dropped: bool = False) -> StageFigures:
    zero = Money.zero("USD")
    return StageFigures(
        id=f"stage_{position}",
        name=f"Stage {position}",
        position=position,
        is_bond=is_bond,
        estimate=Money(estimate, "USD"),
        invoiced=zero,
        approved=zero,
        paid=zero,
        posted=zero if is_bond else None,
        held=zero if is_bond else None,
        hours_tenths=0,
        in_kind=zero,
        dropped_on=date(2026, 1, 1) if is_dropped else None,
    )


@st.composite
def budgets(draw: st.DrawFn) -> list[StageFigures]:
    """Up to eight stages, one of them perhaps the bond, some dropped, in no order."""
    estimates = draw(st.lists(AMOUNTS, min_size=1, max_size=8))
    bond = draw(st.none() | st.integers(min_value=0, max_value=len(estimates) - 1))
    dropped = draw(st.sets(st.integers(min_value=0, max_value=len(estimates) - 1)))
    made = [
        figures(at, each, is_bond=at == bond, is_dropped=at in dropped) for at, each in enumerate(estimates)
    ]
    return draw(st.permutations(made))


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@given(stages=budgets(), raised=st.integers(min_value=-(10**9), max_value=10**11))
def test_stages_are_filled_in_order_and_nothing_is_lost(stages: list[StageFigures], raised: int) -> None:
    budget = fill(stages, usd(raised))
    planned = [each for each in budget.stages if each.dropped_on is None]
    given = [each.given.minor for each in planned if each.given]
    wanted = [each.estimate.minor for each in planned if each.estimate]
    assert sum(given) == min(max(raised, 0), sum(wanted))
    assert [each.position for each in planned] == sorted(each.position for each in planned)
    for before, after in zip(planned, planned[1:], strict=False):
        assert before.given == before.estimate or not after.given
    assert all(not each.given for each in budget.stages if each.dropped_on)


@given(stages=budgets(), raised=st.integers(min_value=0, max_value=10**11))
def test_what_the_next_stage_lacks_completes_it_and_nothing_else(
    stages: list[StageFigures], raised: int
) -> None:
    following = fill(stages, usd(raised)).next_stage
    if following is None:
        assert fill(stages, usd(raised)).is_complete or all(each.dropped_on for each in stages)
        return
    assert following.lacks is not None
    assert following.lacks.minor > 0
    after = fill(stages, usd(raised) + following.lacks)
    (done,) = [each for each in after.stages if each.id == following.id]
    assert done.given == done.estimate
    assert after.next_stage is None or after.next_stage.id != following.id
    almost = fill(stages, usd(raised) + following.lacks - usd(1)).next_stage
    assert almost is not None
    assert (almost.id, almost.lacks) == (following.id, usd(1))


@given(stages=budgets(), raised=st.integers(min_value=0, max_value=10**11), another=AMOUNTS)
def test_nothing_said_in_public_depends_on_an_amount_that_is_not_told(
    stages: list[StageFigures], raised: int, another: int
) -> None:
    """Whatever the bond is, the page is the same, so that nobody can compute it from the page."""

    def told(bond_minor: int) -> object:
        changed = [
            figures(each.position, bond_minor, is_bond=True, is_dropped=each.dropped_on is not None)
            if each.is_bond
            else each
            for each in stages
        ]
        return fill(without_bond_amounts(changed), usd(raised)).as_json()

    assert told(1) == told(another)


@given(stages=budgets(), raised=st.integers(min_value=0, max_value=10**11))
def test_the_sum_of_costs_has_no_bond_in_it(stages: list[StageFigures], raised: int) -> None:
    budget = fill(stages, usd(raised))
    costs = [each for each in stages if not each.is_bond and not each.dropped_on]
    assert budget.costs.estimate.minor == sum(each.estimate.minor for each in costs if each.estimate)
    assert fill(without_bond_amounts(stages), usd(raised)).costs == budget.costs
