"""The obligor: who stands for a bond with the government, and alone gets the refund.

Name and address are sealed; pages show the label that staff gave. `open_obligor` is the one way to read them,
and the audit trail knows before the reader does.
"""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import Invalid, NotFound
from core.sealed import SealedText
from legal.acting import answerable
from legal.bonds.bond import Bond
from staff import audit
from staff.access import Actor

SHORTEST_REASON = 10


class Obligor(Model):
    __tablename__ = "obligor"
    __table_args__ = (
        CheckConstraint("length(label) BETWEEN 1 AND 80", name="label"),
        Index("ix_obligor_organisation", "organisation_id", "registered_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("obl"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    #: How staff call them, such as "our treasurer".
    label: Mapped[str] = mapped_column(Text)
    full_name: Mapped[str] = mapped_column(SealedText)
    contact: Mapped[str] = mapped_column(SealedText)
    #: Who saw proof of lawful status; without it nobody can be an obligor.
    status_seen_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class BondObligor(Model):
    """From that day on this obligor stands for the bond; the latest row counts."""

    __tablename__ = "bond_obligor"
    __table_args__ = (Index("ix_bond_obligor_bond", "bond_id", "recorded_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("bondobl"))
    bond_id: Mapped[str] = mapped_column(ForeignKey("bond.id"))
    obligor_id: Mapped[str] = mapped_column(ForeignKey("obligor.id"))
    since_on: Mapped[date] = mapped_column()
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


@dataclass(frozen=True)
class OpenedObligor:
    """What was sealed, for one look. Never logged, stored or put into a URL."""

    label: str
    full_name: str
    contact: str

    def __repr__(self) -> str:
        return "<OpenedObligor>"


def register_obligor(
    actor: Actor, *, label: str, full_name: str, contact: str, status_seen: bool = False
) -> Obligor:
    """Seal who will stand for bonds. Raises Invalid on label, full_name, contact and status_seen."""
    actor.require("costs.pay")
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(label.strip()) <= 80:
        wrong["label"] = [_("Say in up to 80 characters how colleagues know them, without a name.")]
    for name, text in (("full_name", full_name), ("contact", contact)):
        if not 1 <= len(text.strip()) <= 1000:
            wrong[name] = [_("Write it as the contract has it.")]
    if not status_seen:
        wrong["status_seen"] = [
            _("Only somebody with lawful status can be an obligor. Look at the proof first.")
        ]
    if wrong:
        raise Invalid(wrong)
    obligor = Obligor(
        organisation_id=actor.organisation_id,
        label=label.strip(),
        full_name=full_name.strip(),
        contact=contact.strip(),
        status_seen_by_id=answerable(actor),
    )
    db.session.add(obligor)
    db.session.flush()
    audit.record(actor, "obligor.registered", obligor.id)
    return obligor


def open_obligor(actor: Actor, obligor_id: str, reason: str) -> OpenedObligor:
    """What was sealed, written down before it is shown. Raises NotFound, Forbidden, Invalid on reason."""
    actor.require("costs.pay")
    obligor = get_obligor(actor, obligor_id)
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid({"reason": [_("Say why, in ten characters or more. It is kept in the audit trail.")]})
    audit.record(actor, "obligor.opened", obligor.id, reason=reason)
    return OpenedObligor(obligor.label, obligor.full_name, obligor.contact)


def list_obligors(actor: Actor) -> list[Obligor]:
    """The organisation's, the oldest first."""
    query = select(Obligor).where(Obligor.organisation_id == actor.organisation_id)
    return list(db.session.scalars(query.order_by(Obligor.registered_at, Obligor.id)))


def get_obligor(actor: Actor, obligor_id: str) -> Obligor:
    """Raises NotFound for another organisation's."""
    obligor = db.session.get(Obligor, obligor_id)
    if obligor is None or obligor.organisation_id != actor.organisation_id:
        raise NotFound
    return obligor


def stand_for(actor: Actor, bond: Bond, obligor_id: str, *, since_on: date) -> BondObligor:
    """From that day on this obligor stands for the bond. Raises Invalid on obligor_id."""
    known = {each.id for each in list_obligors(actor)}
    if obligor_id not in known:
        raise Invalid({"obligor_id": [_("Choose one of your organisation's obligors.")]})
    if obligor_id == find_obligor_id(bond):
        raise Invalid({"obligor_id": [_("They stand for this bond already.")]})
    row = BondObligor(
        bond_id=bond.id, obligor_id=obligor_id, since_on=since_on, recorded_by_id=answerable(actor)
    )
    db.session.add(row)
    db.session.flush()
    return row


def find_obligor_id(bond: Bond) -> str | None:
    """Who stands for the bond now; None where nobody was written down."""
    query = select(BondObligor.obligor_id).where(BondObligor.bond_id == bond.id)
    return db.session.scalar(query.order_by(BondObligor.recorded_at.desc(), BondObligor.id.desc()).limit(1))
