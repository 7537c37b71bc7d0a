"""Money in trust: held until counsel reports what it paid, never overdrawn, and the same said three ways."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.funds import ledger, release
from campaigns.funds.fund import Fund
from campaigns.funds.ledger import CASH, LEGAL_COSTS, TRUST, LedgerGroup
from core import clock
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.money import Money
from legal.costs.cost_rule import set_cost_rule
from legal.trust import reconciling
from legal.trust.disbursing import Disbursement, disburse, take_back
from legal.trust.reconciling import reconcile
from legal.trust.transferring import (
    Asked,
    approve_transfer,
    refuse_transfer,
    request_transfer,
    send_transfer,
)
from legal.trust.trust_account import TrustAccount, get_own_account, open_account, report_statement
from legal.trust.trust_transfer import STATES, TRANSITIONS, TrustApproval, TrustMove, TrustTransfer, held
from staff.member import Member
from tests.legal.conftest import Case, send, usd

SignIn = Callable[[Member], FlaskClient]


@dataclass
class Till:
    """Llano's trust account, and verbs with the people who do them."""

    case: Case
    account: TrustAccount

    def request(self, amount: str = "1000", **changed: str) -> TrustTransfer:
        plain = {"fund_id": self.case.fund.id, "account_id": self.account.id, "purpose": "Expert's retainer"}
        asked = Asked(amount=usd(amount), **(plain | changed))
        with transaction():
            return request_transfer(self.case.actor("bob"), matter_id=self.case.matter.id, asked=asked)

    def send(self, amount: str = "1000") -> TrustTransfer:
        transfer = self.request(amount)
        with transaction():
            approve_transfer(self.case.actor("frida"), transfer.id)
            send_transfer(self.case.actor("frida"), transfer.id)
        return transfer

    def pay(self, transfer: TrustTransfer, amount: str, **changed: object) -> TrustMove:
        plain: dict[str, object] = {"happened_on": clock.today(), "category": "experts", "note": "Dr. Hale"}
        with transaction():
            return disburse(
                self.case.actor("charlie"),
                transfer.id,
                Disbursement(amount=usd(amount), **(plain | changed)),  # pyright: ignore[reportArgumentType]
            )

    def back(self, transfer: TrustTransfer, amount: str) -> TrustMove:
        with transaction():
            return take_back(
                self.case.actor("frida"), transfer.id, amount=usd(amount), happened_on=clock.today()
            )

    def balance(self, *accounts: str) -> Money:
        return ledger.balance(self.case.fund.id, accounts, "USD")


@pytest.fixture
def till(case: Case) -> Till:
    case.give(usd("5000"))
    with transaction():
        account = open_account(case.actor("charlie"), bank="First Llano", ending="4321")
    return Till(case, account)


def test_what_is_sent_is_held_and_not_spent_until_counsel_reports_it(till: Till) -> None:
    transfer = till.send()
    assert (till.balance(*CASH), till.balance(TRUST), till.balance(LEGAL_COSTS)) == (
        usd("4000"),
        usd("1000"),
        usd("0"),
    )
    till.pay(transfer, "600")
    assert (till.balance(TRUST), till.balance(LEGAL_COSTS)) == (usd("400"), usd("600"))
    assert release.released(till.case.fund) == usd("600")
    till.back(transfer, "400")
    assert (transfer.state, till.balance(*CASH), held(transfer)) == ("settled", usd("4400"), usd("0"))
    assert release.restricted_balance(till.case.fund) == usd("4400")
    assert [*ledger.verify(), *release.verify(), *reconciling.verify()] == []


@pytest.mark.parametrize("verb", ["pay", "back"])
def test_a_cent_more_than_is_held_is_a_conflict_and_writes_nothing(
    session: Session, till: Till, verb: str
) -> None:
    transfer = till.send()
    till.pay(transfer, "999")
    groups = session.scalar(select(func.count()).select_from(LedgerGroup))
    with pytest.raises(Conflict) as caught:
        getattr(till, verb)(transfer, "1.01")
    assert caught.value.code == "trust_overdrawn"
    assert session.scalar(select(func.count()).select_from(LedgerGroup)) == groups
    assert (held(transfer), transfer.state) == (usd("1"), "held")


