"""The audit trail: who, when, what, before, after, why; append-only and hash-chained per organisation.

`hash = sha256(prev_hash + canonical JSON)`, so that a changed, removed, inserted or reordered row breaks the
chain at a place that `verify` names. The database refuses UPDATE and DELETE on the events.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, Text, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, insert_once
from staff.access import Actor
from staff.member import Member

GENESIS = "0" * 64


class AuditChain(Model):
    """The head of an organisation's chain, locked while an event is added."""

    __tablename__ = "audit_chain"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default=GENESIS)


class AuditEvent(Model):
    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("organisation_id", "position"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("aud"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def digest(self) -> str:
        """What `hash` must be, computed from everything else in the row."""
        content = {
            "id": self.id,
            "organisation_id": self.organisation_id,
            "position": self.position,
            "at": self.at.isoformat(),
            "actor": self.actor,
            "verb": self.verb,
            "subject": self.subject,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256((self.prev_hash + canonical).encode()).hexdigest()


def record(
    actor: Actor,
    verb: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event to the actor's organisation's chain, within the caller's transaction.

    `before` and `after` hold what changed, as JSON values; never a sealed value.
    """
    insert_once(AuditChain, organisation_id=actor.organisation_id, length=0, head=GENESIS)
    chain = db.session.get_one(
        AuditChain, actor.organisation_id, with_for_update=True, populate_existing=True
    )
    event = AuditEvent(
        id=ids.new_id("aud"),
        organisation_id=actor.organisation_id,
        position=chain.length + 1,
        at=clock.now(),
        actor=actor.label,
        verb=verb,
        subject=subject,
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        prev_hash=chain.head,
    )
    event.hash = event.digest()
    chain.length, chain.head = event.position, event.hash
    db.session.add(event)
    db.session.flush()
    return event


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As the database will give it back, so that the digest of then is the digest of now."""
    return None if values is None else json.loads(json.dumps(dict(values)))


#: Says which subjects an actor may not read about, as queries for their ids.
Hides = Callable[[Actor], list[Select[str]]]
_hidden: list[Hides] = []


def hides(provider: Hides) -> Hides:
    """Register what the packages above know to hide; staff/ itself hides nothing."""
    _hidden.append(provider)
    return provider


def events_of(
    actor: Actor, *, verb: str = "", subject: str = "", actor_label: str = ""
) -> Select[AuditEvent]:
    """The organisation's events, newest first. `verb` matches a whole verb or its noun ("member")."""
    actor.require("audit.view")
    query = select(AuditEvent).where(AuditEvent.organisation_id == actor.organisation_id)
    if verb:
        query = query.where(
            or_(AuditEvent.verb == verb, AuditEvent.verb.startswith(f"{verb}.", autoescape=True))
        )
    if subject:
        query = query.where(AuditEvent.subject == subject)
    if actor_label:
        query = query.where(AuditEvent.actor == actor_label)
    for provider in _hidden:
        for subjects in provider(actor):
            query = query.where(AuditEvent.subject.not_in(subjects))
    return query.order_by(AuditEvent.position.desc())


def nouns_of(actor: Actor) -> list[str]:
    """The nouns of the verbs in the organisation's trail, for filters."""
    verbs = select(AuditEvent.verb).where(AuditEvent.organisation_id == actor.organisation_id).distinct()
    return sorted({verb.partition(".")[0] for verb in db.session.scalars(verbs)})


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
            broken = first_break(events, length=length, head=head)
        if broken:
            yield f"{organisation_id}: {broken}"
    for organisation_id, position in db.session.execute(_beyond_the_heads()):
        yield f"{organisation_id}: event {position} is beyond the head of the chain"


def first_break(events: Iterable[AuditEvent], *, length: int, head: str) -> str | None:
    """What is wrong first with a chain's events, in order of position; None when they hold."""
    prev_hash, place = GENESIS, 0
    for place, event in enumerate(events, start=1):
        if event.position != place:
            return f"event {place} is missing"
        if event.prev_hash != prev_hash or event.hash != event.digest():
            return f"event {place} was changed"
        prev_hash = event.hash
    if (place, prev_hash) != (length, head):
        return f"the chain ends at event {place}, its head says {length}"
    return None


def _beyond_the_heads() -> Select[str, int]:
    """The first event of each organisation that no head covers (one statement, so one snapshot)."""
    return (
        select(AuditEvent.organisation_id, func.min(AuditEvent.position))
        .outerjoin(AuditChain, AuditChain.organisation_id == AuditEvent.organisation_id)
        .where(AuditEvent.position > func.coalesce(AuditChain.length, 0))
        .group_by(AuditEvent.organisation_id)
        .order_by(AuditEvent.organisation_id)
    )


def names_of(events: list[AuditEvent]) -> dict[str, str]:
    """The names of the members who acted, by label."""
    wanted = {event.actor.removeprefix("member:") for event in events if event.actor.startswith("member:")}
    members = db.session.scalars(select(Member).where(Member.id.in_(wanted)))
    return {f"member:{member.id}": member.name for member in members}
