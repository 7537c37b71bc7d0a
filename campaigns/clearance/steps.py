"""Keeping a clearance: found or begun, locked, and each of its steps written down."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from campaigns.clearance.clearance import APPROVED_BY_COUNSEL, DRAFT, EDITED, Clearance, ClearanceStep
from campaigns.clearance.subjects import Subject, campaign_of, kind_of
from core import clock, ids
from core.db import db, insert_once
from staff.access import Actor
from staff.api_token import find_answerable


def clearance_of(subject: Subject) -> Clearance:
    """The clearance of these words, locked until the transaction ends; begun as a draft where there is none."""
    insert_once(
        Clearance,
        id=ids.new_id("clear"),
        kind=kind_of(subject),
        subject_id=subject.id,
        campaign_id=campaign_of(subject).id,
        state=DRAFT,
        text_hash="",
        authors=[],
        created_at=clock.now(),
    )
    query = select(Clearance).where(Clearance.subject_id == subject.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def find_clearance_id(subject_id: str) -> str | None:
    """Where to look at how far the words have come; None where nothing was begun."""
    return db.session.scalar(select(Clearance.id).where(Clearance.subject_id == subject_id))


def add_author(actor: Actor, clearance: Clearance) -> None:
    member_id = find_answerable(actor)
    if member_id is not None and member_id not in clearance.authors:
        clearance.authors = [*clearance.authors, member_id]


def note_step(
    actor: Actor,
    clearance: Clearance,
    what: str,
    *,
    note: str = "",
    confirmed: dict[str, Any] | None = None,
) -> ClearanceStep:
    step = ClearanceStep(
        clearance_id=clearance.id,
        what=what,
        actor=actor.label,
        member_id=find_answerable(actor),
        organisation_id=actor.organisation_id,
        text_hash=clearance.text_hash,
        note=note,
        confirmed=confirmed,
        at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    return step


def steps_of(clearance: Clearance) -> Sequence[ClearanceStep]:
    """In the order in which they were taken."""
    query = select(ClearanceStep).where(ClearanceStep.clearance_id == clearance.id)
    return db.session.scalars(query.order_by(ClearanceStep.at, ClearanceStep.id)).all()


def organisations_that_approved(clearance: Clearance) -> frozenset[str]:
    """Organisations whose counsel approved exactly these words since they were last submitted."""
    approved: set[str] = set()
    for step in steps_of(clearance):
        if step.what == EDITED:
            approved.clear()
        elif step.what == APPROVED_BY_COUNSEL and step.text_hash == clearance.text_hash:
            approved.add(step.organisation_id)
        elif step.what in {"submitted", "sent_back", "withdrawn"}:
            approved.clear()
    return frozenset(approved)
