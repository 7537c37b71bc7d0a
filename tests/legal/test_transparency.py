"""The kept totals equal a recount after anything that may happen, and the four figures stay apart."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.db import db, transaction
from core.errors import Refusal
from core.money import Money
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.costs.claiming import Cost, approve_expense, claim_expense, pay_expense
from legal.hours.approving import approve_time, return_time
from legal.hours.revaluing import revalue
from legal.hours.timekeeping import revise_time, submit_time
from legal.reports.transparency import LegalTotal, hours_by_month, public_legal, verify_totals
from tests.legal.conftest import Case, usd

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["record", "submit", "approve", "return", "revise", "revalue"]),
        st.integers(0, 5),
        st.integers(1, 240),
        st.dates(date(2014, 11, 1), date(2025, 12, 31)),
    ),
    max_size=20,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_kept_totals_equal_a_recount_after_any_sequence_of_steps(case: Case, steps: list) -> None:
    entries: list[str] = []
    for verb, which, minutes, day in steps:
        try:
            if verb == "record" or not entries:
                entries.append(case.record(minutes=minutes, worked_on=day).id)
                continue
            with transaction():
                take(case, verb, entries[which % len(entries)], minutes)
        except Refusal:
            db.session.expire_all()
    assert verify_totals() == []
    assert sum(tenths for _, tenths in hours_by_month(case.campaign.id)) == (
        public_legal(case.campaign.id).hours_tenths
    )


def take(case: Case, verb: str, entry_id: str, minutes: int) -> None:
    bob, dana = case.actor("bob"), case.actor("dana")
    if verb == "submit":
        submit_time(bob, [entry_id])
    elif verb == "approve":
        approve_time(dana, [entry_id])
    elif verb == "return":
        return_time(dana, entry_id, reason="Look again")
    elif verb == "revise":
        revise_time(bob, entry_id, work=case.work(minutes=minutes))
    else:
        revalue(dana, entry_id, matrix_id="eaja")


def test_a_total_that_was_tampered_with_is_named(session: Session, case: Case) -> None:
    case.approve()
    session.execute(update(LegalTotal).values(in_kind_minor=LegalTotal.in_kind_minor + 1))
    assert verify_totals() == [f"{case.campaign.id} in_kind_minor: kept 31016, entries sum to 31015"]


def test_the_ledger_s_command_counts_the_hours_again_too(session: Session, app: Flask, case: Case) -> None:
    case.approve()
    agreed = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (agreed.exit_code, "hours: all agrees" in agreed.output) == (0, True)
    session.execute(update(LegalTotal).values(hours_tenths=1))
    session.commit()
    broken = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (broken.exit_code, "hours_tenths: kept 1, entries sum to 12" in broken.output) == (1, True)


def test_months_run_without_gaps(case: Case) -> None:
    case.approve(worked_on=date(2024, 11, 30), minutes=60)
    case.approve(worked_on=date(2025, 2, 1), minutes=30)
    assert hours_by_month(case.campaign.id) == [
        (date(2024, 11, 1), 10),
        (date(2024, 12, 1), 0),
        (date(2025, 1, 1), 0),
        (date(2025, 2, 1), 5),
    ]


def test_a_campaign_without_law_work_shows_zeros(case: Case) -> None:
    figures = public_legal(case.campaign.id)
    assert (figures.hours_tenths, figures.hours_by_month) == (0, [])
    assert figures.in_kind == figures.cash_spent == figures.bond_held == Money.zero("USD")


def test_hours_costs_and_a_bond_move_their_own_figure_only(case: Case) -> None:
    case.give(usd("10000"))
    case.approve(minutes=60)
    pay(case, "405.00")
    with transaction():
        bond = request_bond(
            case.actor("bob"), matter_id=case.matter.id, fund_id=case.fund.id, amount=usd("8000")
        )
        approve_bond(case.actor("frida"), bond.id)
        post_bond(case.actor("frida"), bond.id)
    figures = public_legal(case.campaign.id)
    assert (figures.hours_tenths, figures.in_kind) == (10, usd("258.46"))
    assert (figures.cash_spent, figures.bond_held) == (usd("405"), usd("8000"))


def pay(case: Case, amount: str) -> None:
    cost = Cost(
        fund_id=case.fund.id,
        expense_code="E112",
        amount=usd(amount),
        incurred_on=date(2025, 6, 2),
        description="Filing fee",
    )
    with transaction():
        expense = claim_expense(case.actor("bob"), matter_id=case.matter.id, cost=cost)
        approve_expense(case.actor("frida"), expense.id)
        pay_expense(case.actor("frida"), expense.id)


def test_unapproved_hours_are_not_public(case: Case) -> None:
    case.submit()
    case.record()
    assert public_legal(case.campaign.id).hours_tenths == 0


@pytest.mark.parametrize("entries", [1, 12])
def test_the_public_figures_take_three_statements_however_many_entries(
    case: Case, count_statements: Callable[[Callable[[], object]], int], entries: int
) -> None:
    for day in range(1, entries + 1):
        case.approve(worked_on=date(2025, 7, day), minutes=6)
    db.session.expunge_all()
    assert count_statements(lambda: public_legal(case.campaign.id)) == 3
