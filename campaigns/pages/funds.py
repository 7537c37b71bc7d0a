"""Funds: the list, opening, and one fund with its balances and its ledger."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _

from campaigns import reading
from campaigns.campaign import Campaign
from campaigns.funds import funding, ledger, plain_text, release, reserving, statement, surplus
from campaigns.funds.fund import Fund
from campaigns.funds.fund_transfer import transfers_of
from campaigns.funds.funding import FundTerms
from campaigns.funds.purposes import PURPOSES
from campaigns.funds.transferring import VERB
from campaigns.pages.accounts import account_names, kind_name
from campaigns.pages.blueprint import bp
from campaigns.pages.refusing import answered, attempt
from campaigns.schemas.fund import FundEditSchema, FundSchema
from core.db import db
from core.errors import Forbidden
from core.forms import Form
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from staff.access import Actor, current_actor, requires
from staff.approval import two_people

RECENT_TRANSFERS = 20
_RULES = ("purposes", "surplus_ways", "is_general")


@bp.get("/funds")
@requires("funds.view")
def funds() -> str:
    typed = request.args.get("q", "").strip()
    query = reading.funds_of(current_actor())
    if typed:
        query = query.where(reading.matching(typed, (Fund.name, Fund.purpose)))
    pager = numbered(query.order_by(Fund.name, Fund.id))
    cash = {fund.id: ledger.balance(fund.id, ledger.CASH, fund.currency) for fund in pager.items}
    return render_template("campaigns/funds.html", pager=pager, q=typed, cash=cash)


@bp.get("/funds/new")
@requires("funds.view")
def new_fund() -> str:
    _require_edit(current_actor())
    form = Form(FundSchema(), initial={"campaign_id": request.args.get("campaign")})
    return render_template("campaigns/fund_form.html", form=form)


@bp.post("/funds/new")
@requires("funds.view")
def new_fund_submit() -> Any:
    form = Form(FundSchema(), request.form)
    tried = attempt(form, lambda: funding.open_fund(current_actor(), FundTerms(**form.data)))
    if tried.done is None:
        return render_template("campaigns/fund_form.html", form=form), 422
    flash(_("The fund is open. A drive can be paid into it."))
    return redirect(url_for(".fund", fund_id=tried.done.id))


@bp.get("/funds/<fund_id>/edit")
@requires("funds.view")
def edit_fund(fund_id: str) -> str:
    actor = current_actor()
    found = reading.get_fund(actor, fund_id)
    _require_edit(actor)
    form = Form(FundEditSchema(), initial=_form_values(found))
    return render_template("campaigns/fund_form.html", form=form, fund=found)


@bp.post("/funds/<fund_id>/edit")
@requires("funds.view")
def edit_fund_submit(fund_id: str) -> Any:
    found = reading.get_fund(current_actor(), fund_id)
    form = Form(FundEditSchema(), answered(FundEditSchema(), lambda: _form_values(found)))
    changes = dict(form.data)
    version = changes.pop("version", None)
    tried = attempt(
        form,
        lambda: funding.edit_fund(current_actor(), fund_id, changes, version=version),
        present=lambda: _form_values(reading.get_fund(current_actor(), fund_id)),
    )
    if tried.done is None:
        page = render_template("campaigns/fund_form.html", form=form, fund=found, tried=tried)
        return page, 409 if tried.differences is not None else 422
    flash(_("Saved."))
    return redirect(url_for(".fund", fund_id=fund_id))


def _form_values(found: Fund) -> dict[str, Any]:
    return {name: getattr(found, name) for name in (*funding.LONGEST, *_RULES, "version")}


def _require_edit(actor: Actor) -> None:
    if not (actor.can("campaigns.edit") or actor.can("funds.edit")):
        raise Forbidden(_("Your role does not include this. Ask an owner of your organisation."))


@bp.get("/funds/<fund_id>")
@requires("funds.view")
def fund(fund_id: str) -> str:
    actor = current_actor()
    found = reading.get_fund(actor, fund_id)
    pager = numbered(statement.groups_of(found))
    balances = funding.balances(found)
    return render_template(
        "campaigns/fund.html",
        fund=found,
        campaign=db.session.get(Campaign, found.campaign_id) if found.campaign_id else None,
        balances=balances,
        sums=_sums(balances, found.currency),
        pager=pager,
        postings=statement.postings(found, pager.items),
        account_names=account_names(),
        purposes=PURPOSES,
        released=release.released(found),
        restricted=release.restricted_balance(found),
        kind_name=kind_name,
        versions=surplus.versions_of(found.id),
        ways=surplus.WAYS,
        transfers=db.session.scalars(transfers_of(found.id).limit(RECENT_TRANSFERS)).all(),
        waiting=[(row, two_people.words_of(row)) for row in two_people.waiting(actor, VERB, found.id)],
        free=reserving.free(found),
    )


def _sums(balances: dict[str, Money], currency: str) -> dict[str, Money]:
    """Cash, bond, income and costs as a person counts them: income is positive."""

    def total(*accounts: str) -> Money:
        return sum((balances[account] for account in accounts), Money.zero(currency))

    return {
        "cash": total(*ledger.CASH),
        "bond": total(ledger.BOND_DEPOSIT),
        "income": -total(*ledger.INCOME),
        "costs": total(
            *(ledger.LEGAL_COSTS, ledger.PROCESSING_FEES, ledger.BOND_FORFEITED),
            *(ledger.DISPUTE_FEES, ledger.DISPUTE_LOSSES),
        ),
    }


@bp.get("/funds/<fund_id>/ledger.csv")
@requires("funds.view")
def fund_csv(fund_id: str) -> Response:
    found = reading.get_fund(current_actor(), fund_id)
    header = ("group", "kind", "source", "occurred_at", "posted_at", "account", "amount", "currency", "drive")
    return csv_out.download(f"ledger-{found.id}.csv", header, _rows(found))


def _rows(found: Fund) -> Iterator[tuple[Any, ...]]:
    for group, entry in statement.lines(found):
        amount = Money(entry.amount_minor, entry.currency)
        yield (
            *(group.id, group.kind, group.source, group.occurred_at, group.posted_at),
            *(entry.account, amount.major, entry.currency, entry.drive_id),
        )


@bp.get("/funds/<fund_id>/ledger.beancount")
@requires("funds.view")
def fund_beancount(fund_id: str) -> Response:
    found = reading.get_fund(current_actor(), fund_id)
    return Response(
        stream_with_context(plain_text.export(found)),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="ledger-{found.id}.beancount"',
            "Cache-Control": "no-store",
        },
    )
