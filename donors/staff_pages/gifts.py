"""Gifts: the list and its export, one gift, and giving money back."""

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Select, func
from werkzeug.wrappers import Response as AnyResponse

from campaigns.funds.surplus import SurplusClause
from core import clock
from core.db import after_commit, db, transaction
from core.errors import Conflict, Invalid
from core.forms import Form
from core.jobs import enqueue
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from donors import reading
from donors.employers.claiming import of_gift
from donors.employers.employer_match import STATES as MATCH_STATES
from donors.gifts import deciding, giving, moderating
from donors.gifts.debit import Debit
from donors.gifts.gift import Gift
from donors.jobs import send_refund
from donors.matching.explaining import explain
from donors.matching.rules import rules
from donors.offline.facts import facts_of
from donors.people.donor import Donor
from donors.receipts import links
from donors.receipts.receipt import Receipt
from donors.schemas import RefundSchema
from donors.schemas.employers import EmployerIn
from donors.schemas.offline import ReturnIn, VoidIn
from donors.staff_pages.blueprint import bp, is_narrowed, periods, wanted_here, zone_of
from donors.staff_pages.life import life_of
from donors.staff_pages.recurring import new_monthly_of
from donors.words import CHANNELS, DISPUTE_STATES, REFUND_STATES, TRIBUTES, actor_name
from staff.access import Actor, current_actor, requires
from staff.approval import two_people
from staff.approval.proposal import Proposal
from staff.pages.proposals import waits_for_second

SORTS: dict[str, Any] = {
    "at": Gift.started_at,
    "donor": func.lower(Donor.name),
    "amount": Gift.amount_minor,
    "state": Gift.state,
}
HEADER = (
    *("gift", "started_at", "paid_at", "state", "donor", "email", "public_name", "drive", "rhythm"),
    *("amount", "fee_cover", "refunded", "processing_fee", "currency", "receipt", "payment_intent"),
    *("channel", "surplus_clause"),
)


@bp.get("/gifts")
@requires("gifts.view")
def gifts() -> str:
    actor = current_actor()
    pager = numbered(_chosen(actor))
    return render_template(
        "donors/staff/gifts.html",
        pager=pager,
        receipts=reading.receipts_by_gift(gift.id for gift in pager.items),
        disputed=reading.disputed(gift.id for gift in pager.items),
        drives=reading.drives_with_gifts(actor),
        periods=periods(),
        narrowed=is_narrowed(),
        sort=request.args.get("sort", "-at"),
    )


@bp.get("/gifts.csv")
@requires("gifts.view")
def gifts_csv() -> Response:
    """The gifts of the list as it is narrowed and sorted, all pages of it."""
    chosen = (
        _chosen(current_actor())
        .outerjoin(Receipt, Receipt.gift_id == Gift.id)
        .outerjoin(SurplusClause, SurplusClause.id == Gift.surplus_clause_id)
        .add_columns(Receipt, SurplusClause.number)
    )
    rows = db.session.execute(chosen.execution_options(yield_per=500))
    return csv_out.download(f"gifts-{clock.today().isoformat()}.csv", HEADER, _csv_rows(rows))


def _chosen(actor: Actor) -> Select[Gift]:
    query = reading.gifts_of(actor, wanted_here(actor))
    return reading.ordered(query, request.args.get("sort", ""), SORTS, Gift.id)


def _csv_rows(rows: Any) -> Iterator[tuple[Any, ...]]:
    for gift, receipt, clause_number in rows:
        promise = gift.recurring_gift
        yield (
            *(gift.id, gift.started_at, gift.paid_at, gift.state, gift.donor.name, gift.donor.email),
            *(gift.public_name, gift.drive.title, promise.rhythm if promise else "once"),
            *(gift.amount.major, gift.fee_cover.major, gift.refunded.major),
            gift.processing_fee.major if gift.processing_fee else None,
            *(gift.currency, receipt.label if receipt else None, gift.payment_intent_id, gift.channel),
            clause_number,
        )


@bp.get("/gifts/<gift_id>")
@requires("gifts.view")
def gift(gift_id: str) -> str:
    found = reading.get_gift(current_actor(), gift_id)
    return gift_page(found)


