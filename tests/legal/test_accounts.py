"""The year's books: vector C adds up, services stay out of revenue, and beancount agrees with every balance."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import realization
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from campaigns.funds import ledger, plain_text, release
from campaigns.funds.funding import balances
from campaigns.funds.ledger import ACCOUNTS, BOND_DEPOSIT, CASH, INTEREST, LEGAL_COSTS
from core import clock
from core.db import transaction
from core.errors import Invalid
from core.money import Money
from legal.accounts.pack import pack
from legal.accounts.recognition import decide_recognition
from legal.bonds.bond import bonds_of
from legal.bonds.bond_figures import bond_figures
from legal.costs.refunding import refund_expense
from staff.member import Member
from tests.legal.conftest import Case, send, usd
from tests.legal.test_bond_following import TO_BREACH, TO_REFUND, follow, posted
from tests.legal.test_claiming import approve, claim, pay
from tests.legal.test_fees import decide, given_in_kind

SignIn = Callable[[Member], FlaskClient]
FAR = (date(2025, 1, 1), date(2099, 12, 31))


def a_full_life(case: Case) -> None:
    """Gifts, costs, one that came back, a bond refunded and one lost, both with interest."""
    case.give(usd("20000"))
    expense = claim(case)
    approve(case, expense)
    pay(case, expense)
    with transaction():
        refund_expense(
            case.actor("frida"), expense.id, amount=usd("5"), received_on=clock.today(), reason='Over"paid"'
        )
    for path, end, interest in ((TO_REFUND, "refunded", 12_000), (TO_BREACH, "breached", 6_000)):
        bond = posted(case)
        for state in path:
            follow(case, bond, state, interest_minor=interest if state == end else 0)
    posted(case)


def test_beancount_accepts_the_export_and_finds_the_same_balances(case: Case, tmp_path: Path) -> None:
    a_full_life(case)
    file = tmp_path / "ledger.beancount"
    file.write_text("".join(plain_text.export(case.fund)))
    checker = "import sys; from beancount.scripts.check import main; sys.exit(main())"
    checked = subprocess.run(
        [sys.executable, "-c", checker, str(file)], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    entries, errors, _options = loader.load_file(str(file))
    assert errors == []
    tree = realization.realize(entries)
    for account, kept in balances(case.fund).items():
        node = realization.get(tree, plain_text.account_name(account))
        found = sum((p.units.number for p in node.balance), start=0) if node is not None else 0
        assert found == kept.major, account


def test_a_changed_export_is_refused_by_beancount(case: Case, tmp_path: Path) -> None:
    case.give(usd("100"))
    file = tmp_path / "ledger.beancount"
    file.write_text(
        "".join(plain_text.export(case.fund)).replace("Assets:Stripe  100.00", "Assets:Stripe  100.01")
    )
    assert loader.load_file(str(file))[1] != []


def test_the_command_and_the_page_write_the_same_text(app: Flask, case: Case, sign_in: SignIn) -> None:
    case.give(usd("100"))
    done = app.test_cli_runner().invoke(args=["ledger", "export", "--fund", case.fund.id])
    page = sign_in(case.cast.frida).get(f"/staff/funds/{case.fund.id}/ledger.beancount")
    assert done.output == page.text
    assert page.headers["Content-Disposition"].endswith('.beancount"')
    assert app.test_cli_runner().invoke(args=["ledger", "export", "--fund", "x"]).exit_code == 1


@pytest.mark.pure
def test_every_account_has_a_name_of_its_own_there() -> None:
    names = {plain_text.account_name(account) for account in ACCOUNTS}
    assert len(names) == len(ACCOUNTS)
    assert {name.split(":")[0] for name in names} <= {"Assets", "Income", "Expenses", "Equity"}


MOVES = st.lists(
    st.tuples(st.sampled_from(["cost", "refund", "refunded", "breached", "held"]), st.integers(1, 9_000)),
    max_size=5,
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_the_identities_hold_whatever_happens(case: Case, moves: list[tuple[str, int]]) -> None:
    """cash_in + refunds + interest = spent + bonds posted + cash on hand; posted = held + returned + forfeited."""

    def balance(*accounts: str) -> int:
        return ledger.balance(case.fund.id, accounts, "USD").minor

    case.give(usd("50000"))
    for move, minor in moves:
        amount = Money(minor, "USD")
        if move in ("cost", "refund"):
            expense = claim(case, amount=amount)
            approve(case, expense)
            pay(case, expense)
            if move == "refund":
                with transaction():
                    refund_expense(
                        case.actor("frida"),
                        expense.id,
                        amount=amount,
                        received_on=clock.today(),
                        reason="Back",
                    )
            continue
        bond = posted(case)
        for state in {"refunded": TO_REFUND, "breached": TO_BREACH}.get(move, ()):
            follow(case, bond, state, interest_minor=minor if state == move else 0)
    bonds = bond_figures(bonds_of(case.actor("frida")))
    assert bonds.posted == bonds.held + bonds.returned + bonds.forfeited
    assert (bonds.held.minor, bonds.forfeited.minor) == (
        balance(BOND_DEPOSIT),
        balance(ledger.BOND_FORFEITED),
    )
    money_in = -balance(*ledger.RAISED) + bonds.returned.minor - balance(INTEREST)
    assert money_in == balance(LEGAL_COSTS) + bonds.posted.minor + balance(*CASH)
    found = pack(case.actor("frida"), *FAR)
    assert found.net_assets == found.contributions + found.interest - found.expenses
    assert found.released == found.expenses == release.released(case.fund)
    assert [*ledger.verify(), *release.verify()] == []


def test_services_are_in_the_note_and_never_in_the_revenue_line(case: Case) -> None:
    case.give(usd("1000"))
    case.approve()
    decide(case, given_in_kind(case))
    before = pack(case.actor("frida"), *FAR)
    assert (before.contributions, before.recognised) == (usd("1000"), usd("0"))
    assert before.disclosed == usd("310.15") + usd("390")
    assert {row.recognition for row in before.services} == {"disclosed_only"}
    with transaction():
        decide_recognition(
            case.actor("frida"), case.matter.id, recognition="recognised", reason="We would have bought them"
        )
    after = pack(case.actor("frida"), *FAR)
    assert (after.recognised, after.disclosed) == (usd("700.15"), usd("0"))
    assert (after.contributions, after.revenue_per_return) == (usd("1000"), usd("1000"))
    assert after.revenue_per_statements - after.revenue_per_return == after.recognised
    assert after.expenses_per_statements - after.expenses_per_return == after.recognised
    assert after.net_assets == before.net_assets


@pytest.mark.parametrize(
    ("field", "changed"), [("recognition", {"recognition": "maybe"}), ("reason", {"reason": " "})]
)
def test_a_decision_needs_a_choice_and_a_reason(case: Case, field: str, changed: dict[str, str]) -> None:
    plain = {"recognition": "recognised", "reason": "We would have bought them"}
    with pytest.raises(Invalid) as caught, transaction():
        decide_recognition(case.actor("frida"), case.matter.id, **(plain | changed))
    assert list(caught.value.errors) == [field]


def test_page_csv_pdf_and_json_show_the_same_numbers(
    case: Case, sign_in: SignIn, client: FlaskClient
) -> None:
    case.give(usd("1234.56"))
    decide(case, given_in_kind(case))
    frida = sign_in(case.cast.frida)
    typed = {"matter_id": case.matter.id, "recognition": "recognised", "reason": "Would have been bought"}
    assert send(frida, "/staff/accounts/recognitions", typed | {"reason": ""}).status_code == 422
    send(frida, "/staff/accounts/recognitions", typed)
    period = "starts_on=2025-01-01&ends_on=2099-12-31"
    page = frida.get(f"/staff/accounts?{period}").text
    file = frida.get(f"/staff/accounts.pdf?{period}").data
    document = PdfReader(io.BytesIO(file)).pages[0].extract_text()
    rows = list(csv.reader(io.StringIO(frida.get(f"/staff/accounts.csv?{period}").text.lstrip("\ufeff"))))
    bearer = {"Authorization": f"Bearer {case.bearer('frida')}"}
    body = client.get(f"/api/v1/accounts?{period}", headers=bearer).get_json()
    for shown in ("$1,234.56", "$1,624.56", "$390"):
        assert shown in page
        assert shown in document
    amounts = {row[1]: row[3] for row in rows if row[0] == "line"}
    assert (amounts["990 VIII 1f"], amounts["D XI 1"], amounts["D XI 2b"]) == ("1234.56", "1624.56", "390.00")
    assert (body["contributions"]["minor"], body["recognised"]["minor"]) == (123_456, 39_000)
    assert "Would have been bought" in page
    assert (
        client.get("/api/v1/accounts?starts_on=2025-02-01&ends_on=2025-01-01", headers=bearer).status_code
        == 422
    )
    assert frida.get("/staff/accounts?starts_on=x").status_code == 200
    assert sign_in(case.cast.carla).get("/staff/accounts").status_code == 404
