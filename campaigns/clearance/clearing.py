"""Clearing public words: written, submitted, reviewed by counsel, agreed to by the client, published.

Whoever wrote any of the words does not approve them. Counsel of record of every organisation that takes part
approves the same words; the client's consent covers them; an edit starts over and takes the page down.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from campaigns.clearance import counsel
from campaigns.clearance.clearance import (
    APPROVED,
    APPROVED_BY_COUNSEL,
    ATTORNEY_REVIEW,
    CLIENT_CONSENT,
    DRAFT,
    EDITED,
    PUBLISHED,
    SENT_BACK,
    SUBMITTED,
    Clearance,
)
from campaigns.clearance.steps import add_author, clearance_of, note_step, organisations_that_approved
from campaigns.clearance.subjects import (
    Subject,
    campaign_of,
    get_subject,
    hash_of,
    kind_of,
    require_owner,
    words_of,
)
from campaigns.clients.disclosure_consent import DisclosureConsent, in_force
from campaigns.disclosure import Warnings, ask_again, screen
from campaigns.partner import Partner
from core import clock
from core.db import db
from core.errors import Conflict, Forbidden, Invalid
from core.web import page_epoch
from staff import audit
from staff.access import Actor

LONGEST_NOTE = 500


def begin(actor: Actor, subject: Subject) -> None:
    """Remember who wrote the first draft."""
    add_author(actor, clearance_of(subject))
    db.session.flush()


def void(actor: Actor, subject: Subject) -> None:
    """Words were edited: whatever was approved is not any more, and what was public goes out of sight."""
    clearance = clearance_of(subject)
    add_author(actor, clearance)
    if clearance.state != DRAFT:
        note_step(actor, clearance, EDITED)
        clearance.move(DRAFT)
        clearance.text_hash, clearance.consent_id = "", None
    if subject.is_public:
        subject.withdrawn_at = clock.now()
        page_epoch.advance()
    db.session.flush()


def warnings_for(subject: Subject) -> Warnings:
    """What the screen asks about the words as they stand. Raises Invalid on what may not be public."""
    return screen(campaign_of(subject).client_id, words_of(subject))


def submit(actor: Actor, kind: str, subject_id: str, *, looked_at: bool = False) -> Clearance:
    """Hand the words to counsel. What the detectors asked and the author confirmed is kept with the step.

    Raises Invalid on fields, Conflict `look_again` and `illegal_transition`.
    """
    subject = get_subject(actor, kind, subject_id, lock=True)
    require_owner(actor, subject)
    if campaign_of(subject).client_id is None:
        raise Invalid(
            {"client_id": [_("Choose the client, so that the page has a persona and the screen a name.")]}
        )
    if not any(words_of(subject).values()):
        raise Invalid({"names": [_("There is no word left in it to look at.")]})
    warnings = warnings_for(subject)
    ask_again(warnings, looked_at=looked_at)
    clearance = clearance_of(subject)
    clearance.move(SUBMITTED)
    add_author(actor, clearance)
    clearance.text_hash, clearance.submitted_at, clearance.consent_id = hash_of(subject), clock.now(), None
    note_step(actor, clearance, SUBMITTED, confirmed=warnings or None)
    audit.record(actor, "text.submitted", subject.id, after={"kind": kind, "sha256": clearance.text_hash})
    return clearance


def take_up(actor: Actor, kind: str, subject_id: str) -> Clearance:
    """Counsel begins to read. Raises Forbidden unless the actor may approve these words."""
    subject, clearance = _for_counsel(actor, kind, subject_id)
    _take_up(actor, subject, clearance)
    return clearance


def _take_up(actor: Actor, subject: Subject, clearance: Clearance) -> None:
    clearance.move(ATTORNEY_REVIEW)
    note_step(actor, clearance, ATTORNEY_REVIEW)
    audit.record(actor, "text.review_begun", subject.id, after={"sha256": clearance.text_hash})


def approve(actor: Actor, kind: str, subject_id: str, *, sha256: str) -> Clearance:
    """Counsel of one organisation approves the words with this hash. When every organisation's counsel has,
    they wait for the client's consent.

    Raises Forbidden for authors and for whoever is not counsel of record, Conflict `edited_meanwhile` when
    these are not the words that counsel read.
    """
    subject, clearance = _for_counsel(actor, kind, subject_id)
    if not clearance.text_hash or sha256 != clearance.text_hash or hash_of(subject) != sha256:
        raise Conflict("edited_meanwhile", _("These are not the words you read. Read them again."))
    if clearance.state == SUBMITTED:
        _take_up(actor, subject, clearance)
    if clearance.state != ATTORNEY_REVIEW:
        raise Conflict("illegal_transition", _("These words do not wait for counsel."))
    note_step(actor, clearance, APPROVED_BY_COUNSEL)
    audit.record(actor, "text.approved_by_counsel", subject.id, after={"sha256": sha256})
    if not missing_approvals(clearance):
        clearance.move(CLIENT_CONSENT)
        note_step(actor, clearance, CLIENT_CONSENT)
    db.session.flush()
    return clearance


def missing_approvals(clearance: Clearance) -> frozenset[str]:
    """Ids of the organisations whose counsel has still to approve."""
    return _organisations_to_approve(clearance.campaign_id) - organisations_that_approved(clearance)


def _organisations_to_approve(campaign_id: str) -> frozenset[str]:
    partners = select(Partner.organisation_id).where(
        Partner.campaign_id == campaign_id, Partner.accepted_at.is_not(None), Partner.ended_at.is_(None)
    )
    taking_part = set(db.session.scalars(partners))
    return frozenset(
        each.organisation_id
        for each in counsel.counsel_for(campaign_id)
        if each.organisation_id in taking_part
    )


def send_back(actor: Actor, kind: str, subject_id: str, *, note: str) -> Clearance:
    """Counsel asks for other words; the author reads why. Raises Invalid on note."""
    subject, clearance = _for_counsel(actor, kind, subject_id)
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise Invalid({"note": [_("Say in a sentence what has to change.")]})
    screen(campaign_of(subject).client_id, {"note": note})
    if clearance.state == PUBLISHED:
        raise Conflict("illegal_transition", _("These words are public. Withdraw them."))
    note_step(actor, clearance, SENT_BACK, note=note)
    clearance.move(DRAFT)
    clearance.text_hash = ""
    audit.record(actor, "text.sent_back", subject.id)
    return clearance


def may_approve(actor: Actor, clearance: Clearance) -> bool:
    """Whether this person is counsel of record, and wrote none of the words."""
    return (
        actor.can("texts.approve")
        and counsel.Counsel(actor.member_id or "", actor.organisation_id)
        in counsel.counsel_for(clearance.campaign_id)
        and actor.member_id not in clearance.authors
    )


def _for_counsel(actor: Actor, kind: str, subject_id: str) -> tuple[Subject, Clearance]:
    actor.require("texts.approve")
    subject = get_subject(actor, kind, subject_id, lock=True)
    clearance = clearance_of(subject)
    if actor.member_id is not None and actor.member_id in clearance.authors:
        raise Forbidden(_("You wrote some of these words. Another lawyer approves them."))
    if not may_approve(actor, clearance):
        raise Forbidden(_("Only counsel of record on the client's matter approves these words."))
    return subject, clearance


def agree(actor: Actor, kind: str, subject_id: str, *, consent_id: str | None = None) -> Clearance:
    """The client agreed to these words: bind them to a consent that is in force and covers them.

    Raises Invalid on consent_id, Forbidden as `approve`.
    """
    subject, clearance = _for_counsel(actor, kind, subject_id)
    found = [each for each in consents_for(subject) if consent_id in {None, each.id}]
    if not found:
        raise Invalid(
            {"consent_id": [_("Record the client's consent first. None in force covers these words.")]}
        )
    clearance.move(APPROVED)
    clearance.consent_id = found[0].id
    note_step(actor, clearance, APPROVED)
    audit.record(actor, "text.approved", subject.id, after={"consent": found[0].id})
    return clearance


def consents_for(subject: Subject) -> list[DisclosureConsent]:
    """The client's consents in force that cover words of this kind, newest first."""
    client_id, kind = campaign_of(subject).client_id, kind_of(subject)
    kind = "drive" if kind == "names" else kind  # they stand among the words of a drive
    if client_id is None:
        return []
    return [each for each in db.session.scalars(in_force(client_id)) if each.covers(kind)]


def publish(actor: Actor, subject: Subject) -> DisclosureConsent:
    """Show the words until the consent ends; called by the verbs that publish. Returns the consent.

    Raises Conflict `not_approved` unless exactly these words are approved, `consent_ended`.
    """
    clearance = clearance_of(subject)
    if clearance.state != APPROVED or clearance.text_hash != hash_of(subject):
        raise Conflict("not_approved", _("Counsel has not approved these words. Submit them first."))
    consent = db.session.get_one(DisclosureConsent, clearance.consent_id)
    if not consent.holds:
        raise Conflict("consent_ended", _("The client's consent has ended. These words cannot be shown."))
    clearance.move(PUBLISHED)
    note_step(actor, clearance, PUBLISHED)
    subject.published_at = subject.published_at or clock.now()
    subject.withdrawn_at, subject.shown_until = None, consent.expires_at
    db.session.flush()
    return consent
