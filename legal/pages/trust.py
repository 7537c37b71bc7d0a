"""Money in trust: asked for, approved, sent, disbursed or returned, and reconciled three ways."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from campaigns.funds.purposes import COSTS
from core import clock
from core.db import db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.web.paging import numbered
from legal.pages.blueprint import bp, refuse
from legal.schemas.time import WhyNotIn
from legal.schemas.trust import (
    AsOfIn,
    DisbursementIn,
    TrustAccountIn,
    TrustReturnIn,
    TrustStatementIn,
    TrustTransferIn,
)
from legal.trust.disbursing import disburse, take_back
from legal.trust.reconciling import reconcile_for
from legal.trust.transferring import approve_transfer, refuse_transfer, request_transfer, send_transfer
from legal.trust.trust_account import (
    TrustAccount,
    get_own_account,
    list_accounts,
    open_account,
    report_statement,
)
from legal.trust.trust_transfer import STATES, TrustTransfer, get_transfer, held, list_moves, transfers_of
from staff.access import current_actor, requires

Answer = AnyResponse | tuple[str, int]


@bp.get("/trust")
@requires("costs.view")
def trust() -> str:
    return _list()


def _list(form: Form | None = None, account_form: Form | None = None) -> str:
    query = transfers_of(current_actor()).options(joinedload(TrustTransfer.fund))
    pager = numbered(query.order_by(TrustTransfer.requested_at.desc(), TrustTransfer.id))
    return render_template(
        "legal/trust.html",
        pager=pager,
        states=STATES,
        held={each.id: held(each) for each in pager.items},
        accounts=list_accounts(current_actor()),
        form=form or Form(TrustTransferIn()),
        account_form=account_form or Form(TrustAccountIn()),
    )


@bp.post("/trust")
@requires("costs.claim")
def trust_submit() -> Answer:
    form = Form(TrustTransferIn(), request.form)
    done = _tried(form, lambda data: request_transfer(current_actor(), **data))
    if done is None:
        return _list(form), 422
    flash(_("The transfer waits for approval. No money has moved."))
    return redirect(url_for("legal.trust_transfer", trust_transfer_id=done.id))


@bp.post("/trust/accounts")
@requires("matters.edit")
def trust_account_submit() -> Answer:
    form = Form(TrustAccountIn(), request.form)
    if _tried(form, lambda data: open_account(current_actor(), **data)) is None:
        return _list(account_form=form), 422
    flash(_("The trust account can be named in transfers now."))
    return redirect(url_for("legal.trust"))


@bp.get("/trust/accounts/<trust_account_id>")
@requires("costs.view")
def trust_account(trust_account_id: str) -> str:
    return _account(trust_account_id, Form(TrustStatementIn(), initial={"as_of": clock.today()}))


def _account(account_id: str, form: Form) -> str:
    account = get_own_account(current_actor(), account_id)
    asked = Form(AsOfIn(), request.args)
    found = reconcile_for(current_actor(), account, asked.data.get("as_of") or clock.today())
    return render_template("legal/trust_account.html", account=account, found=found, form=form)


@bp.post("/trust/accounts/<trust_account_id>/statements")
@requires("matters.edit")
def trust_statement_submit(trust_account_id: str) -> Answer:
    form = Form(TrustStatementIn(), request.form)
    get_own_account(current_actor(), trust_account_id)
    if _tried(form, lambda data: report_statement(current_actor(), trust_account_id, **data)) is None:
        return _account(trust_account_id, form), 422
    flash(_("The statement is written down."))
    return redirect(url_for("legal.trust_account", trust_account_id=trust_account_id))


@bp.get("/trust/<trust_transfer_id>")
@requires("costs.view")
def trust_transfer(trust_transfer_id: str) -> str:
    return _transfer(get_transfer(current_actor(), trust_transfer_id))


def _transfer(found: TrustTransfer, **forms: Form) -> str:
    db.session.refresh(found, ["fund", "matter"])
    account = db.session.get_one(
        TrustAccount, found.account_id, options=[joinedload(TrustAccount.organisation)]
    )
    today = {"happened_on": clock.today()}
    blank = {
        "reason": Form(WhyNotIn()),
        "paid": Form(DisbursementIn(), initial=today),
        "back": Form(TrustReturnIn(), initial=today),
    }
    return render_template(
        "legal/trust_transfer.html",
        transfer=found,
        account=account,
        held=held(found),
        moves=list_moves(found),
        states=STATES,
        categories=COSTS,
        **(blank | forms),
    )


@bp.post("/trust/<trust_transfer_id>/approvals")
@requires("costs.approve")
def trust_approve(trust_transfer_id: str) -> Answer:
    return _act(
        trust_transfer_id, lambda: approve_transfer(current_actor(), trust_transfer_id), _("Approved.")
    )


@bp.post("/trust/<trust_transfer_id>/sendings")
@requires("costs.pay")
def trust_send(trust_transfer_id: str) -> Answer:
    return _act(
        trust_transfer_id,
        lambda: send_transfer(current_actor(), trust_transfer_id),
        _("The money is held in trust now. It is not spent yet."),
    )


@bp.post("/trust/<trust_transfer_id>/refusals")
@requires("costs.approve")
def trust_refuse(trust_transfer_id: str) -> Answer:
    return _fill(trust_transfer_id, "reason", Form(WhyNotIn(), request.form), refuse_transfer)


@bp.post("/trust/<trust_transfer_id>/disbursements")
@requires("matters.edit")
def trust_disburse(trust_transfer_id: str) -> Answer:
    return _fill(trust_transfer_id, "paid", Form(DisbursementIn(), request.form), disburse)


@bp.post("/trust/<trust_transfer_id>/returns")
@requires("costs.pay")
def trust_return(trust_transfer_id: str) -> Answer:
    return _fill(trust_transfer_id, "back", Form(TrustReturnIn(), request.form), take_back)


def _fill(transfer_id: str, name: str, form: Form, verb: Callable[..., Any]) -> Answer:
    """Do what a form of a transfer's page asks, or show it with what is wrong."""
    try:
        done = _tried(form, lambda data: verb(current_actor(), transfer_id, **data))
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for("legal.trust_transfer", trust_transfer_id=transfer_id))
    if done is None:
        return _transfer(get_transfer(current_actor(), transfer_id), **{name: form}), 422
    flash(_("Written down."))
    return redirect(url_for("legal.trust_transfer", trust_transfer_id=transfer_id))


def _act(transfer_id: str, act: Callable[[], Any], said: str) -> Answer:
    try:
        with transaction():
            act()
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(said)
    return redirect(url_for("legal.trust_transfer", trust_transfer_id=transfer_id))


def _tried(form: Form, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What the verb returns; None where the form or the verb found something wrong, which the form then says."""
    if not form.is_valid:
        return None
    try:
        with transaction():
            return act(form.data)
    except Invalid as refusal:
        refuse(form, refusal)
        return None