def test_bank_ledger_and_clients_say_the_same_or_it_is_seen(till: Till) -> None:
    first, second = till.send("1000"), till.send("500")
    till.pay(first, "250")
    today = clock.today()
    found = reconcile(till.account, today)
    assert (found.bank, found.ledger, found.clients_total, found.agrees) == (
        None,
        usd("1250"),
        usd("1250"),
        False,
    )
    with transaction():
        report_statement(till.case.actor("charlie"), till.account.id, as_of=today, balance=usd("1250"))
    assert reconcile(till.account, today).agrees
    till.pay(second, "500")
    found = reconcile(till.account, today)
    assert (found.bank, found.ledger, found.agrees) == (usd("1250"), usd("750"), False)
    yesterday = reconcile(till.account, today - timedelta(days=1))
    assert (yesterday.ledger, yesterday.clients) == (usd("0"), [])


def test_only_the_firm_reports_and_only_the_fund_s_people_send(till: Till) -> None:
    transfer = till.request()
    for who in ("bob", "charlie"):
        with pytest.raises(Forbidden), transaction():
            approve_transfer(till.case.actor(who), transfer.id)
    held_one = till.send()
    for who in ("bob", "alice"):
        with pytest.raises(Forbidden), transaction():
            disburse(
                till.case.actor(who),
                held_one.id,
                Disbursement(amount=usd("1"), happened_on=clock.today(), category="experts"),
            )
    with pytest.raises(NotFound):
        get_own_account(till.case.actor("frida"), till.account.id)


def test_two_approvals_above_the_amount_of_the_cost_rule(till: Till) -> None:
    with transaction():
        set_cost_rule(till.case.actor("alice"), usd("500"))
    transfer = till.request()
    for who, state in (("frida", "requested"), ("alice", "approved")):
        with transaction():
            approve_transfer(till.case.actor(who), transfer.id)
        assert transfer.state == state


def test_the_database_itself_refuses_the_requester(session: Session, till: Till) -> None:
    transfer = till.request()
    who = transfer.requested_by_id
    session.add(TrustApproval(transfer_id=transfer.id, approved_by_id=who, requested_by_id=who))
    with pytest.raises(IntegrityError, match="not_the_requester"):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("fund_id", {"fund_id": "fund_x"}),
        ("account_id", {"account_id": "trust_x"}),
        ("amount", {"amount": "0"}),
        ("purpose", {"purpose": " "}),
    ],
)
def test_a_request_that_breaks_a_rule_names_its_field(
    till: Till, field: str, changed: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        till.request(**changed)
    assert list(caught.value.errors) == [field]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("amount", {"amount": "0"}),
        ("happened_on", {"happened_on": date(2020, 1, 1)}),
        ("happened_on", {"happened_on": date(2999, 1, 1)}),
        ("category", {"category": "lunch"}),
        ("note", {"note": "x" * 501}),
    ],
)
def test_a_report_that_breaks_a_rule_names_its_field(
    till: Till, field: str, changed: dict[str, object]
) -> None:
    transfer = till.send()
    asked = {"amount": "1"} | changed
    with pytest.raises(Invalid) as caught:
        till.pay(transfer, **asked)  # pyright: ignore[reportArgumentType]
    assert list(caught.value.errors) == [field]
    assert held(transfer) == usd("1000")


def test_trust_money_pays_only_what_the_fund_is_for(session: Session, till: Till) -> None:
    transfer = till.send()
    with transaction():
        session.get_one(Fund, till.case.fund.id).purposes = ["court_fees"]
    with pytest.raises(Conflict) as caught:
        till.pay(transfer, "1")
    assert caught.value.code == "outside_purpose"


def reach(till: Till, state: str) -> TrustTransfer:
    transfer = till.request()
    with transaction():
        if state == "refused":
            refuse_transfer(till.case.actor("frida"), transfer.id, reason="Too early")
        if state in {"approved", "held", "settled"}:
            approve_transfer(till.case.actor("frida"), transfer.id)
        if state in {"held", "settled"}:
            send_transfer(till.case.actor("frida"), transfer.id)
    if state == "settled":
        till.pay(transfer, "1000")
    return transfer


