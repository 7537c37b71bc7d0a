"""What money without a checkout brings to the staff home: batches that are not closed, pledges that are overdue,
lines of the bank that nobody has looked at."""

from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import ngettext
from sqlalchemy import Select, func, select

from core import clock
from core.db import db
from donors.offline import batching, line_matching
from donors.offline.batch import OPEN, GiftBatch
from donors.pledges.finding import WantedPledges, pledges_of
from staff import agenda
from staff.access import Actor
from staff.agenda import AgendaItem

#: A batch that is typed today needs no reminder.
_LEFT_LYING = timedelta(days=1)


@agenda.item
def open_batches(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.record"):
        return []
    query = batching.batches_of(actor, state=OPEN).where(GiftBatch.created_at < clock.now() - _LEFT_LYING)
    count = _count(query)
    text = ngettext("One batch is not closed yet", "%(num)d batches are not closed yet", count)
    return [AgendaItem(text, url_for("giving-staff.batches", state=OPEN), count)] if count else []


@agenda.item
def overdue_pledges(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.record"):
        return []
    count = _count(pledges_of(actor, WantedPledges(standing="overdue")))
    text = ngettext("One pledge is overdue", "%(num)d pledges are overdue", count)
    place = url_for("giving-staff.pledges", standing="overdue")
    return [AgendaItem(text, place, count)] if count else []


@agenda.item
def waiting_lines(actor: Actor) -> list[AgendaItem]:
    if not actor.can("gifts.record"):
        return []
    count = _count(line_matching.lines_of(actor))
    text = ngettext(
        "One bank transfer waits to be matched", "%(num)d bank transfers wait to be matched", count
    )
    return [AgendaItem(text, url_for("giving-staff.bank_lines"), count)] if count else []


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
