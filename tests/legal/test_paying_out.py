"""Claims paid through the bank: sealed accounts, a run, a file that a bank reads, and what became of it."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from ach.parser import Parser
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from campaigns.funds import ledger
from campaigns.funds.ledger import CASH
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.mail import OutgoingMail
from legal.costs import nacha
from legal.costs.claiming import pay_expense, revise_expense
from legal.costs.expense import Expense
from legal.costs.payee_account import (
    PayeeAccount,
    find_account,
    forget_account,
    give_account,
    is_routing_number,
)
from legal.costs.paying_out import cancel_run, list_payable, make_run, open_file, set_origin, settle_run
from legal.costs.payment_run import STATES, TRANSITIONS, PaymentRun, PaymentRunItem
from legal.matters.screening import raise_screen
from staff.audit import AuditEvent
from tests.legal.conftest import Case, send, usd
from tests.legal.test_claiming import approve, claim, cost

ROUTING, OTHER_ROUTING, NUMBER = "021001208", "011000015", "000123456789"
ORIGIN = {
    "bank_name": "First Plains Bank",
    "routing": OTHER_ROUTING,
    "company_name": "Refugio Legal Project",
    "company_id": "1123456789",
}


def working_day() -> date:
    day = clock.today() + timedelta(days=3)
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= 5 else 0)


def account(case: Case, by: str = "bob", **changed: str) -> PayeeAccount:
    plain = {"holder": "Bob Müller-Ortega", "routing": ROUTING, "number": NUMBER, "kind": "checking"}
    with transaction():
        return give_account(case.actor(by), **(plain | changed))


def ready(case: Case, *amounts: str) -> list[Expense]:
    """Bob's approved claims of these amounts, his account, and the bank's details."""
    case.give(usd("1000"))
    claims = [claim(case, amount=usd(each)) for each in amounts]
    for each in claims:
        approve(case, each)
    account(case)
    with transaction():
        set_origin(case.actor("frida"), **ORIGIN)
    return claims


def run_of(case: Case, claims: list[Expense], on: date | None = None) -> PaymentRun:
    ids = [each.id for each in claims]
    with transaction():
        return make_run(case.actor("frida"), expense_ids=ids, effective_on=on or working_day())


def file_of(case: Case, run: PaymentRun, form: str = "nacha") -> str:
    with transaction():
        return open_file(case.actor("frida"), run.id, form=form)


def test_a_run_pays_nothing_until_the_bank_has_and_then_each_claim_from_its_fund(
    session: Session, case: Case
) -> None:
    claims = ready(case, "405.00", "38.60")
    run = run_of(case, claims)
    assert {each.state for each in claims} == {"approved"}
    assert ledger.balance(case.fund.id, CASH, "USD") == usd("1000")
    assert list_payable(case.actor("frida")) == []
    with transaction():
        settle_run(case.actor("frida"), run.id)
    assert {each.state for each in claims} == {"paid"}
    assert ledger.balance(case.fund.id, CASH, "USD") == usd("556.40")
    assert list(ledger.verify()) == []
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == run.id)).all()
    assert sorted(verbs) == ["payment_run.made", "payment_run.settled"]


def test_a_claim_on_its_way_to_the_bank_is_neither_paid_by_hand_nor_changed_nor_taken_twice(
    case: Case,
) -> None:
    (expense,) = ready(case, "405.00")
    run = run_of(case, [expense])
    attempts = (
        lambda: pay_expense(case.actor("frida"), expense.id),
        lambda: revise_expense(case.actor("bob"), expense.id, cost=cost(case, amount=usd("999"))),
        lambda: make_run(case.actor("frida"), expense_ids=[expense.id], effective_on=working_day()),
    )
    for attempt in attempts:
        with pytest.raises(Conflict) as caught, transaction():
            attempt()
        assert caught.value.code == "in_payment_run"
    with transaction():
        cancel_run(case.actor("frida"), run.id)
    assert expense.state == "approved"
    run_of(case, [expense])


def test_a_fund_too_small_settles_nothing(case: Case) -> None:
    claims = ready(case, "600.00", "500.00")
    run = run_of(case, claims)
    with pytest.raises(Conflict) as caught, transaction():
        settle_run(case.actor("frida"), run.id)
    assert caught.value.code == "fund_too_small"
    db.session.expire_all()
    assert ({each.state for each in claims}, run.state) == ({"approved"}, "made")
    assert ledger.balance(case.fund.id, CASH, "USD") == usd("1000")


def test_what_is_refused_says_why_and_writes_nothing(
    session: Session, case: Case, subtests: pytest.Subtests
) -> None:
    (expense,) = ready(case, "405.00")
    pending, frida, bob = claim(case), case.actor("frida"), case.actor("bob")
    (hers,) = [claim(case, by="frida")]
    saturday = working_day() + timedelta(days=(5 - working_day().weekday()) % 7)
    approve(case, hers, by="alice")

    def refused(code: str, call: Callable[[], object]) -> None:
        with (
            subtests.test(code),
            pytest.raises((Conflict, Invalid, Forbidden, NotFound)) as caught,
            transaction(),
        ):
            call()
        said = caught.value
        found = list(said.errors) if isinstance(said, Invalid) else [said.code]
        assert found == [code]

    def make(*claims: Expense, on: date | None = None) -> Callable[[], object]:
        return lambda: make_run(
            frida, expense_ids=[each.id for each in claims], effective_on=on or working_day()
        )

    refused("expense_ids", make())
    refused("effective_on", make(expense, on=saturday))
    refused("effective_on", make(expense, on=clock.today("America/Chicago") - timedelta(days=1)))
    refused("illegal_transition", make(expense, pending))
    refused("forbidden", make(hers))
    refused(
        "no_payee_account",
        lambda: make_run(case.actor("alice"), expense_ids=[hers.id], effective_on=working_day()),
    )
    refused(
        "no_bank_origin",
        lambda: make_run(case.actor("charlie"), expense_ids=[expense.id], effective_on=working_day()),
    )
    refused("forbidden", lambda: make_run(bob, expense_ids=[expense.id], effective_on=working_day()))
    refused("routing", lambda: set_origin(frida, **(ORIGIN | {"routing": "021001209"})))
    refused("company_name", lambda: set_origin(frida, **(ORIGIN | {"company_name": "x" * 24})))
    refused("holder", lambda: give_account(bob, holder=" ", routing=ROUTING, number=NUMBER, kind="checking"))
    refused("number", lambda: give_account(bob, holder="B", routing=ROUTING, number="12", kind="checking"))
    refused("kind", lambda: give_account(bob, holder="B", routing=ROUTING, number=NUMBER, kind="gold"))
    assert session.scalars(select(PaymentRun)).all() == []
    run = run_of(case, [expense])
    refused("form", lambda: open_file(frida, run.id, form="xml"))
    refused("not_found", lambda: open_file(case.actor("charlie"), run.id, form="csv"))
    assert case.only(PaymentRunItem).waits


@pytest.mark.parametrize("wanted", ["paid", "cancelled"])
@pytest.mark.parametrize("present", STATES)
def test_every_illegal_step_answers_409_and_changes_nothing(
    session: Session, case: Case, client: FlaskClient, present: str, wanted: str
) -> None:
    (expense,) = ready(case, "405.00")
    run = run_of(case, [expense])
    steps = {"paid": "settlements", "cancelled": "cancellations"}
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    if present in steps:
        assert (
            client.post(f"/api/v1/payment-runs/{run.id}/{steps[present]}", headers=bearer).status_code == 201
        )
    db.session.expire_all()
    before = (expense.state, run.state, run.ended_at, ledger.balance(case.fund.id, CASH, "USD"))
    session.commit()
    answer = client.post(f"/api/v1/payment-runs/{run.id}/{steps[wanted]}", headers=bearer)
    db.session.expire_all()
    if (present, wanted) in TRANSITIONS:
        assert (answer.status_code, answer.get_json()["state"], run.state) == (201, wanted, wanted)
        return
    assert (answer.status_code, answer.get_json()["code"]) == (409, "illegal_transition")
    assert (expense.state, run.state, run.ended_at, ledger.balance(case.fund.id, CASH, "USD")) == before


def test_the_nacha_file_has_the_positions_that_a_bank_reads(case: Case) -> None:
    run = run_of(case, ready(case, "405.00", "38.60"))
    body = file_of(case, run)
    lines = body.splitlines()
    assert body.endswith("\n")
    assert {len(line) for line in lines} == {94}
    assert len(lines) % 10 == 0
    header, batch, entry, control, last = lines[:5]
    assert (header[:3], header[3:13], header[13:23], header[33:40]) == (
        "101",
        f" {OTHER_ROUTING}",
        "1123456789",
        "A094101",
    )
    assert (header[40:63].strip(), header[63:86].strip()) == (
        "FIRST PLAINS BANK",
        "REFUGIO LEGAL PROJECT",
    )
    assert (batch[:4], batch[4:20], batch[50:53]) == ("5220", "REFUGIO LEGAL PR", "PPD")
    assert (batch[69:75], batch[78], batch[79:87]) == (f"{run.effective_on:%y%m%d}", "1", OTHER_ROUTING[:8])
    assert (entry[:3], entry[3:12], entry[12:29].strip()) == ("622", ROUTING, NUMBER)
    assert (entry[29:39], entry[54:76].strip(), entry[78]) == ("0000044360", "BOB MULLER-ORTEGA", "0")
    assert entry[79:] == f"{OTHER_ROUTING[:8]}0000001"
    assert (control[:10], control[10:20], control[20:32]) == (
        "8220000001",
        f"{int(ROUTING[:8]):010}",
        "0" * 12,
    )
    assert (control[32:44], control[44:54], control[79:]) == (
        "000000044360",
        "1123456789",
        f"{OTHER_ROUTING[:8]}0000001",
    )
    assert last[:21] == "9000001000001" + "00000001"
    assert (last[21:31], last[43:55]) == (f"{int(ROUTING[:8]):010}", "000000044360")
    assert set(lines[5:]) == {"9" * 94}
    assert file_of(case, run) == body


def test_another_reader_of_such_files_finds_the_same_in_it(case: Case) -> None:
    run = run_of(case, ready(case, "405.00", "38.60"))
    read = Parser(file_of(case, run).rstrip("\n")).as_dict()
    (batch,) = read["batches"]
    (entry,) = [each["entry_detail"] for each in batch["entries"]]
    assert (batch["batch_header"]["std_ent_cls_code"], batch["batch_header"]["serv_cls_code"]) == (
        "PPD",
        "220",
    )
    assert (entry["transaction_code"], entry["recv_dfi_id"] + entry["check_digit"]) == ("22", ROUTING)
    assert (entry["dfi_acnt_num"].strip(), int(entry["amount"])) == (NUMBER, 44360)
    assert int(read["file_control"]["credit_amount"]) == 44360
    assert read["file_header"]["immediate_dest"].strip() == OTHER_ROUTING


@pytest.mark.pure
@given(
    st.lists(
        st.tuples(st.integers(1, 10**8), st.sampled_from(["checking", "savings"])), min_size=1, max_size=40
    )
)
def test_a_file_adds_up_and_fills_its_blocks(rows: list[tuple[int, str]]) -> None:
    origin = nacha.Originator(**ORIGIN)
    credits = [
        nacha.Credit(routing=ROUTING, number="1234", kind=kind, holder="Ñandú", cents=cents, reference="r")
        for cents, kind in rows
    ]
    made_at = clock.now()
    lines = nacha.write(origin, credits, made_at=made_at, effective_on=made_at.date()).splitlines()
    entries = [line for line in lines if line[0] == "6"]
    (control,) = [line for line in lines if line[0] == "8"]
    (last,) = [line for line in lines if line[0] == "9" and line != "9" * 94]
    assert {len(line) for line in lines} == {94}
    assert len(lines) == 10 * int(last[7:13])
    assert sum(int(line[29:39]) for line in entries) == int(control[32:44]) == int(last[43:55])
    assert len(entries) == int(control[4:10]) == int(last[13:21])
    assert sum(int(line[3:11]) for line in entries) % 10**10 == int(control[10:20]) == int(last[21:31])
    assert [line[-7:] for line in entries] == [f"{n:07}" for n in range(1, len(entries) + 1)]
    with pytest.raises(ValueError, match="does not fit"):
        nacha.write(origin, [replace(credits[0], cents=10**10)], made_at=made_at, effective_on=made_at.date())


@pytest.mark.pure
def test_routing_numbers_are_checked_by_their_sum() -> None:
    assert is_routing_number("021001208")
    assert is_routing_number("011000015")
    for wrong in ("021001209", "02100120", "0210012080", "000000000", "02100120a", "", "０21001208"):
        assert not is_routing_number(wrong), wrong


def test_the_table_has_one_line_for_each_account_and_keeps_leading_zeros(case: Case) -> None:
    run = run_of(case, ready(case, "405.00", "38.60"))
    (row,) = csv.DictReader(io.StringIO(file_of(case, run, "csv").lstrip("\ufeff")))
    assert (row["account_number"], row["amount"], row["holder"]) == (NUMBER, "443.60", "Bob Müller-Ortega")


def test_numbers_are_sealed_told_by_mail_and_gone_with_the_account(session: Session, case: Case) -> None:
    (expense,) = ready(case, "405.00")
    run = run_of(case, [expense])
    body = file_of(case, run)
    assert NUMBER in body
    kept = [tuple(row) for row in session.execute(text("SELECT * FROM payee_account"))]
    kept += [tuple(row) for row in session.execute(text("SELECT * FROM audit_event"))]
    kept += [tuple(row) for row in session.execute(text("SELECT * FROM outgoing_mail"))]
    assert NUMBER not in str(kept)
    assert ROUTING not in str(kept)
    assert NUMBER not in repr(find_account(case.cast.bob.id))
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.subject.contains("bank account"))).one()
    assert "6789" in mail.text
    events = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject == run.id)).all()
    assert "payment_run.file" in events
    with transaction():
        forget_account(case.actor("bob"))
    assert find_account(case.cast.bob.id) is None
    assert [each.number for each in session.scalars(select(PayeeAccount))] == [""]
    with pytest.raises(Conflict) as caught:
        file_of(case, run)
    assert caught.value.code == "account_changed"
    with pytest.raises(NotFound), transaction():
        forget_account(case.actor("bob"))


def test_whoever_is_screened_from_a_matter_finds_no_run_with_its_claims(
    case: Case, client: FlaskClient
) -> None:
    (expense,) = ready(case, "405.00")
    run = run_of(case, [expense])
    with transaction():
        raise_screen(
            case.actor("bob"),
            case.matter.id,
            member_id=case.cast.frida.id,
            reason="Kin",
            from_on=clock.today(),
        )
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    assert client.get("/api/v1/payment-runs", headers=bearer).get_json()["items"] == []
    assert client.get(f"/api/v1/payment-runs/{run.id}", headers=bearer).status_code == 404
    assert client.post(f"/api/v1/payment-runs/{run.id}/settlements", headers=bearer).status_code == 404
    bearer = {"Authorization": f"Bearer {case.bearer('alice')}"}
    (told,) = client.get("/api/v1/payment-runs", headers=bearer).get_json()["items"]
    assert (told["claims"], told["amount"], told["state"]) == (1, {"minor": 40500, "currency": "USD"}, "made")


@pytest.mark.once
def test_from_the_account_to_the_bank_on_the_pages(case: Case, sign_in: Callable[..., FlaskClient]) -> None:
    case.give(usd("1000"))
    expense = claim(case)
    approve(case, expense)
    bob, frida = sign_in(case.cast.bob), sign_in(case.cast.frida)
    assert "not given yet" in frida.get("/staff/payment-runs").text
    typed = {"holder": "Bob", "routing": "123456789", "number": NUMBER, "kind": "savings"}
    wrong = send(bob, "/staff/expenses/payee", typed)
    assert (wrong.status_code, "one of these is mistyped" in wrong.text) == (422, True)
    assert send(bob, "/staff/expenses/payee", typed | {"routing": ROUTING}).status_code == 302
    page = bob.get("/staff/expenses/payee").text
    assert "····6789" in page
    assert NUMBER not in page
    listed = frida.get("/staff/payment-runs").text
    assert "····6789" in listed
    assert "new since" in listed
    day = working_day().isoformat()
    at = "/staff/payment-runs"
    assert "Say first how your bank" in send(frida, at, {"expense_ids": expense.id, "effective_on": day}).text
    assert send(frida, f"{at}/bank", ORIGIN | {"routing": "1"}).status_code == 422
    assert send(frida, f"{at}/bank", ORIGIN).status_code == 302
    assert "First Plains Bank" in frida.get(f"{at}/bank").text
    assert send(frida, at, {"effective_on": day}).status_code == 422
    assert send(frida, at, {"expense_ids": expense.id, "effective_on": ""}).status_code == 422
    made = send(frida, at, {"expense_ids": expense.id, "effective_on": day})
    assert made.status_code == 302
    where = made.location
    assert "Waiting for the bank" in frida.get(where).text
    got = send(frida, f"{where}/files", {"form": "nacha"})
    assert (got.status_code, got.headers["Cache-Control"]) == (200, "no-store")
    assert got.text.startswith("101")
    assert NUMBER in send(frida, f"{where}/files", {"form": "csv"}).text
    assert send(frida, f"{where}/settlements").status_code == 302
    assert "Every claim of the run is paid" in frida.get(where).text
    assert send(frida, f"{where}/cancellations").status_code == 302
    assert "cannot become" in frida.get(where).text
    assert send(bob, "/staff/expenses/payee/removals").status_code == 302
