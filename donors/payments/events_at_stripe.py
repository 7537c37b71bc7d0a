"""Working on the inbox: what Stripe says about each event's object is asked first, and then applied.

Events are taken in batches, since a drive's last minute brings many: Stripe is asked about them side by side, and one
transaction applies them all. When anything in a batch fails, each is worked on alone, so that one event's failure
is its own.
"""

import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from campaigns.drives.drive import Drive
from core import clock
from core.db import Model, db, lock_all, own_engine, transaction
from core.gathering import gathering
from donors import stripe_gateway
from donors.gifts.gift import Gift
from donors.payments import attribution, stripe_events
from donors.payments.connected_account import ForeignAccount
from donors.payments.stripe_event import StripeEvent
from donors.payments.stripe_events import Step
from donors.people.donor import Donor
from donors.stripe_gateway import Event
from staff.organisation import Organisation

log = logging.getLogger(__name__)
#: Stripe delivers for three days. An event about something we had not heard of by then is somebody else's.
PATIENCE_WITH_STRANGERS = timedelta(days=4)
#: Events of one transaction. Rows that everybody moves are locked while it is written.
BATCH = 50
#: Of the oldest that are due, each worker takes some by chance: they seldom work on the same ones.
WINDOW = 8 * BATCH
#: Questions to Stripe at once. It answers in a tenth of a second or two, and allows a hundred a second.
ASKING = 12


@dataclass(frozen=True)
class Looked:
    """An event of the inbox and what its object's present state asks for."""

    event: Event
    step: Step


def work_on_inbox() -> int:
    """Work on a batch of what is due; returns how many events that were, none of them in another worker's hands."""
    due = select(StripeEvent.id).where(StripeEvent.next_attempt_at <= clock.now())
    oldest = db.session.scalars(due.order_by(StripeEvent.next_attempt_at).limit(WINDOW)).all()
    return apply_events(oldest if len(oldest) <= BATCH else random.sample(oldest, BATCH))


def sweep() -> None:
    """Everything that is due now, once: what fails is due later."""
    due = select(StripeEvent.id).where(StripeEvent.next_attempt_at <= clock.now())
    found = db.session.scalars(due.order_by(StripeEvent.next_attempt_at).limit(1000)).all()
    for start in range(0, len(found), BATCH):
        apply_events(found[start : start + BATCH])


def apply_event(event_id: str) -> None:
    """Work on one event of the inbox; a failure is noted in its row and tried again."""
    apply_events([event_id])


def apply_events(event_ids: Sequence[str]) -> int:
    """Work on events of the inbox, in the order given; returns how many were worked on. Passed over is what is
    done, unknown, or in another worker's hands."""
    query = select(StripeEvent.id, StripeEvent.body).where(
        StripeEvent.id.in_(event_ids), StripeEvent.done_at.is_(None)
    )
    bodies = {row.id: row.body for row in db.session.execute(query)}
    waiting = [(each, bodies[each]) for each in event_ids if each in bodies]
    if len(waiting) == 1:
        return _work_alone(*waiting[0])
    seen = _look_at_all(waiting)
    looked = [each for each in seen.values() if each is not None]
    try:
        worked = _apply(looked) if looked else 0
    except Exception:
        log.info("a batch of %d events failed; each is worked on alone", len(looked))
        return sum(_work_alone(*each) for each in waiting)
    # Some are about what others of the batch have brought just now.
    return worked + sum(_work_alone(*each) for each in waiting if seen[each[0]] is None)


def _work_alone(event_id: str, body: str) -> int:
    try:
        return _apply([_look(body)])
    except Exception as error:
        _note_failure(event_id, error)
        return 1


def _look_at_all(waiting: Sequence[tuple[str, str]]) -> dict[str, Looked | None]:
    """What each event asks for; None where that could not be learned."""
    if not waiting:
        return {}
    app = current_app._get_current_object()  # pyright: ignore[reportAttributeAccessIssue]

    def look(each: tuple[str, str]) -> Looked | None:
        with app.app_context():
            try:
                return _look(each[1])
            except Exception:
                return None  # it is worked on alone, and what fails then is noted

    with ThreadPoolExecutor(min(ASKING, len(waiting)) if own_engine() else 1) as asking:
        found = list(asking.map(look, waiting))
    return {event_id: each for (event_id, _body), each in zip(waiting, found, strict=True)}


def _look(body: str) -> Looked:
    event = stripe_gateway.parse_event(body)
    return Looked(event, stripe_events.look(event))


def _apply(looked: Sequence[Looked]) -> int:
    with transaction() as session, gathering():
        ids = [each.event.id for each in looked]
        query = select(StripeEvent).where(StripeEvent.id.in_(ids), StripeEvent.done_at.is_(None))
        rows = {row.id: row for row in session.scalars(query.with_for_update(skip_locked=True))}
        mine = [each for each in looked if each.event.id in rows]
        kept = _lock_gifts([each.event for each in mine])
        for each in mine:
            _take(each)
            rows[each.event.id].organisation_id = attribution.organisation_of(each.event)
            rows[each.event.id].finish()
        kept.clear()
    return len(mine)


def _lock_gifts(events: Sequence[Event]) -> list[Model]:
    """Lock the gifts that events name, all at once. Returns what settling reads of them: in the session as long
    as somebody holds it."""
    named = {gift_id for each in events if (gift_id := attribution.gift_named(each))}
    gifts = lock_all(Gift, named)
    return [
        *db.session.scalars(select(Donor).where(Donor.id.in_({each.donor_id for each in gifts}))),
        *db.session.scalars(select(Drive).where(Drive.id.in_({each.drive_id for each in gifts}))),
        *db.session.scalars(
            select(Organisation).where(Organisation.id.in_({each.organisation_id for each in gifts}))
        ),
    ]


def _take(looked: Looked) -> None:
    try:
        looked.step()
    except ForeignAccount:
        log.warning(
            "event %s speaks of what is not its account's; it is kept and not followed", looked.event.id
        )


def _note_failure(event_id: str, error: Exception) -> None:
    """Whatever it was, the event must not be lost: it stays in the inbox with the kind of failure."""
    log.error("event %s failed", event_id, exc_info=error)
    with transaction():
        row = db.session.get_one(StripeEvent, event_id, with_for_update=True, populate_existing=True)
        row.fail(error)
        row.organisation_id = attribution.organisation_of(stripe_gateway.parse_event(row.body))
        if (
            isinstance(error, stripe_events.NotYet)
            and row.received_at + PATIENCE_WITH_STRANGERS <= clock.now()
        ):
            row.finish()
