"""Common-interest agreements: the one ground on which an organisation's narratives are read by another.

An agreement names the organisations of the matter that may join. It holds for one from the day on which that one
accepts it, until it ends; what was shared under it is then private again.
"""

from collections.abc import Collection
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Conflict, Invalid, NotFound
from legal.acting import answerable
from legal.matters.matter import counsel_of, get_matter
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

LONGEST_REFERENCE = 120


class CommonInterest(Model):
    """`reference` says where the signed paper lies; `ends_on` is the first day on which it holds no more."""

    __tablename__ = "common_interest"
    __table_args__ = (
        CheckConstraint("length(reference) BETWEEN 1 AND 120", name="reference"),
        CheckConstraint("ends_on IS NULL OR signed_on <= ends_on", name="days"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("agree"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    reference: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date | None] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    parties: Mapped[list["CommonInterestParty"]] = relationship(
        lazy="selectin", order_by="CommonInterestParty.organisation_id"
    )

    def is_joined_by(self, organisation_id: str) -> bool:
        return any(each.organisation_id == organisation_id and each.accepted_at for each in self.parties)


class CommonInterestParty(Model):
    __tablename__ = "common_interest_party"

    agreement_id: Mapped[str] = mapped_column(ForeignKey("common_interest.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    accepted_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="joined")


def list_agreements(matter_id: str) -> list[CommonInterest]:
    query = select(CommonInterest).where(CommonInterest.matter_id == matter_id)
    return list(db.session.scalars(query.order_by(CommonInterest.recorded_at)))


def record_agreement(
    actor: Actor, matter_id: str, *, reference: str, signed_on: date, organisation_ids: Collection[str]
) -> CommonInterest:
    """Record a signed agreement with other organisations of the matter; each of them has still to accept.

    Raises NotFound, Invalid on reference, signed_on, organisation_ids.
    """
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    others = {each.organisation_id for each in counsel_of(matter)} - {actor.organisation_id}
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(reference.strip()) <= LONGEST_REFERENCE:
        wrong["reference"] = [_("Say in up to 120 characters where the signed paper lies.")]
    if signed_on > clock.today():
        wrong["signed_on"] = [_("Choose today or an earlier day.")]
    if not organisation_ids or not set(organisation_ids) <= others:
        wrong["organisation_ids"] = [_("Choose other organisations of this matter.")]
    if wrong:
        raise Invalid(wrong)
    agreement = CommonInterest(matter_id=matter.id, reference=reference.strip(), signed_on=signed_on)
    agreement.parties = [CommonInterestParty(organisation_id=each) for each in sorted(set(organisation_ids))]
    agreement.parties.append(
        CommonInterestParty(
            organisation_id=actor.organisation_id, accepted_by_id=answerable(actor), accepted_at=clock.now()
        )
    )
    db.session.add(agreement)
    db.session.flush()
    audit.record(actor, "agreement.recorded", agreement.id, after={"matter": matter.id})
    return agreement


def get_agreement(actor: Actor, common_interest_id: str) -> CommonInterest:
    """Raises NotFound unless the actor's organisation is named in it and may see the matter."""
    agreement = db.session.get(CommonInterest, common_interest_id)
    if agreement is None or actor.organisation_id not in {each.organisation_id for each in agreement.parties}:
        raise NotFound
    get_matter(actor, agreement.matter_id)
    return agreement


def accept_agreement(actor: Actor, common_interest_id: str) -> CommonInterest:
    """Join. Raises NotFound, Conflict `agreement_joined` or `agreement_ended`."""
    actor.require("matters.edit")
    agreement = get_agreement(actor, common_interest_id)
    _refuse_ended(agreement)
    party = next(each for each in agreement.parties if each.organisation_id == actor.organisation_id)
    if party.accepted_at is not None:
        raise Conflict("agreement_joined", _("Your organisation has joined already."))
    party.accepted_at, party.accepted_by_id = clock.now(), answerable(actor)
    db.session.flush()
    audit.record(actor, "agreement.joined", agreement.id)
    return agreement


def end_agreement(actor: Actor, common_interest_id: str) -> CommonInterest:
    """End it as of today, for all: nobody reads anybody's narratives under it any more."""
    actor.require("matters.edit")
    agreement = get_agreement(actor, common_interest_id)
    _refuse_ended(agreement)
    agreement.ends_on = max(clock.today(), agreement.signed_on)
    db.session.flush()
    audit.record(actor, "agreement.ended", agreement.id)
    return agreement


def _refuse_ended(agreement: CommonInterest) -> None:
    if agreement.ends_on is not None and agreement.ends_on <= clock.today():
        raise Conflict("agreement_ended", _("This agreement has ended."))


def holding() -> ColumnElement[bool]:
    """The condition under which an agreement holds today."""
    return or_(CommonInterest.ends_on.is_(None), CommonInterest.ends_on > clock.today())
