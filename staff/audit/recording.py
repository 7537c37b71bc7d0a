"""Writing the trail, reading it, and erasing what has to be forgotten."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Select, delete, or_, select

from core import clock, ids
from core.db import db, insert_once
from staff.access import Actor
from staff.audit.event import ERASE, GENESIS, AuditChain, AuditDetail, AuditEvent
from staff.member import Member


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
        prev_hash=chain.head,
    )
    detail = AuditDetail(
        event_id=event.id,
        salt=secrets.token_hex(32),
        before=_plain(before),
        after=_plain(after),
        reason=reason,
    )
    event.details_digest = detail.digest()
    event.hash = event.digest()
    event.detail = detail
    chain.length, chain.head = event.position, event.hash
    db.session.add(event)
    db.session.flush()
    return event


def erase_details(actor: Actor, subjects: Iterable[str], *, reason: str) -> int:
    """Forget what changed in every event about these subjects (a donor's id, a member's). Who did what and
    when stays, and each erasure is an event. Returns how many events lost their details.
    """
    query = select(AuditEvent.id).where(
        AuditEvent.organisation_id == actor.organisation_id,
        AuditEvent.subject.in_(list(subjects)),
        AuditEvent.id.in_(select(AuditDetail.event_id)),
    )
    found = db.session.scalars(query.order_by(AuditEvent.position)).all()
    for event_id in found:
        record(actor, ERASE, event_id, reason=reason)
    db.session.execute(delete(AuditDetail).where(AuditDetail.event_id.in_(found)))
    db.session.expire_all()
    return len(found)


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


def names_of(events: list[AuditEvent]) -> dict[str, str]:
    """The names of the members who acted, by label."""
    wanted = {event.actor.removeprefix("member:") for event in events if event.actor.startswith("member:")}
    members = db.session.scalars(select(Member).where(Member.id.in_(wanted)))
    return {f"member:{member.id}": member.name for member in members}
