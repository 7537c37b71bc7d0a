"""The two-person rule, for every package.

    two_people.declare("gift.refund", permission="gifts.refund", words=…, perform=…)   where edges are declared
    if two_people.asks_for(actor, amount):                                              in the use case
        return two_people.propose(actor, "gift.refund", gift.id, terms=…, amount=amount)

`perform(actor, terms)` does on confirmation what the terms say, as the person who asked: so whoever asked must
still be there and still be allowed to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, NotFound
from core.i18n import money as money_text
from core.money import Money
from staff import audit
from staff.access import PERMISSIONS, Actor, actor_for
from staff.approval.proposal import (
    CONFIRMED,
    DECLINED,
    OPEN,
    TRANSITIONS,
    VALID_FOR,
    WITHDRAWN,
    Proposal,
)
from staff.member import Member
from staff.organisation import Organisation
from staff.words import ROLE_NAMES

Perform = Callable[[Actor, dict[str, Any]], object]


@dataclass(frozen=True)
class Verb:
    """`words` are a lazily translated sentence with the terms as variables. With `names_proposal` the performer's
    terms have the proposal's id, too, so that the row it writes can say what caused it."""

    permission: str
    words: Any
    perform: Perform
    names_proposal: bool = False


_verbs: dict[str, Verb] = {}


def declare(
    verb: str, *, permission: str, words: Any, perform: Perform, names_proposal: bool = False
) -> None:
    _verbs[verb] = Verb(permission, words, perform, names_proposal)


def words_of(proposal: Proposal) -> str:
    """What is proposed, in a sentence of the reader's language."""
    shown = {name: str(value) for name, value in proposal.terms.items()}
    if "role" in shown:
        shown["role"] = str(ROLE_NAMES.get(shown["role"], shown["role"]))
    if proposal.amount is not None:
        shown["amount"] = money_text(proposal.amount)
    return str(_verbs[proposal.verb].words) % shown


def asks_for(actor: Actor, amount: Money) -> bool:
    """Whether this sum is more than one person of the organisation may send out alone."""
    limit = db.session.get_one(Organisation, actor.organisation_id).two_people_above
    return actor.person_id is not None and amount.major > limit


def somebody_else(actor: Actor, permission: str) -> bool:
    """Whether another present member could confirm what needs `permission`."""
    roles = [role for role, allowed in PERMISSIONS.items() if permission in allowed]
    query = select(func.count()).where(
        Member.organisation_id == actor.organisation_id,
        Member.role.in_(roles),
        Member.left_at.is_(None),
        Member.id != (actor.person_id or ""),
    )
    return bool(db.session.scalar(query))


def propose(
    actor: Actor, verb: str, subject: str, *, terms: dict[str, Any], amount: Money | None = None
) -> Proposal:
    """Write the proposal; an open one with the same terms is returned instead of a second.

    Raises Conflict `needs_second_person` where nobody else could ever confirm it.
    """
    actor.require(_verbs[verb].permission)
    if not somebody_else(actor, _verbs[verb].permission):
        text = _("This takes a second person, and nobody else here may confirm it. Invite a colleague first.")
        raise Conflict("needs_second_person", text)
    for earlier in db.session.scalars(_open_of(actor.organisation_id).where(Proposal.subject == subject)):
        if (earlier.verb, earlier.terms, earlier.asked_by_id) == (verb, terms, actor.person_id):
            return earlier
    row = Proposal(
        organisation_id=actor.organisation_id,
        verb=verb,
        subject=subject,
        terms=terms,
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
        asked_by_id=actor.person_id,
        expires_at=clock.now() + VALID_FOR,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "proposal.ask", row.id, after={"verb": verb, "subject": subject, "terms": terms})
    return row


def confirm(actor: Actor, proposal_id: str) -> Proposal:
    """Do what was proposed. Raises NotFound, Forbidden for whoever asked, Conflict `proposal_closed`,
    `asker_gone`, and whatever the deed itself refuses.
    """
    row = _to_decide(actor, proposal_id)
    asker = db.session.get_one(Member, row.asked_by_id, populate_existing=True)
    acting = actor_for(asker)
    if asker.left_at is not None or not acting.can(_verbs[row.verb].permission):
        raise Conflict("asker_gone", _("Whoever asked for this may not do it any more. Ask anew."))
    _move(row, actor, CONFIRMED)
    audit.record(actor, "proposal.confirm", row.id, after={"verb": row.verb, "subject": row.subject})
    verb = _verbs[row.verb]
    verb.perform(acting, {**row.terms, "proposal_id": row.id} if verb.names_proposal else row.terms)
    return row


