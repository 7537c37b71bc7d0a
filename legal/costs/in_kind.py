"""Donated services that are no lawyer's hours: an interpreter, an expert, a translator who gave their work.

A value with the method behind it, in the in-kind column alone: no ledger knows it, and no cash figure moves.
It counts once somebody else accepted it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.funds.purposes import COSTS
from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Conflict, Forbidden, Invalid, NotFound, named_by
from core.money import Money
from legal.acting import answerable
from legal.matters.matter import Matter, get_matter
from legal.matters.screen import unscreened
from staff import audit
from staff.access import Actor

PENDING, ACCEPTED, REJECTED = "pending", "accepted", "rejected"
STATES = {
    PENDING: lazy_gettext("Waiting for approval"),
    ACCEPTED: lazy_gettext("Accepted"),
    REJECTED: lazy_gettext("Rejected"),
}
TRANSITIONS = frozenset({(PENDING, ACCEPTED), (PENDING, REJECTED)})
LARGEST_VALUE_MINOR = 1_000_000_000


class InKindCost(MoneyColumns, Model):
    """`amount` is the estimated value."""

    __tablename__ = "in_kind_cost"
    __table_args__ = (
        UniqueConstraint("id", "recorded_by_id"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('pending','accepted','rejected')", name="state"),
        CheckConstraint("length(description) BETWEEN 1 AND 1000", name="description"),
        CheckConstraint("length(method) BETWEEN 1 AND 500", name="method"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("inkind"))
    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: A key of `purposes.COSTS`; the public reads it, with the value and the month.
    category: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date] = mapped_column()
    description: Mapped[str] = mapped_column(Text)
    #: How the value was found, such as hours at a usual price.
    method: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=PENDING)

    matter: Mapped[Matter] = relationship(lazy="raise")

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if (self.state, state) not in TRANSITIONS:
            message = _(
                "This gift in kind is %(present)s and cannot become %(wanted)s.",
                present=str(STATES[self.state]).lower(),
                wanted=str(STATES[state]).lower(),
            )
            raise Conflict("illegal_transition", message)
        self.state = state


class InKindDecision(Model):
    """Accepted or rejected, once, by somebody other than who wrote it down."""

    __tablename__ = "in_kind_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["in_kind_id", "recorded_by_id"], ["in_kind_cost.id", "in_kind_cost.recorded_by_id"]
        ),
        CheckConstraint("decided_by_id <> recorded_by_id", name="not_the_recorder"),
    )

    in_kind_id: Mapped[str] = mapped_column(Id, primary_key=True)
    recorded_by_id: Mapped[str] = mapped_column(Id)
    decided_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    is_accepted: Mapped[bool] = mapped_column()


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was given, and how its value was found."""

    category: str
    value: Money
    given_on: date
    description: str
    method: str


def record_in_kind(actor: Actor, *, matter_id: str, given: Given) -> InKindCost:
    """Write down a donated service. Raises NotFound, Invalid on any field of `Given`."""
    actor.require("costs.claim")
    member_id = answerable(actor)
    with named_by("matter_id"):
        matter = get_matter(actor, matter_id)
    _check(given)
    row = InKindCost(
        matter_id=matter.id,
        organisation_id=actor.organisation_id,
        recorded_by_id=member_id,
        category=given.category,
        given_on=given.given_on,
        description=given.description.strip(),
        method=given.method.strip(),
        state=PENDING,
    )
    row.amount = given.value
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "in_kind.recorded", row.id, after={"value": str(row.amount), "category": row.category}
    )
    return row


def decide_in_kind(actor: Actor, in_kind_id: str, *, accept: bool) -> InKindDecision:
    """Accept or reject a colleague's. Raises NotFound, Forbidden for one's own, Conflict `illegal_transition`."""
    actor.require("costs.approve")
    member_id = answerable(actor)
    query = in_kind_of(actor).where(InKindCost.id == in_kind_id)
    row = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if row.recorded_by_id == member_id:
        raise Forbidden(_("Nobody accepts what they wrote down themselves. Ask a colleague."))
    row.move_to(ACCEPTED if accept else REJECTED)
    decision = InKindDecision(
        in_kind_id=row.id, recorded_by_id=row.recorded_by_id, decided_by_id=member_id, is_accepted=accept
    )
    db.session.add(decision)
    db.session.flush()
    audit.record(actor, f"in_kind.{row.state}", row.id, after={"value": str(row.amount)})
    return decision


def in_kind_of(actor: Actor) -> Select[InKindCost]:
    """What the actor's organisation wrote down, without what belongs to matters behind a screen."""
    mine = select(InKindCost).where(InKindCost.organisation_id == actor.organisation_id)
    return unscreened(mine, InKindCost.matter_id, actor)


def _check(given: Given) -> None:
    wrong: dict[str, list[str]] = {}
    if given.category not in COSTS:
        wrong["category"] = [_("Choose one of the categories.")]
    if not 0 < given.value.minor <= LARGEST_VALUE_MINOR:
        wrong["value"] = [_("Enter an amount above zero and within reason.")]
    if given.given_on > clock.today():
        wrong["given_on"] = [_("This day is in the future.")]
    if not 1 <= len(given.description.strip()) <= 1000:
        wrong["description"] = [_("Say what was given, in up to 1000 characters.")]
    if not 1 <= len(given.method.strip()) <= 500:
        wrong["method"] = [_("Say in up to 500 characters how the value was found.")]
    if wrong:
        raise Invalid(wrong)
