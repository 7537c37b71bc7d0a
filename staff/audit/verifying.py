"""Walking the chain: the first break is named.

`hash = sha256(prev_hash + canonical JSON)`, so that a changed, removed, inserted or reordered row breaks the
chain at a place that can be said.
"""

from collections.abc import Container, Iterable, Iterator
from contextlib import closing

from sqlalchemy import Select, func, select

from core.db import db
from staff.audit.event import ERASE, GENESIS, AuditChain, AuditEvent


def verify() -> Iterator[str]:
    """A sentence for the first break of each organisation's chain; nothing when all hold.

    Events that are recorded meanwhile do not disturb it: a chain is walked as far as its head reached.
    """
    for organisation_id, length, head in db.session.execute(
        select(AuditChain.organisation_id, AuditChain.length, AuditChain.head).order_by(
            AuditChain.organisation_id
        )
    ).all():
        walked = select(AuditEvent).where(
            AuditEvent.organisation_id == organisation_id, AuditEvent.position <= length
        )
        in_order = walked.order_by(AuditEvent.position).execution_options(yield_per=1000)
        with closing(db.session.scalars(in_order)) as events:
            broken = first_break(events, length=length, head=head, erased=_erased(organisation_id))
        if broken:
            yield f"{organisation_id}: {broken}"
    for organisation_id, position in db.session.execute(_beyond_the_heads()):
        yield f"{organisation_id}: event {position} is beyond the head of the chain"


def first_break(
    events: Iterable[AuditEvent], *, length: int, head: str, erased: Container[str] = ()
) -> str | None:
    """What is wrong first with a chain's events, in order of position; None when they hold.

    `erased` holds the ids of events whose details may be missing, since the chain itself says so.
    """
    prev_hash, place = GENESIS, 0
    for place, event in enumerate(events, start=1):
        if event.position != place:
            return f"event {place} is missing"
        if event.prev_hash != prev_hash or event.hash != event.digest():
            return f"event {place} was changed"
        if event.detail is None and event.id not in erased:
            return f"the details of event {place} are missing"
        if event.detail is not None and event.detail.digest() != event.details_digest:
            return f"the details of event {place} were changed"
        prev_hash = event.hash
    if (place, prev_hash) != (length, head):
        return f"the chain ends at event {place}, its head says {length}"
    return None


def _erased(organisation_id: str) -> set[str]:
    """The events whose details were erased, by what the chain tells of it."""
    told = select(AuditEvent.subject).where(
        AuditEvent.organisation_id == organisation_id, AuditEvent.verb == ERASE
    )
    return set(db.session.scalars(told))


def _beyond_the_heads() -> Select[str, int]:
    """The first event of each organisation that no head covers (one statement, so one snapshot)."""
    return (
        select(AuditEvent.organisation_id, func.min(AuditEvent.position))
        .outerjoin(AuditChain, AuditChain.organisation_id == AuditEvent.organisation_id)
        .where(AuditEvent.position > func.coalesce(AuditChain.length, 0))
        .group_by(AuditEvent.organisation_id)
        .order_by(AuditEvent.organisation_id)
    )