def decline(actor: Actor, proposal_id: str) -> Proposal:
    """Turn it down; nothing is done. Raises what `confirm` does."""
    row = _to_decide(actor, proposal_id)
    _move(row, actor, DECLINED)
    audit.record(actor, "proposal.decline", row.id, after={"verb": row.verb, "subject": row.subject})
    return row


def withdraw(actor: Actor, proposal_id: str) -> Proposal:
    """Take one's own proposal back. Raises NotFound, Forbidden for others, Conflict `proposal_closed`."""
    row = _locked(actor, proposal_id)
    if row.asked_by_id != actor.member_id:
        raise Forbidden(_("Only whoever asked takes it back. You may decline it."))
    _move(row, actor, WITHDRAWN)
    audit.record(actor, "proposal.withdraw", row.id, after={"verb": row.verb, "subject": row.subject})
    return row


def drop(actor: Actor, verb: str, subject: str) -> None:
    """Take back the open proposals of something that is not wanted any more, or not in this shape."""
    waiting = _open_of(actor.organisation_id).where(Proposal.verb == verb, Proposal.subject == subject)
    for row in db.session.scalars(waiting.with_for_update(of=Proposal)).all():
        _move(row, actor, WITHDRAWN)
        audit.record(actor, "proposal.withdraw", row.id, after={"verb": row.verb, "subject": row.subject})


def waiting(actor: Actor, verb: str, subject: str) -> list[Proposal]:
    """The open proposals about something, the oldest first."""
    query = _open_of(actor.organisation_id).where(Proposal.verb == verb, Proposal.subject == subject)
    return list(db.session.scalars(query.order_by(Proposal.asked_at, Proposal.id)))


def get(actor: Actor, proposal_id: str) -> Proposal:
    """One the actor could decide or has asked for. Raises NotFound."""
    row = db.session.get(Proposal, proposal_id)
    if row is None or row.organisation_id != actor.organisation_id or not _may_see(actor, row):
        raise NotFound
    return row


def open_for(actor: Actor) -> list[Proposal]:
    """The open proposals that the actor may see, oldest first."""
    rows = db.session.scalars(_open_of(actor.organisation_id).order_by(Proposal.asked_at, Proposal.id))
    return [row for row in rows.all() if _may_see(actor, row)]


def decided_for(actor: Actor) -> list[Proposal]:
    """The last hundred that were decided or ran out, newest first."""
    query = select(Proposal).where(Proposal.organisation_id == actor.organisation_id)
    closed = query.where((Proposal.state != OPEN) | (Proposal.expires_at <= clock.now()))
    rows = db.session.scalars(closed.order_by(Proposal.asked_at.desc(), Proposal.id).limit(100))
    return [row for row in rows if _may_see(actor, row)]


def may_decide(actor: Actor, row: Proposal) -> bool:
    return actor.can(_verbs[row.verb].permission) and actor.member_id not in {None, row.asked_by_id}


def _open_of(organisation_id: str) -> Select[Proposal]:
    return select(Proposal).where(
        Proposal.organisation_id == organisation_id,
        Proposal.state == OPEN,
        Proposal.expires_at > clock.now(),
    )


def _may_see(actor: Actor, row: Proposal) -> bool:
    return actor.can(_verbs[row.verb].permission) or row.asked_by_id == actor.person_id


def _locked(actor: Actor, proposal_id: str) -> Proposal:
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update(of=Proposal)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or row.organisation_id != actor.organisation_id or not _may_see(actor, row):
        raise NotFound
    return row


def _to_decide(actor: Actor, proposal_id: str) -> Proposal:
    row = _locked(actor, proposal_id)
    if not may_decide(actor, row):
        raise Forbidden(_("A second person decides this, not whoever asked for it."))
    return row


def _move(row: Proposal, actor: Actor, state: str) -> None:
    if (row.state, state) not in TRANSITIONS or not row.is_open:
        raise Conflict("proposal_closed", _("This was decided, taken back or ran out after seven days."))
    row.state, row.decided_at, row.decided_by_id = state, clock.now(), actor.member_id
    db.session.flush()
