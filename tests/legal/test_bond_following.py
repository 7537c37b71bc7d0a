"""Vector C and the life of a bond after posting: money moves on a refund and a breach, and never twice."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.ledger import ACCOUNTS, BANK, BOND_DEPOSIT, BOND_FORFEITED, CASH, INTEREST, Line
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid
from core.money import Money
from legal.bonds.bond import FORMS, HELD, STATES, TRANSITIONS, Bond, BondEvent, bonds_of
from legal.bonds.bond_figures import bond_figures, figures_of
from legal.bonds.bond_following import Step, breach_lines, follow_bond, refund_lines
from legal.bonds.bonding import approve_bond, post_bond, request_bond
from legal.bonds.obligor import Obligor, find_obligor_id, register_obligor
from tests.legal.conftest import Case, send, usd

NOTICE = "ab" * 32
TO_REFUND = ("cancelled", "refund_claimed", "refunded")
TO_BREACH = ("breach_noticed", "breached")


def posted(case: Case) -> Bond:
    with transaction():
        bond = request_bond(
            case.actor("bob"), matter_id=case.matter.id, fund_id=case.fund.id, amount=usd("8000")
        )
        approve_bond(case.actor("frida"), bond.id)
        post_bond(case.actor("frida"), bond.id)
    return bond


def an_obligor(case: Case, label: str = "our treasurer") -> Obligor:
    with transaction():
        return register_obligor(
            case.actor("frida"), label=label, full_name="Theo Marsh", contact="12 Elm St", status_seen=True
        )


def follow(case: Case, bond: Bond, state: str, **changed: object) -> BondEvent:
    terms: dict[str, object] = {
        "state": state,
        "happened_on": clock.today(),
        "form": FORMS.get(state, ("",))[0],
        "document_sha256": NOTICE if state == "breached" else None,
    }
    if state == "refund_claimed" and "obligor_id" not in changed:
        changed["obligor_id"] = an_obligor(case).id
    with transaction():
        return follow_bond(case.actor("frida"), bond.id, step=Step(**(terms | changed)))  # pyright: ignore


def balance(case: Case, *accounts: str) -> Money:
    return ledger.balance(case.fund.id, accounts, "USD")


def test_vector_c_to_the_cent(case: Case) -> None:
    case.give(usd("20000"))
    first, second = posted(case), posted(case)
    assert (balance(case, *CASH), balance(case, BOND_DEPOSIT)) == (usd("4000"), usd("16000"))
    for state in TO_REFUND:
        follow(case, first, state, interest_minor=12_000 if state == "refunded" else 0)
    assert (balance(case, *CASH), balance(case, BOND_DEPOSIT)) == (usd("12120"), usd("8000"))
    for state in TO_BREACH:
        follow(case, second, state, interest_minor=6_000 if state == "breached" else 0)
    assert (balance(case, *CASH), balance(case, BOND_DEPOSIT)) == (usd("12180"), usd("0"))
    assert (balance(case, BOND_FORFEITED), balance(case, INTEREST)) == (usd("8000"), usd("-180"))
    assert list(ledger.verify()) == []
    figures = bond_figures(bonds_of(case.actor("frida")))
    assert (figures.posted, figures.held) == (usd("16000"), usd("0"))
    assert (figures.returned, figures.forfeited) == (usd("8000"), usd("8000"))
    assert str(figures.times_recycled) == "0.80"


def test_a_rescinded_breach_is_held_and_can_still_be_refunded(case: Case) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    for state in ("breach_noticed", "rescinded"):
        follow(case, bond, state)
    assert balance(case, BOND_DEPOSIT) == usd("8000")
    for state in TO_REFUND:
        follow(case, bond, state)
    assert (balance(case, *CASH), bond.state) == (usd("8000"), "refunded")


PATHS = {
    "posted": (),
    "cancelled": TO_REFUND[:1],
    "refund_claimed": TO_REFUND[:2],
    "refunded": TO_REFUND,
    "breach_noticed": TO_BREACH[:1],
    "rescinded": ("breach_noticed", "rescinded"),
    "breached": TO_BREACH,
    "substituted": ("substituted",),
}


def walk(case: Case, bond: Bond, path: tuple[str, ...]) -> None:
    for state in path:
        more = {"obligor_id": an_obligor(case, "another").id} if state == "substituted" else {}
        follow(case, bond, state, **more)


def test_another_obligor_leaves_the_bond_held_and_refundable(case: Case) -> None:
    case.give(usd("8000"))
    bond, second = posted(case), an_obligor(case, "a board member")
    with pytest.raises(Invalid) as caught:
        follow(case, bond, "substituted")
    assert list(caught.value.errors) == ["obligor_id"]
    follow(case, bond, "substituted", obligor_id=second.id)
    assert (balance(case, BOND_DEPOSIT), find_obligor_id(bond)) == (usd("8000"), second.id)
    for state in TO_REFUND:
        follow(case, bond, state, **({"obligor_id": None} if state == "refund_claimed" else {}))
    assert bond_figures(bonds_of(case.actor("frida"))).posted == usd("8000")
    assert balance(case, *CASH) == usd("8000")


def test_nobody_claims_a_refund_without_an_obligor(case: Case) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    follow(case, bond, "cancelled")
    for wrong in (None, "obl_nobody"):
        with pytest.raises(Invalid) as caught:
            follow(case, bond, "refund_claimed", obligor_id=wrong)
        assert list(caught.value.errors) == ["obligor_id"]
    assert bond.state == "cancelled"


@pytest.mark.parametrize("before", PATHS)
def test_an_illegal_step_is_a_conflict_and_writes_nothing(case: Case, before: str) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    walk(case, bond, PATHS[before])
    held, count = balance(case, BOND_DEPOSIT), db.session.query(BondEvent).count()
    for after in FORMS:
        if (before, after) in TRANSITIONS:
            continue
        with pytest.raises(Conflict) as caught:
            follow(case, bond, after)
        assert caught.value.code == "illegal_transition"
    db.session.refresh(bond)
    assert (bond.state, balance(case, BOND_DEPOSIT)) == (before, held)
    assert db.session.query(BondEvent).count() == count


def test_a_posted_bond_cannot_be_posted_again_from_any_state(case: Case) -> None:
    assert {before for before, after in TRANSITIONS if after == "posted"} == {"approved"}
    assert set(PATHS) == HELD | {"refunded", "breached"}


@pytest.mark.parametrize(
    ("state", "changed", "field"),
    [
        ("breached", {"document_sha256": None}, "document_sha256"),
        ("breached", {"form": "I-340"}, "form"),
        ("breached", {"document_sha256": "ABC"}, "document_sha256"),
        ("breached", {"happened_on": date(2020, 1, 1)}, "happened_on"),
        ("breached", {"happened_on": date(2999, 1, 1)}, "happened_on"),
        ("breached", {"interest_minor": -1}, "interest_minor"),
        ("rescinded", {"interest_minor": 1}, "interest_minor"),
        ("nowhere", {}, "state"),
        ("rescinded", {"obligor_id": "obl_x"}, "obligor_id"),
    ],
)
def test_a_step_without_what_it_needs_is_refused_by_name(
    case: Case, state: str, changed: dict[str, object], field: str
) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    follow(case, bond, "breach_noticed")
    with pytest.raises(Invalid) as caught:
        follow(case, bond, state, **changed)
    assert list(caught.value.errors) == [field]
    assert balance(case, BOND_DEPOSIT) == usd("8000")


def test_the_fund_s_organisation_alone_writes_it_down(case: Case) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    step = Step(state="cancelled", happened_on=clock.today(), form="I-391")
    with pytest.raises(Forbidden), transaction():
        follow_bond(case.actor("bob"), bond.id, step=step)


def test_the_database_itself_refuses_a_breach_without_a_document(session: Session, case: Case) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    session.add(
        BondEvent(
            bond_id=bond.id,
            state="breached",
            happened_on=clock.today(),
            form="I-323",
            recorded_by_id=case.cast.frida.id,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


AMOUNTS = st.integers(1, 10_000_000)
LIVES = st.lists(
    st.tuples(AMOUNTS, st.sampled_from(["posted", "refunded", "breached"]), st.integers(0, 9_999))
)


@pytest.mark.pure
@given(st.integers(0, 10**9), st.integers(0, 10**6), LIVES)
def test_cash_and_bonds_balance_whatever_becomes_of_them(
    given_minor: int, spent_minor: int, lives: list[tuple[int, str, int]]
) -> None:
    accounts: dict[str, int] = dict.fromkeys(ACCOUNTS, 0)

    def post(lines: list[Line]) -> None:
        assert sum(line.amount.minor for line in lines) == 0
        for line in lines:
            accounts[line.account] += line.amount.minor

    def dollars(minor: int) -> Money:
        return Money(minor, "USD")

    post([Line(BANK, dollars(given_minor)), Line(ledger.GIFTS, dollars(-given_minor))])
    post([Line(ledger.LEGAL_COSTS, dollars(spent_minor)), Line(BANK, dollars(-spent_minor))])
    for principal, end, interest in lives:
        post([Line(BOND_DEPOSIT, dollars(principal)), Line(BANK, dollars(-principal))])
        draw = {"refunded": refund_lines, "breached": breach_lines}.get(end)
        if draw:
            post(draw(dollars(principal), dollars(interest)))
    figures = figures_of([(end, principal) for principal, end, _interest in lives], dollars(given_minor))
    assert figures.posted == figures.held + figures.returned + figures.forfeited
    assert (figures.held.minor, figures.forfeited.minor) == (accounts[BOND_DEPOSIT], accounts[BOND_FORFEITED])
    money_in = given_minor + figures.returned.minor - accounts[INTEREST]
    assert money_in == spent_minor + figures.posted.minor + accounts[BANK]


def test_software_and_the_page_write_steps_down(
    case: Case, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    case.give(usd("8000"))
    bond = posted(case)
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    path = f"/api/v1/bonds/{bond.id}/events"
    today = clock.today().isoformat()
    noticed = {"state": "breach_noticed", "happened_on": today, "form": "I-340"}
    assert client.post(path, json=noticed, headers=bearer).status_code == 201
    breached = {"state": "breached", "happened_on": today, "form": "I-323"}
    assert client.post(path, json=breached, headers=bearer).status_code == 422
    assert client.post(path, json=noticed, headers=bearer).status_code == 409
    frida = sign_in(case.cast.frida)
    assert "What happened next" in frida.get("/staff/bonds").text
    send(frida, f"/staff/bonds/{bond.id}/events", {"state": "rescinded", "happened_on": today})
    assert "Breach rescinded, held" in frida.get("/staff/bonds").text
    send(frida, f"/staff/bonds/{bond.id}/events", {"state": "refunded", "happened_on": today})
    assert "cannot become" in frida.get("/staff/bonds").text
    send(frida, f"/staff/bonds/{bond.id}/events", {"state": "cancelled", "happened_on": today})
    assert "I-391" in frida.get("/staff/bonds").text
    figures = client.get("/api/v1/bonds/figures", headers=bearer).get_json()
    assert figures["held"]["minor"] == 800_000
    assert "Times recycled" in sign_in(case.cast.bob).get(f"/staff/matters/{case.matter.id}").text


def test_every_state_is_reached_by_some_path() -> None:
    steps = {step for path in PATHS.values() for step in pairwise(("posted", *path))}
    reached = {"requested"} | {after for _before, after in TRANSITIONS}
    assert reached == set(STATES)
    assert steps <= TRANSITIONS
