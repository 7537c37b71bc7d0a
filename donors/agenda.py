"""What giving brings to the staff home: what goes wrong with money, and how the open drives stand."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, or_, select

from campaigns.drives.drive import Drive
from campaigns.drives.goal import AMOUNT
from core import clock, i18n
from core.db import db
from donors import reading
from donors.defence import promise_reviewing, reviewing
from donors.defence.hold import REMIND_AFTER, Hold
from donors.defence.promise_review import PromiseReview
from donors.disputes import answering
from donors.disputes.dispute import Dispute
from donors.figures import checking, progress
from donors.figures.pacing import pace_sentence
from donors.figures.progress import Progress
from donors.gifts.gift import Gift
from donors.gifts.refund import Refund
from donors.mailings import lead_moving
from donors.mailings.mailing import Mailing
from donors.payouts.comparison import Comparison
from donors.reading import Wanted
from donors.recurring.recurring_gift import FAILING
from donors.supporters import moderating
from donors.supporters.supporter_page import WAITING
from staff import agenda
from staff.access import Actor
from staff.agenda import AgendaItem, Figure, Panel
from staff.organisation import Organisation

#: So long a refused refund stays on the home page.
_RECENTLY = timedelta(days=14)
_MOST_PANELS = 12


@agenda.item
def failing_events(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.view"):
        return []
    count = _count(reading.events_of(actor, state="failing"))
    text = ngettext(
        "One message from Stripe cannot be worked on",
        "%(num)d messages from Stripe cannot be worked on",
        count,
    )
    return [AgendaItem(text, url_for("giving-staff.events", state="failing"), count, "now")] if count else []


@agenda.item
def stopped_mailings(actor: Actor) -> list[AgendaItem]:
    """Those that stopped because the lead moved, for a while."""
    if not actor.can("campaigns.edit"):
        return []
    recent = lead_moving.stopped(actor).where(Mailing.ended_at >= clock.now() - _RECENTLY)
    found = list(dict.fromkeys(db.session.scalars(recent.with_only_columns(Mailing.update_id).limit(20))))
    text = _("A mailing was stopped when the lead of its campaign moved")
    return [AgendaItem(text, url_for("giving-staff.mailings", update_id=each)) for each in found]


@agenda.item
def refused_refunds(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.refund"):
        return []
    query = (
        select(Refund)
        .join(Gift, Gift.id == Refund.gift_id)
        .where(Gift.organisation_id == actor.organisation_id, Refund.failed_at > clock.now() - _RECENTLY)
        .order_by(Refund.failed_at)
    )
    return [
        AgendaItem(
            _("A refund of %(amount)s came back", amount=i18n.money(row.amount))
            if row.undone_at
            else _("Stripe refused a refund of %(amount)s", amount=i18n.money(row.amount)),
            url_for("giving-staff.gift", gift_id=row.gift_id),
        )
        for row in db.session.scalars(query.limit(20))
    ]


@agenda.item
def disputes_to_answer(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.view"):
        return []
    zone = db.session.get_one(Organisation, actor.organisation_id).zone
    query = answering.disputes_of(actor, "waiting").order_by(Dispute.due_at).limit(20)
    return [
        AgendaItem(
            _(
                "A donor's bank disputes %(amount)s: answer by %(day)s",
                amount=i18n.money(row.amount),
                day=i18n.day(row.due_at, zone) if row.due_at else "–",
            ),
            url_for("giving-staff.dispute", dispute_id=row.id),
            urgency="now",
        )
        for row in db.session.scalars(query)
    ]


@agenda.item
def warnings_of_fraud(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.view"):
        return []
    count = _count(answering.warnings_of(actor))
    text = ngettext("A bank warns of one gift", "Banks warn of %(num)d gifts", count)
    return [AgendaItem(text, url_for("giving-staff.disputes"), count, "now")] if count else []


@agenda.item
def money_that_does_not_match(actor: Actor) -> list[AgendaItem]:
    row = db.session.get(Comparison, actor.organisation_id) if actor.can("funds.edit") else None
    if row is None or not actor.can("gifts.view"):
        return []
    url = url_for("giving-staff.reconciliation")
    if row.is_late:
        return [AgendaItem(_("The comparison with Stripe has not run for a day"), url, urgency="now")]
    count = row.differences
    text = ngettext(
        "One thing does not match between Stripe, ledger and bank",
        "%(num)d things do not match between Stripe, ledger and bank",
        count,
    )
    return [AgendaItem(text, url, count)] if count else []


@agenda.item
def figures_that_do_not_add_up(actor: Actor) -> list[AgendaItem]:
    row = checking.last_check() if actor.can("organisation.edit") else None
    if row is None or not row.wrong:
        return []
    text = ngettext(
        "One public figure is not what the ledger adds up to: an operator runs flask ledger verify",
        "%(num)d public figures are not what the ledger adds up to: an operator runs flask ledger verify",
        row.wrong,
    )
    return [AgendaItem(text, url_for("staff.jobs"), row.wrong, "now")]


@agenda.item
def failing_recurring_gifts(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.view"):
        return []
    count = _count(reading.promises_of(actor, Wanted(state=FAILING)))
    text = ngettext("One recurring gift is not paid", "%(num)d recurring gifts are not paid", count)
    url = url_for("giving-staff.failing_recurring_gifts")
    return [AgendaItem(text, url, count, "soon")] if count else []


@agenda.item
def waiting_supporter_pages(actor: Actor) -> list[AgendaItem]:
    if not actor.can("campaigns.edit"):
        return []
    count = _count(moderating.pages_of(actor, WAITING))
    text = ngettext(
        "One supporter's page waits for a look", "%(num)d supporters' pages wait for a look", count
    )
    url = url_for("giving-staff.supporter_pages", state=WAITING)
    return [AgendaItem(text, url, count, "today")] if count else []


@agenda.item
def held_gifts(actor: Actor) -> list[AgendaItem]:
    """Gifts that are only authorised; from the third day on it is urgent, after the fifth they are let go."""
    if not actor.can("gifts.refund"):
        return []
    waiting = reviewing.list_holds(actor, waiting=True)
    count = _count(waiting.with_only_columns(Hold.gift_id))
    count += _count(promise_reviewing.list_waiting(actor).with_only_columns(PromiseReview.gift_id))
    late = _count(waiting.with_only_columns(Hold.gift_id).where(Hold.held_at < clock.now() - REMIND_AFTER))
    text = ngettext("One gift waits for a look", "%(num)d gifts wait for a look", count)
    return (
        [AgendaItem(text, url_for("giving-staff.defence"), count, "now" if late else "today")]
        if count
        else []
    )


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


@agenda.panel
def open_drives(actor: Actor) -> list[Panel]:
    """The organisation's open drives, each with its goals and its pace."""
    if not actor.can("campaigns.view"):
        return []
    now = clock.now()
    found = progress.read_many(
        Drive.organisation_id == actor.organisation_id,
        Drive.is_shown(now),
        Drive.opens_at <= now,
        or_(Drive.closes_at.is_(None), Drive.closes_at > now),
        or_(Drive.closed_at.is_(None), Drive.closed_at > now),
        limit=_MOST_PANELS,
    )
    return [_panel(figures) for figures in found]


def _panel(figures: Progress) -> Panel:
    drive = figures.drive
    goals = tuple(
        Figure(
            value=goal.shown_text,
            meaning=_("of %(target)s %(label)s", target=goal.aim_text, label=goal.label),
            share=goal.shown / goal.aim,
        )
        for goal in figures.goals
    )
    raised = Figure(i18n.money(figures.raised), _("raised"))
    has_amount = any(goal.metric == AMOUNT for goal in figures.goals)
    return Panel(
        title=drive.title,
        url=url_for("campaigns.drive", drive_id=drive.id),
        figures=goals if has_amount else (*goals, raised),
        note=pace_sentence(figures),
    )
