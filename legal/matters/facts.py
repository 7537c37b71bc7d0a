"""What of a matter could lead to the client: court, docket and the other side's counsel, sealed.

In an immigration case the docket alone unmasks a person (Fed. R. Civ. P. 5.2(c) keeps remote readers from it). The
facts are encrypted columns of a table of their own, and leave it through `open_facts` alone, which writes to the
audit trail first.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from core.errors import Invalid, NotFound
from core.sealed import SealedText
from legal.matters.matter import get_matter
from staff import audit
from staff.access import Actor

LONGEST = {"court": 200, "docket": 100, "opposing_counsel": 500}
SHORTEST_REASON, LONGEST_REASON = 10, 500


class MatterFacts(Model):
    __tablename__ = "matter_facts"

    matter_id: Mapped[str] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    court: Mapped[str] = mapped_column(SealedText)
    docket: Mapped[str] = mapped_column(SealedText)
    opposing_counsel: Mapped[str] = mapped_column(SealedText)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def __repr__(self) -> str:
        return f"<MatterFacts of {self.matter_id}>"


@dataclass(frozen=True)
class OpenedFacts:
    """What was sealed, for one look. Never logged, stored or put into a URL."""

    court: str
    docket: str
    opposing_counsel: str

    def __repr__(self) -> str:
        return "<OpenedFacts>"


def seal_facts(
    actor: Actor, matter_id: str, *, court: str = "", docket: str = "", opposing_counsel: str = ""
) -> None:
    """Seal the facts in place of what was sealed before. Raises NotFound, Invalid on the field that is too long."""
    actor.require("matters.edit")
    matter = get_matter(actor, matter_id)
    given = {"court": court.strip(), "docket": docket.strip(), "opposing_counsel": opposing_counsel.strip()}
    wrong = {
        name: [_("Write %(number)s characters at most.", number=LONGEST[name])]
        for name, value in given.items()
        if len(value) > LONGEST[name]
    }
    if wrong:
        raise Invalid(wrong)
    facts = db.session.get(MatterFacts, matter.id) or MatterFacts(matter_id=matter.id)
    for name, value in given.items():
        setattr(facts, name, value)
    facts.sealed_at = clock.now()
    db.session.add(facts)
    db.session.flush()
    audit.record(actor, "matter.facts_sealed", matter.id)


def open_facts(actor: Actor, matter_id: str, *, reason: str) -> OpenedFacts:
    """The one door: writes who opened them and why to the audit trail, then returns them.

    Raises Forbidden without clients.identity, NotFound where nothing is sealed, Invalid when the reason is shorter
    than ten characters or repeats a sealed fact.
    """
    actor.require("clients.identity")
    matter = get_matter(actor, matter_id)
    facts = db.session.get(MatterFacts, matter.id)
    if facts is None:
        raise NotFound
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say why, in ten characters or more. It is kept in the audit trail.")]})
    if any(fact and fact.casefold() in reason.casefold() for fact in (facts.court, facts.docket)):
        raise Invalid({"reason": [_("Give the reason without repeating what is sealed.")]})
    audit.record(actor, "matter.facts_opened", matter.id, reason=reason)
    return OpenedFacts(facts.court, facts.docket, facts.opposing_counsel)


def are_sealed(matter_id: str) -> bool:
    """Whether facts are sealed for this matter; reads no part of them."""
    query = select(MatterFacts.matter_id).where(MatterFacts.matter_id == matter_id)
    return db.session.scalar(query) is not None
