"""How many people approve a cost: one, and two above an amount that each organisation sets for its funds."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, MoneyColumns, UtcDateTime, db
from core.errors import Invalid
from core.money import Money
from legal.acting import answerable
from staff import audit
from staff.access import Actor


class CostRule(MoneyColumns, Model):
    """From then on, costs above this amount need two approvals. The latest of a currency counts."""

    __tablename__ = "cost_rule"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_cost_rule_latest", "organisation_id", "currency", "set_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("crule"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    set_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def set_cost_rule(actor: Actor, above: Money) -> CostRule:
    """Ask for a second approval above an amount; zero asks for two in every case. Claims approved before stay
    so. Raises Forbidden, Invalid on above."""
    actor.require("organisation.edit")
    if above.minor < 0:
        raise Invalid({"above": [_("Enter zero or an amount.")]})
    before = find_cost_rule(actor.organisation_id, above.currency)
    rule = CostRule(organisation_id=actor.organisation_id, set_by_id=answerable(actor))
    rule.amount = above
    db.session.add(rule)
    db.session.flush()
    audit.record(
        actor,
        "cost_rule.set",
        actor.organisation_id,
        before={"above": str(before.amount) if before else None},
        after={"above": str(above)},
    )
    return rule


def find_cost_rule(organisation_id: str, currency: str) -> CostRule | None:
    query = select(CostRule).where(CostRule.organisation_id == organisation_id, CostRule.currency == currency)
    return db.session.scalars(query.order_by(CostRule.set_at.desc(), CostRule.id.desc()).limit(1)).first()


def approvals_needed(organisation_id: str, amount: Money) -> int:
    """How many different people must approve a cost of this amount on a fund of the organisation."""
    rule = find_cost_rule(organisation_id, amount.currency)
    return 2 if rule is not None and amount > rule.amount else 1
