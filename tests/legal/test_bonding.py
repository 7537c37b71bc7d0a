"""A bond is a deposit: cash becomes bond held, and nothing is spent."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.ledger import BOND_DEPOSIT, CASH, LEGAL_COSTS
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.money import Money
from legal.bonds.bond import STATES, TRANSITIONS, Bond, BondApproval
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from tests.legal.conftest import Case, usd

EIGHT_THOUSAND = usd("8000")


def request(case: Case, by: str = "bob", amount: Money = EIGHT_THOUSAND) -> Bond:
    with transaction():
        return request_bond(case.actor(by), matter_id=case.matter.id, fund_id=case.fund.id, amount=amount)


def test_a_posted_bond_is_held_and_not_spent(case: Case) -> None:
    case.give(usd("20000"))
    bond = request(case)
    with transaction():
        approve_bond(case.actor("frida"), bond.id)
    with transaction():
        post_bond(case.actor("frida"), bond.id)
    balances = [ledger.balance(case.fund.id, each, "USD") for each in (CASH, [BOND_DEPOSIT], [LEGAL_COSTS])]
    assert balances == [usd("12000"), usd("8000"), usd("0")]
    assert (bond.state, list(ledger.verify())) == ("posted", [])


def test_a_bond_beyond_the_fund_is_not_posted(session: Session, case: Case) -> None:
    case.give(usd("7999.99"))
    bond = request(case)
    with transaction():
        approve_bond(case.actor("frida"), bond.id)
    with pytest.raises(Conflict) as caught, transaction():
        post_bond(case.actor("frida"), bond.id)
    assert caught.value.code == "fund_too_small"
    assert ledger.balance(case.fund.id, [BOND_DEPOSIT], "USD") == usd("0")


def test_a_bond_is_posted_once_and_after_approval_only(case: Case) -> None:
    case.give(usd("20000"))
    bond = request(case)
    with pytest.raises(Conflict), transaction():
        post_bond(case.actor("frida"), bond.id)
    with transaction():
        approve_bond(case.actor("frida"), bond.id)
        post_bond(case.actor("frida"), bond.id)
    with pytest.raises(Conflict), transaction():
        post_bond(case.actor("frida"), bond.id)
    assert ledger.balance(case.fund.id, [BOND_DEPOSIT], "USD") == usd("8000")


def test_nobody_approves_or_posts_a_bond_they_asked_for(case: Case) -> None:
    bond = request(case, by="alice")
    for verb in (approve_bond, post_bond):
        with pytest.raises(Forbidden), transaction():
            verb(case.actor("alice"), bond.id)


def test_the_database_itself_refuses_the_requester(session: Session, case: Case) -> None:
    bond = request(case)
    who = bond.requested_by_id
    session.add(BondApproval(bond_id=bond.id, requested_by_id=who, approved_by_id=who))
    with pytest.raises(IntegrityError, match="not_the_requester"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize("amount", [usd("0"), usd("-1"), usd("99999999"), Money(800_000, "EUR")])
def test_an_impossible_amount_is_refused_by_name(case: Case, amount: Money) -> None:
    with pytest.raises(Invalid) as caught:
        request(case, amount=amount)
    assert list(caught.value.errors) == ["amount"]


def test_a_partner_asks_and_the_fund_s_organisation_decides(case: Case) -> None:
    own, theirs = request(case), request(case, by="charlie")
    with pytest.raises(NotFound), transaction():
        approve_bond(case.actor("charlie"), own.id)
    with pytest.raises(Forbidden), transaction():
        approve_bond(case.actor("charlie"), theirs.id)
    with transaction():
        approve_bond(case.actor("frida"), theirs.id)


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_pair_of_states_is_a_step_of_the_table_or_a_conflict(before: str, after: str) -> None:
    bond = Bond(state=before)
    if (before, after) in TRANSITIONS:
        bond.move_to(after)
        assert bond.state == after
        return
    with pytest.raises(Conflict) as caught:
        bond.move_to(after)
    assert (caught.value.code, bond.state) == ("illegal_transition", before)