@bp.post("/gifts/<gift_id>/refunds")
@requires("gifts.view", fresh=True)
def refund_submit(gift_id: str) -> AnyResponse | tuple[str, int]:
    """Give back a part or all of a gift. Stripe is told after the commit."""
    actor = current_actor()
    found = reading.get_gift(actor, gift_id)
    actor.require("gifts.refund")
    form = Form(RefundSchema(currency=found.currency), request.form)
    if not form.is_valid:
        return gift_page(found, form), 422
    try:
        with transaction():
            row = deciding.refund(actor, gift_id, **form.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return gift_page(reading.get_gift(actor, gift_id), form), 422
    except Conflict as refusal:
        flash(refusal.message, "bad")
        return redirect(url_for(".gift", gift_id=gift_id), 303)
    if isinstance(row, Proposal):
        return waits_for_second(row)
    enqueue(send_refund, row.id)
    flash(_("The refund is on its way. The donor gets a mail once Stripe confirms it."))
    return redirect(url_for(".gift", gift_id=gift_id), 303)


@bp.post("/gifts/<gift_id>/hidden-words")
@requires("gifts.view")
def hide_words_submit(gift_id: str) -> AnyResponse:
    """Take a donor's name and message off public pages."""
    with transaction():
        moderating.hide_words(current_actor(), gift_id)
    flash(_("Public pages show this gift as anonymous and without its message."))
    return redirect(url_for(".gift", gift_id=gift_id), 303)


@bp.post("/gifts/<gift_id>/shown-words")
@requires("gifts.view")
def show_words_submit(gift_id: str) -> AnyResponse:
    with transaction():
        moderating.show_words(current_actor(), gift_id)
    flash(_("Public pages show name and message again."))
    return redirect(url_for(".gift", gift_id=gift_id), 303)


def _confirmed(actor: Actor, terms: dict[str, Any]) -> None:
    """A second person has confirmed a refund."""
    amount = Money(terms["amount_minor"], terms["currency"])
    refund_id = deciding.refund_now(actor, terms["gift_id"], amount=amount, reason=terms["reason"]).id
    after_commit(lambda: enqueue(send_refund, refund_id))


two_people.declare(
    "gift.refund",
    permission="gifts.refund",
    words=lazy_gettext("Give %(amount)s of the gift %(gift_id)s back: %(reason)s"),
    perform=_confirmed,
)


def gift_page(
    found: Gift, form: Form | None = None, *, void: Form | None = None, returned: Form | None = None
) -> str:
    """One gift with the forms of what may be done about it, blank or as they were typed."""
    left, facts = giving.left_to_refund(found), facts_of(found)
    refunds = reading.refunds_of(found.id)
    receipt = reading.receipts_by_gift([found.id]).get(found.id)
    debit = db.session.get(Debit, found.id)
    names = reading.names_of(row.asked_by for row in refunds)
    return render_template(
        "donors/staff/gift.html",
        gift=found,
        clause=db.session.get(SurplusClause, found.surplus_clause_id) if found.surplus_clause_id else None,
        receipt=receipt,
        receipt_url=links.receipt_url,
        refunds=refunds,
        left=left,
        form=form or Form(RefundSchema(currency=found.currency), initial={"amount": left}),
        facts=facts,
        void=void or Form(VoidIn()),
        returned=returned
        or Form(ReturnIn(currency=found.currency), initial={"amount": left, "on_day": clock.today()}),
        channels=CHANNELS,
        life=life_of(found, receipt, refunds, debit=debit, void=facts.void),
        debit=debit,
        match=explain(found, zone_of(current_actor())),
        match_rules=rules(),
        consents=reading.consents_of(found.donor_id),
        refund_states=REFUND_STATES,
        disputes=reading.disputes_of_gift(found.id),
        warning=reading.warning_of(found.id),
        dispute_states=DISPUTE_STATES,
        tributes=TRIBUTES,
        claim=of_gift(found.id),
        match_states=MATCH_STATES,
        employer=Form(EmployerIn(), initial={"employer": found.employer}),
        new_monthly=new_monthly_of(found.recurring_gift),
        who=lambda label: actor_name(label, names),
    )
