"""Withdrawing: one action takes words out of sight everywhere, before the request that did it has returned."""

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.clearance.clearance import APPROVED, PUBLISHED, WITHDRAWN, Clearance
from campaigns.clearance.steps import clearance_of, note_step
from campaigns.clearance.subjects import MODELS, Subject, get_subject, kind_of, require_owner
from campaigns.clients.disclosure_consent import ended
from core import clock
from core.db import db
from core.errors import Conflict
from core.web import page_epoch
from staff import audit
from staff.access import Actor, system_actor
from staff.organisation import Organisation


def withdraw(actor: Actor, kind: str, subject_id: str, *, reason: str = "") -> Subject:
    """Take one campaign (with all that stands on it), drive, update or timeline entry out of public sight.

    Open to whoever edits it and to counsel of any organisation that takes part. Raises Conflict `not_public`.
    """
    subject = get_subject(actor, kind, subject_id, lock=True)
    if not actor.can("texts.approve"):
        require_owner(actor, subject)
    if not subject.is_public:
        raise Conflict("not_public", _("This is not public."))
    take_down(actor, subject, reason=reason)
    return subject


def take_down(actor: Actor, subject: Subject, *, reason: str = "") -> None:
    """The same for words that are at hand, whoever asked for it."""
    clearance = clearance_of(subject)
    if clearance.state in {APPROVED, PUBLISHED}:
        clearance.move(WITHDRAWN)
        note_step(actor, clearance, WITHDRAWN, note=reason)
    if subject.published_at is not None and subject.withdrawn_at is None:
        subject.withdrawn_at = clock.now()
    page_epoch.advance()
    db.session.flush()
    audit.record(actor, f"{kind_of(subject)}.withdrawn", subject.id, reason=reason)


def standing_on(consent_id: str) -> list[Subject]:
    """What is approved or public on the strength of a consent."""
    return _subjects(Clearance.consent_id == consent_id)


def withdraw_what_stands_on_ended_consents() -> int:
    """The sweep: whatever stands on a consent that has ended goes; pages ceased to show it at that instant."""
    subjects = _subjects(Clearance.consent_id.in_(ended()))
    for subject in subjects:
        owner = _owner(subject)
        take_down(system_actor(owner), subject, reason=_("The client's consent has ended."))
    return len(subjects)


def _owner(subject: Subject) -> Organisation:
    from_campaign = getattr(subject, "organisation_id", None)
    if from_campaign is None:
        clearance = clearance_of(subject)
        from_campaign = db.session.get_one(MODELS["campaign"], clearance.campaign_id).organisation_id
    return db.session.get_one(Organisation, from_campaign)


def _subjects(which: object) -> list[Subject]:
    query = select(Clearance).where(which, Clearance.state.in_((APPROVED, PUBLISHED)))  # pyright: ignore[reportArgumentType]
    return [db.session.get_one(MODELS[each.kind], each.subject_id) for each in db.session.scalars(query)]
