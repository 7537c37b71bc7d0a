"""Whoever is screened from a matter finds nothing of it at any address, and cannot act on what belongs to it."""

from collections.abc import Callable
from datetime import date
from itertools import islice, product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from core import clock
from core.db import transaction
from legal.accounts.recognition import DISCLOSED_ONLY, decide_recognition
from legal.costs.in_kind import InKindCost
from legal.hours.certification import PeriodLock
from legal.hours.certifying import Period, certify_period
from legal.matters.screening import raise_screen
from legal.trust.reconciling import reconcile, reconcile_for
from legal.trust.trust_transfer import TrustTransfer
from staff.audit import AuditEvent
from tests.legal.conftest import Case, send
from tests.legal.test_accounts import a_full_life
from tests.legal.test_fees import decide, given_in_kind
from tests.legal.test_trust import Till, till  # noqa: F401 (a fixture)
from tests.safety.conftest import MODELS, look
from tests.safety.test_nobody_is_named import said

pytestmark = pytest.mark.once
TITLE = "Qasida against the Field Office"


@pytest.fixture
def full(session: Session, case: Case, till: Till) -> Till:  # noqa: F811
    """A matter with something of every kind."""
    case.matter.title = TITLE
    session.commit()
    a_full_life(case)
    till.pay(till.send(), "100")
    till.request()
    decide(case, given_in_kind(case))
    given_in_kind(case)
    case.approve()
    case.record(worked_on=date(2025, 8, 4))
    with transaction():
        decide_recognition(
            case.actor("frida"), case.matter.id, recognition=DISCLOSED_ONLY, reason="No special skills"
        )
        july = Period(matter_id=case.matter.id, starts_on=date(2025, 7, 1), ends_on=date(2025, 7, 31))
        certify_period(case.actor("dana"), july)
    return till


def _screen(case: Case, name: str) -> None:
    """A colleague of the same organisation screens; Charlie, who is alone, screens himself."""
    by = "charlie" if name == "charlie" else "bob"
    with transaction():
        raise_screen(
            case.actor(by),
            case.matter.id,
            member_id=getattr(case.cast, name).id,
            reason="The other side's",
            from_on=date(2025, 1, 1),
        )


def _telling(matter_id: str) -> set[str]:
    """The matter's id and title, and the ids of all that belongs to it."""
    found = {matter_id, TITLE}
    for model in set(MODELS.values()):
        table: Any = model.__table__
        key = list(table.primary_key.columns)
        if "matter_id" in table.c and len(key) == 1 and key[0].name == "id":
            found |= set(look(select(key[0]).where(table.c.matter_id == matter_id)))
    return found


def _addresses(rule: Rule) -> list[str]:
    choices: list[list[str]] = []
    for argument in sorted(rule.arguments):
        model = MODELS.get(argument)
        key = inspect(model).primary_key[0] if model and argument != "session_id" else None
        choices.append([str(each) for each in look(select(key).limit(2))] if key is not None else [])
    built = [rule.build(dict(zip(sorted(rule.arguments), each, strict=True))) for each in product(*choices)]
    return [each[1] for each in built if each]


@pytest.mark.parametrize("name", ["alice", "charlie"])
def test_no_address_tells_of_the_matter(
    app: Flask, full: Till, sign_in: Callable[..., FlaskClient], name: str
) -> None:
    """The owner who pays, and the owner who holds the money in trust."""
    telling = _telling(full.case.matter.id)
    assert len(telling) > 8
    browser, bearer = sign_in(getattr(full.case.cast, name)), full.case.bearer(name)
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith(("/staff", "/api/"))
    ]
    asked = [path for rule in rules for path in _addresses(rule)]
    headers = {"Authorization": f"Bearer {bearer}"}

    def ask(path: str) -> list[str]:
        answer = browser.get(path, headers=headers if path.startswith("/api/") else None)
        assert answer.status_code < 500, path
        # A fund's own ledger stays whole for who keeps it: it tells what was posted by an id that opens nothing.
        asked_for = {TITLE, full.case.matter.id} if "/funds/" in path else telling
        return [each for each in asked_for if answer.status_code == 200 and each in said(answer) + path]

    telling_six = list(islice((path for path in asked if ask(path)), 6))
    assert len(telling_six) == 6, "nothing is told to those who may know either"
    _screen(full.case, name)
    assert {path: found for path in asked if (found := ask(path))} == {}


def test_who_may_not_know_cannot_act(
    session: Session, full: Till, sign_in: Callable[..., FlaskClient]
) -> None:
    transfer = session.scalars(select(TrustTransfer).where(TrustTransfer.state == "requested")).one()
    waiting = session.scalars(select(InKindCost).where(InKindCost.state == "pending")).one()
    lock = session.scalars(select(PeriodLock)).one()
    _screen(full.case, "alice")
    owner = sign_in(full.case.cast.alice)
    for path in (
        f"/staff/trust/{transfer.id}/approvals",
        f"/staff/in-kind/{waiting.id}/decisions",
        f"/staff/period-locks/{lock.id}/reopenings",
    ):
        assert send(owner, path, {"reason": "x", "accept": "yes"}).status_code == 404, path
    session.expire_all()
    assert (transfer.state, waiting.state, lock.reopened_at) == ("requested", "pending", None)
    tried = session.scalars(select(AuditEvent.subject).where(AuditEvent.verb == "matter.denied")).all()
    assert full.case.matter.id in tried


def test_the_reconciliation_adds_up_without_the_name(full: Till) -> None:
    _screen(full.case, "charlie")
    charlie, today = full.case.actor("charlie"), clock.today()
    seen, all_of_it = reconcile_for(charlie, full.account, today), reconcile(full.account, today)
    assert [(each.matter_id, each.title == TITLE) for each in seen.clients] == [("", False)]
    assert seen.clients_total == all_of_it.clients_total == seen.ledger