@pytest.mark.parametrize("before", STATES)
def test_every_illegal_step_answers_409_and_writes_nothing(
    session: Session, till: Till, client: FlaskClient, before: str
) -> None:
    transfer = reach(till, before)
    assert transfer.state == before
    pays = {"Authorization": f"Bearer {till.case.bearer('frida')}"}
    firm = {"Authorization": f"Bearer {till.case.bearer('charlie')}"}
    path = f"/api/v1/trust-transfers/{transfer.id}"
    move = {"amount": {"minor": 1, "currency": "USD"}, "happened_on": clock.today().isoformat()}
    asks = {
        "approved": [("approvals", pays, {})],
        "refused": [("refusals", pays, {"reason": "No"})],
        "held": [("sendings", pays, {})],
        "settled": [("returns", pays, move), ("disbursements", firm, {**move, "category": "experts"})],
    }
    groups = session.scalar(select(func.count()).select_from(LedgerGroup))
    for after, verbs in asks.items():
        if (before, after) in TRANSITIONS:
            continue
        for verb, who, body in verbs:
            answer = client.post(f"{path}/{verb}", json=body, headers=who)
            assert (answer.status_code, answer.get_json()["code"]) == (409, "illegal_transition"), (
                verb,
                answer.text,
            )
    assert client.get(path, headers=pays).get_json()["state"] == before
    assert session.scalar(select(func.count()).select_from(LedgerGroup)) == groups


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["pay", "back"]), st.integers(1, 60_000)), max_size=6))
def test_a_client_is_never_overdrawn_whatever_is_reported(till: Till, moves: list[tuple[str, int]]) -> None:
    till.case.give(usd("1000"))
    transfer = till.send()
    left = 100_000
    for verb, minor in moves:
        amount = str(Money(minor, "USD").major)
        if minor > left or left == 0:
            with pytest.raises(Conflict):
                getattr(till, verb)(transfer, amount)
        else:
            getattr(till, verb)(transfer, amount)
            left -= minor
        assert held(transfer).minor == left >= 0
    found = reconcile(till.account, clock.today())
    assert found.ledger == found.clients_total == till.balance(TRUST)
    assert [*reconciling.verify(), *release.verify()] == []


def test_the_pages_carry_it_from_request_to_reconciliation(till: Till, sign_in: SignIn) -> None:
    cast = till.case.cast
    bob, frida, charlie = sign_in(cast.bob), sign_in(cast.frida), sign_in(cast.charlie)
    typed = {
        "matter_id": till.case.matter.id,
        "fund_id": till.case.fund.id,
        "account_id": till.account.id,
        "amount": "1000",
        "purpose": "Expert's retainer",
    }
    assert send(bob, "/staff/trust", typed | {"amount": ""}).status_code == 422
    page = send(bob, "/staff/trust", typed).location
    send(frida, f"{page}/approvals")
    send(frida, f"{page}/sendings")
    paid = {
        "amount": "250",
        "happened_on": clock.today().isoformat(),
        "category": "experts",
        "note": "Dr. Hale",
    }
    assert send(charlie, f"{page}/disbursements", paid | {"category": ""}).status_code == 422
    send(charlie, f"{page}/disbursements", paid | {"amount": "1000.01"})
    assert "Nothing was written down" in charlie.get(page).text
    send(charlie, f"{page}/disbursements", paid)
    assert "Dr. Hale" in frida.get(page).text
    send(frida, f"{page}/returns", {"amount": "50", "happened_on": clock.today().isoformat()})
    account = f"/staff/trust/accounts/{till.account.id}"
    send(charlie, f"{account}/statements", {"as_of": clock.today().isoformat(), "balance": "700"})
    assert "Bank, ledger and clients agree" in charlie.get(account).text
    assert charlie.get(f"{account}?as_of=yesterday").status_code == 200
    assert frida.get(account).status_code == 404
    assert sign_in(cast.carla).get(page).status_code == 404
    assert "$700" in frida.get("/staff/trust").text


def test_software_reads_the_reconciliation(till: Till, client: FlaskClient) -> None:
    till.send()
    firm = {"Authorization": f"Bearer {till.case.bearer('charlie')}"}
    path = f"/api/v1/trust-accounts/{till.account.id}"
    answer = client.get(f"{path}/reconciliation", headers=firm).get_json()
    assert (answer["ledger"]["minor"], answer["bank"], answer["agrees"]) == (100_000, None, False)
    body = {"as_of": clock.today().isoformat(), "balance": {"minor": 100_000, "currency": "USD"}}
    assert client.post(f"{path}/statements", json=body, headers=firm).status_code == 201
    assert client.get(f"{path}/reconciliation", headers=firm).get_json()["agrees"] is True
    pays = {"Authorization": f"Bearer {till.case.bearer('frida')}"}
    assert client.get(f"{path}/reconciliation", headers=pays).status_code == 404
    assert len(client.get("/api/v1/trust-transfers", headers=pays).get_json()["items"]) == 1
