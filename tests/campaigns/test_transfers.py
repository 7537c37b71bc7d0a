"""Money moves between two funds once two people agreed to it, within what donors gave for, and to the cent."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.funds import funding, ledger, release, reserving, surplus, transferring
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import CLAUSE, UNRESTRICTED, WITHIN, FundTransfer
from campaigns.funds.funding import FundTerms
from campaigns.funds.ledger import CASH, FUND_TRANSFERS, LedgerEntry, Line
from campaigns.funds.transferring import TransferTerms
from core import clock
from core.db import db
from core.errors import Conflict, Invalid
from core.money import EXPONENTS, Money
from staff.approval import two_people
from staff.approval.proposal import Proposal
from tests.campaigns.conftest import SEALED_NAME, Api, Work
from tests.conftest import Cast

REASON, WHY = "The case is over, and the next one begins.", "The clause names the next bond."


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def opened(work: Work, **changes: Any) -> Fund:
    terms = FundTerms(name="Next bond", purpose="Bonds.", surplus_clause="Stays for bonds.")
    return funding.open_fund(work.alice, replace(terms, **changes))


def terms_to(fund: Fund, minor: int, **changes: Any) -> TransferTerms:
    terms = TransferTerms(to_fund_id=fund.id, amount=Money(minor, fund.currency), reason=REASON, why=WHY)
    return replace(terms, **changes)


def cash_of(fund: Fund) -> int:
    return ledger.balance(fund.id, CASH, fund.currency).minor


def errors(work: Work, source: Fund, terms: TransferTerms) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        transferring.ask(work.alice, source.id, terms)
    return set(refusal.value.errors)


def test_it_moves_when_a_second_person_confirms_and_both_funds_balance(
    work: Work, cast: Cast, posted_fund: Fund, session: Session
) -> None:
    target = opened(work)
    proposal = transferring.ask(cast.actor("frida"), posted_fund.id, terms_to(target, 2000))
    assert session.scalar(select(func.count()).select_from(FundTransfer)) == 0
    two_people.confirm(work.alice, proposal.id)
    assert (cash_of(posted_fund), cash_of(target)) == (3000, 2000)
    row = session.scalars(select(FundTransfer)).one()
    assert (row.cause, row.basis, row.why, row.amount) == (proposal.id, CLAUSE, WHY, usd(2000))
    for fund in (posted_fund, target):
        entries = session.scalars(select(LedgerEntry).where(LedgerEntry.group_id == row.group_id))
        own = [each.amount_minor for each in entries if each.fund_id == fund.id]
        assert len(own) == 2
        assert sum(own) == 0
    assert funding.balances(target)[FUND_TRANSFERS] == usd(-2000)
    assert list(ledger.verify()) == []
    assert list(release.verify()) == []


@pytest.mark.parametrize("end", ["confirm", "decline", "withdraw"])
@pytest.mark.parametrize("then", ["confirm", "decline", "withdraw"])
def test_what_was_decided_is_not_decided_again(
    work: Work, cast: Cast, posted_fund: Fund, end: str, then: str
) -> None:
    """Every pair of steps: the first holds, the second is refused, and money moved once or not at all."""
    who = {"confirm": work.alice, "decline": work.alice, "withdraw": cast.actor("frida")}
    target = opened(work)
    proposal = transferring.ask(cast.actor("frida"), posted_fund.id, terms_to(target, 2000))
    getattr(two_people, end)(who[end], proposal.id)
    with pytest.raises(Conflict) as refusal:
        getattr(two_people, then)(who[then], proposal.id)
    assert refusal.value.code == "proposal_closed"
    assert cash_of(target) == (2000 if end == "confirm" else 0)


def test_the_fund_may_have_spent_it_meanwhile(work: Work, cast: Cast, posted_fund: Fund) -> None:
    target = opened(work)
    proposals = [
        transferring.ask(cast.actor("frida"), posted_fund.id, terms_to(target, minor))
        for minor in (3000, 2500)
    ]
    two_people.confirm(work.alice, proposals[0].id)
    with pytest.raises(Invalid) as refusal:
        two_people.confirm(work.alice, proposals[1].id)
    assert set(refusal.value.errors) == {"amount"}


def test_deposits_and_trust_are_no_cash(work: Work, posted_fund: Fund) -> None:
    lines = [
        Line(ledger.BOND_DEPOSIT, usd(1500)),
        Line(ledger.TRUST, usd(500)),
        Line(ledger.BANK, usd(-2000)),
    ]
    ledger.post(
        kind="bond_posted", source="bond_1", fund_id=posted_fund.id, lines=lines, occurred_at=clock.now()
    )
    assert reserving.free(posted_fund) == usd(3000)
    assert errors(work, posted_fund, terms_to(opened(work), 3001)) == {"amount"}


def test_each_field_is_named(work: Work, posted_fund: Fund) -> None:
    target, yen = opened(work), opened(work, currency="JPY")
    assert errors(work, posted_fund, terms_to(target, 1, reason="No", why="")) == {"reason", "why"}
    assert errors(work, posted_fund, terms_to(yen, 100)) == {"to_fund_id"}
    assert errors(work, posted_fund, terms_to(posted_fund, 100)) == {"to_fund_id"}
    assert errors(work, posted_fund, terms_to(target, 100, amount=Money(100, "JPY"))) == {"amount"}


def test_what_keeps_to_the_purpose_needs_no_clause(work: Work) -> None:
    for_bonds = opened(work, campaign_id=work.campaign.id, purposes=("bonds", "court_fees"))
    narrower = opened(work, campaign_id=work.campaign.id, purposes=("bonds",))
    wider, other = opened(work, campaign_id=work.campaign.id), opened(work, purposes=("bonds",))
    general = opened(work, is_general=True)
    assert transferring.basis_of(for_bonds, narrower) == WITHIN
    assert transferring.basis_of(narrower, for_bonds) == CLAUSE
    assert transferring.basis_of(for_bonds, wider) == CLAUSE
    assert transferring.basis_of(for_bonds, other) == CLAUSE
    assert transferring.basis_of(general, for_bonds) == UNRESTRICTED


def test_one_wording_that_forbids_it_is_enough(work: Work, posted_fund: Fund) -> None:
    funding.edit_fund(work.alice, posted_fund.id, {"surplus_ways": ["refund"]})
    surplus.current(posted_fund.id)
    funding.edit_fund(work.alice, posted_fund.id, {"surplus_ways": ["refund", "move"]})
    surplus.current(posted_fund.id)
    assert errors(work, posted_fund, terms_to(opened(work), 100)) == {"to_fund_id"}


def test_a_name_that_must_not_be_told_is_not_told_on_the_drives_page(
    work: Work, cast: Cast, posted_fund: Fund, session: Session
) -> None:
    target = opened(work)
    target.name = f"For {SEALED_NAME}"
    session.flush()
    assert errors(work, posted_fund, terms_to(target, 100)) == {"to_fund_id"}
    target.name = "Next bond"
    proposal = transferring.ask(cast.actor("frida"), posted_fund.id, terms_to(target, 100))
    two_people.confirm(work.alice, proposal.id)
    with pytest.raises(Invalid):
        funding.edit_fund(work.alice, target.id, {"name": f"For {SEALED_NAME}"})


def test_one_general_fund_for_each_currency_and_bound_to_nothing(work: Work) -> None:
    opened(work, is_general=True)
    opened(work, is_general=True, currency="EUR")
    for changes in ({}, {"currency": "CHF", "purposes": ("bonds",)}):
        with pytest.raises(Invalid) as refusal:
            opened(work, is_general=True, **changes)
        assert set(refusal.value.errors) == {"is_general"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    currency=st.sampled_from(sorted(EXPONENTS)),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 10**9)), min_size=1, max_size=6),
)
def test_no_order_of_moves_makes_or_loses_money(
    work: Work, cast: Cast, currency: str, steps: list[tuple[bool, int]]
) -> None:
    with db.session.begin_nested() as nested:
        funds = [opened(work, name=name, currency=currency) for name in ("One", "Other")]
        start = Money(10**9, currency)
        ledger.post(
            kind="gift_settled",
            source=f"gift_{funds[0].id}",
            fund_id=funds[0].id,
            lines=[Line(ledger.STRIPE, start), Line(ledger.GIFTS, -start)],
            occurred_at=clock.now(),
        )
        for forward, minor in steps:
            source, target = funds if forward else reversed(funds)
            try:
                asked = transferring.ask(cast.actor("frida"), source.id, terms_to(target, minor))
                two_people.confirm(work.alice, asked.id)
            except Invalid:
                assert minor > cash_of(source)
            assert min(cash_of(each) for each in funds) >= 0
            assert sum(cash_of(each) for each in funds) == start.minor
        assert list(ledger.verify()) == []
        nested.rollback()


def test_over_http_it_is_asked_told_and_found_on_the_fund(
    work: Work, cast: Cast, posted_fund: Fund, sign_in: Any, session: Session, api: Api
) -> None:
    target = opened(work)
    session.commit()
    frida, alice = sign_in(cast.frida), sign_in(cast.alice)
    url = f"/staff/funds/{posted_fund.id}"
    assert "Next bond" in frida.get(f"{url}/transfers/new").text
    typed = {"to_fund_id": target.id, "amount": "20", "reason": REASON}
    refused = frida.post(f"{url}/transfers/new", data=typed)
    assert refused.status_code == 422
    assert "how its surplus clause allows it" in refused.text
    asked = frida.post(f"{url}/transfers/new", data=typed | {"why": WHY})
    assert asked.headers["Location"] == "/staff/approvals"
    assert "Waits for a second person" in frida.get(url).text
    proposal_id = session.scalars(select(Proposal.id)).one()
    session.commit()
    assert frida.post(f"/staff/approvals/{proposal_id}/confirmation").status_code == 403
    assert alice.post(f"/staff/approvals/{proposal_id}/confirmation").status_code == 303
    page = frida.get(url).text
    assert "Next bond" in page
    assert REASON in page
    (row,) = api.get(f"/funds/{target.id}/transfers")["items"]
    assert (row["amount"], row["basis"]) == ({"minor": 2000, "currency": "USD"}, CLAUSE)


def test_software_asks_and_others_find_nothing(
    work: Work, posted_fund: Fund, api: Api, llano: Api, cast: Cast, session: Session
) -> None:
    target = opened(work)
    session.commit()
    body = {
        "to_fund_id": target.id,
        "amount": {"minor": 2000, "currency": "USD"},
        "reason": REASON,
        "why": WHY,
    }
    url = f"/funds/{posted_fund.id}/transfers"
    llano.post(url, body, expect=404)
    asked = api.post(url, body, expect=202)
    assert (asked["verb"], asked["state"]) == ("fund.transfer", "open")
    assert api.get(url)["items"] == []
    llano.get(url, expect=404)
    llano.get(f"/funds/{posted_fund.id}/surplus-clauses", expect=404)


def test_a_viewer_moves_nothing(work: Work, cast: Cast, posted_fund: Fund, sign_in: Any) -> None:
    vera: FlaskClient = sign_in(cast.vera)
    assert vera.get(f"/staff/funds/{posted_fund.id}/transfers/new").status_code == 403
