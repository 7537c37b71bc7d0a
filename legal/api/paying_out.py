"""Payment runs for software. The file itself, with account numbers, is for a person who is signed in."""

from typing import Any

from core.db import transaction
from core.money import Money
from core.web.paging import Page, page
from legal.api.blueprint import bp
from legal.costs.paying_out import CURRENCY, cancel_run, make_run, settle_run
from legal.costs.payment_run import PaymentRun, get_run, runs_of, sums_of
from legal.schemas.paying_out import PaymentRunIn, PaymentRunOut
from staff.access import current_actor
from staff.bearer import token_required
from staff.schemas import PieceIn, piece_of


@bp.get("/payment-runs")
@token_required("costs.view")
@bp.arguments(PieceIn, location="query")
@bp.response(200, piece_of(PaymentRunOut, "PaymentRuns"))
def list_payment_runs(query: dict[str, Any]) -> Page:
    """The organisation's payment runs, the latest first."""
    found = page(runs_of(current_actor()), (PaymentRun.made_at, PaymentRun.id), **query)
    sums = sums_of([each.id for each in found.items])
    return Page([_told(each, *sums[each.id]) for each in found.items], found.next_cursor)


@bp.post("/payment-runs")
@token_required("costs.pay")
@bp.arguments(PaymentRunIn)
@bp.response(201, PaymentRunOut)
def create_payment_run(body: dict[str, Any]) -> dict[str, Any]:
    """Put approved claims together for the bank; nothing is paid yet. 409 `no_payee_account`, `no_bank_origin`,
    `in_payment_run`, `illegal_transition`."""
    with transaction():
        return _alone(make_run(current_actor(), **body))


@bp.get("/payment-runs/<payment_run_id>")
@token_required("costs.view")
@bp.response(200, PaymentRunOut)
def read_payment_run(payment_run_id: str) -> dict[str, Any]:
    """One payment run."""
    return _alone(get_run(current_actor(), payment_run_id))


@bp.post("/payment-runs/<payment_run_id>/settlements")
@token_required("costs.pay")
@bp.response(201, PaymentRunOut)
def create_payment_run_settlement(payment_run_id: str) -> dict[str, Any]:
    """The bank has paid: each claim is paid from its fund, all of them or none. 409 `fund_too_small`."""
    with transaction():
        return _alone(settle_run(current_actor(), payment_run_id))


@bp.post("/payment-runs/<payment_run_id>/cancellations")
@token_required("costs.pay")
@bp.response(201, PaymentRunOut)
def create_payment_run_cancellation(payment_run_id: str) -> dict[str, Any]:
    """The bank has not paid: the claims are free again."""
    with transaction():
        return _alone(cancel_run(current_actor(), payment_run_id))


def _alone(run: PaymentRun) -> dict[str, Any]:
    return _told(run, *sums_of([run.id])[run.id])


def _told(run: PaymentRun, claims: int, cents: int) -> dict[str, Any]:
    names = ("id", "state", "effective_on", "made_at", "ended_at")
    return {name: getattr(run, name) for name in names} | {"claims": claims, "amount": Money(cents, CURRENCY)}
