"""Match funds of a drive: the list with kept and recomputed figures, one fund with its gifts, its sponsor's file."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template
from markupsafe import Markup

from campaigns import reading
from campaigns.drives import drive_panels
from campaigns.drives.drive import Drive
from campaigns.matching.match_fund import MatchFund, match_funds_of
from campaigns.matching.match_payment import payments_of
from campaigns.matching.sponsoring import get_match_fund
from campaigns.names.naming import waiting_names
from campaigns.schemas.campaign import ReasonSchema
from core import clock
from core.db import db
from core.errors import NotFound
from core.forms import Form
from core.money import Money
from core.web import csv_out
from core.web.paging import numbered
from donors import reading as gifts_reading
from donors.matching import exporting, recomputing
from donors.matching.rules import rules
from donors.schemas.matching import MatchPaymentSchema
from donors.staff_pages.blueprint import bp
from donors.words import MATCH_STATES, MATCH_TONES, actor_name
from staff.access import Actor, current_actor, requires

HEADER = (
    *("reference", "paid_at", "gift", "refunded", "matched", "released", "currency"),
    *("ratio", "drive", "is_first_of_recurring"),
)


@drive_panels.panel
def match_panel(actor: Actor, drive: Drive) -> Markup | None:
    """What sponsors add, apart from what is raised."""
    funds = list(db.session.scalars(match_funds_of(drive.id)))
    may_open = actor.can("campaigns.edit") and drive.organisation_id == actor.organisation_id
    if not funds and not may_open:
        return None
    drawn = render_template(
        "donors/staff/_match_panel.html",
        drive=drive,
        funds=funds,
        may_open=may_open,
        now=clock.now(),
        states=MATCH_STATES,
        tones=MATCH_TONES,
    )
    return Markup(drawn)  # noqa: S704 - drawn by our own template, which escapes


@bp.get("/drives/<drive_id>/match-funds")
@requires("campaigns.view")
def match_funds(drive_id: str) -> str:
    actor = current_actor()
    drive = reading.get_drive(actor, drive_id)
    funds = list(db.session.scalars(match_funds_of(drive.id)))
    found = recomputing.recomputed(each.id for each in funds)
    return render_template(
        "donors/staff/match_funds.html",
        drive=drive,
        funds=funds,
        differs={each.id for each in funds if recomputing.kept(each) != found[each.id]},
        found=found,
        edits=actor.can("campaigns.edit") and drive.organisation_id == actor.organisation_id,
        now=clock.now(),
        states=MATCH_STATES,
        match_tones=MATCH_TONES,
        rules=rules(),
        waiting=waiting_names(drive.id),
    )


@bp.get("/match-funds/<match_fund_id>")
@requires("campaigns.view")
def match_fund(match_fund_id: str) -> str:
    return match_fund_page(get_match_fund(current_actor(), match_fund_id))


def match_fund_page(fund: MatchFund, *, payment: Form | None = None, ending: Form | None = None) -> str:
    """One match fund, with the forms as they were sent where they were refused."""
    actor = current_actor()
    drive = reading.get_drive(actor, fund.drive_id)
    is_own = fund.organisation_id == actor.organisation_id
    sees_money = is_own and actor.can("funds.view")
    payments = list(db.session.scalars(payments_of(fund.id))) if sees_money else []
    names = gifts_reading.names_of(each.recorded_by for each in payments)
    pager = numbered(exporting.gifts_of(fund.id)) if is_own and actor.can("gifts.view") else None
    due = fund.owed if fund.owed.minor > 0 else None
    return render_template(
        "donors/staff/match_fund.html",
        fund=fund,
        drive=drive,
        is_own=is_own,
        sees_money=sees_money,
        payments=payments,
        undone={each.undoes_id for each in payments},
        pager=pager,
        held=exporting.held_by_gift(fund.id, [each.id for each in pager.items]) if pager else {},
        payment=payment
        or Form(_payment_schema(fund), initial={"amount": due, "received_on": clock.today(drive.zone)}),
        ending=ending or Form(ReasonSchema()),
        now=clock.now(),
        states=MATCH_STATES,
        match_tones=MATCH_TONES,
        who=lambda label: actor_name(label, names),
    )


def _payment_schema(fund: MatchFund) -> MatchPaymentSchema:
    schema = MatchPaymentSchema()
    schema.context_currency = fund.currency
    return schema


def payment_form(fund: MatchFund, typed: Any) -> Form:
    return Form(_payment_schema(fund), typed)


@bp.get("/match-funds/<match_fund_id>/gifts.csv")
@requires("gifts.view")
def match_fund_csv(match_fund_id: str) -> Response:
    """The matched gifts for the sponsor: what was given and added, of whom not a word, and no id that opens a page."""
    actor = current_actor()
    fund = get_match_fund(actor, match_fund_id)
    if fund.organisation_id != actor.organisation_id:
        raise NotFound
    title = reading.get_drive(actor, fund.drive_id).title
    return csv_out.download(f"match-{fund.id}.csv", HEADER, _rows(fund, title))


def _rows(fund: MatchFund, title: str) -> Iterator[tuple[Any, ...]]:
    for each in exporting.lines(fund.id):
        amounts = (each.gift_minor, each.refunded_minor, each.matched_minor, each.released_minor)
        yield (
            *(each.reference, each.paid_at, *(Money(minor, fund.currency).major for minor in amounts)),
            *(fund.currency, fund.ratio, title, each.is_recurring),
        )
