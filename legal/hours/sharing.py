"""Sharing narratives with the organisations that have joined a common-interest agreement; nobody else reads them."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, insert, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from core.errors import Forbidden
from legal.acting import answerable
from legal.hours.time_entry import TimeEntry, entries_of, standing
from legal.matters.agreement import CommonInterest, CommonInterestParty, get_agreement, holding
from legal.matters.screen import unscreened
from staff import audit
from staff.access import Actor


class TimeEntryShare(Model):
    """The words of an entry may be read under this agreement."""

    __tablename__ = "time_entry_share"

    entry_id: Mapped[str] = mapped_column(ForeignKey("time_entry.id"), primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("common_interest.id"), primary_key=True)
    shared_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    shared_at: Mapped[datetime] = mapped_column(UtcDateTime)


def share_entries(actor: Actor, common_interest_id: str) -> int:
    """Share the organisation's certified narratives on the agreement's matter, those not shared yet. Says how many.

    Raises NotFound, Forbidden before the organisation itself has joined.
    """
    actor.require("matters.edit")
    agreement = get_agreement(actor, common_interest_id)
    if not agreement.is_joined_by(actor.organisation_id):
        raise Forbidden(_("Your organisation has not joined this agreement yet."))
    shared = select(TimeEntryShare.entry_id).where(TimeEntryShare.agreement_id == agreement.id)
    query = standing(entries_of(actor)).where(
        TimeEntry.matter_id == agreement.matter_id, TimeEntry.id.not_in(shared)
    )
    person_id, now = answerable(actor), clock.now()
    rows = [
        {"entry_id": each.id, "agreement_id": agreement.id, "shared_by_id": person_id, "shared_at": now}
        for each in db.session.scalars(query)
    ]
    if rows:
        db.session.execute(insert(TimeEntryShare), rows)
    audit.record(actor, "agreement.narratives_shared", agreement.id, after={"entries": len(rows)})
    return len(rows)


def shared_with(actor: Actor, matter_id: str) -> Select[TimeEntry]:
    """The entries of other organisations whose words the actor's may read today, the latest work first."""
    mine, theirs = aliased(CommonInterestParty), aliased(CommonInterestParty)
    query = (
        select(TimeEntry)
        .join(TimeEntryShare, TimeEntryShare.entry_id == TimeEntry.id)
        .join(CommonInterest, CommonInterest.id == TimeEntryShare.agreement_id)
        .join(mine, mine.agreement_id == CommonInterest.id)
        .join(theirs, theirs.agreement_id == CommonInterest.id)
        .where(
            TimeEntry.matter_id == matter_id,
            TimeEntry.organisation_id != actor.organisation_id,
            theirs.organisation_id == TimeEntry.organisation_id,
            mine.organisation_id == actor.organisation_id,
            mine.accepted_at.is_not(None),
            theirs.accepted_at.is_not(None),
            holding(),
        )
        .distinct()
    )
    return unscreened(query.order_by(TimeEntry.worked_on.desc(), TimeEntry.id), TimeEntry.matter_id, actor)
