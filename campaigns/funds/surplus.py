"""What happens to money that is left: the wording that donors read, version by version.

A fund's present wording may change. Each wording that a donor gave under stays as a numbered row that the database
refuses to change, and each gift names the one that stood when it was begun.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, String, Text, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.disclosure import Standing, stands
from campaigns.drives.drive import Drive
from campaigns.funds.fund import Fund
from core import clock, ids
from core.db import Id, Model, UtcDateTime, db, insert_once

#: What may be done with a surplus.
REFUND, MOVE, GENERAL = "refund", "move", "general"
WAYS = {
    REFUND: lazy_gettext("Give it back to the donors, each a share"),
    MOVE: lazy_gettext("Move it to another fund"),
    GENERAL: lazy_gettext("Move it to the general fund"),
}


class SurplusClause(Model):
    """One wording of a fund, from `valid_from` until the next number."""

    __tablename__ = "surplus_clause"
    __table_args__ = (
        UniqueConstraint("fund_id", "number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("length(wording) > 0", name="wording"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("clause"))
    fund_id: Mapped[str] = mapped_column(ForeignKey(Fund.id))
    number: Mapped[int] = mapped_column()
    wording: Mapped[str] = mapped_column(Text)
    #: Keys of `WAYS` that it allows; empty where whoever closes out has to say why the wording allows it.
    ways: Mapped[list[str]] = mapped_column(JSON)
    #: Of wording and ways together.
    sha256: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def allows(self, way: str) -> bool:
        return not self.ways or way in self.ways


def digest(wording: str, ways: list[str]) -> str:
    """SHA-256 of the exact wording and of what it allows."""
    canonical = json.dumps({"ways": sorted(ways), "wording": wording}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def current(fund_id: str) -> SurplusClause:
    """The version that a donor reads now; written when the present wording has none yet."""
    found = db.session.execute(_newest(fund_id)).one()
    fund: Fund = found[0]
    newest: SurplusClause | None = found[1]
    sha256 = digest(fund.surplus_clause, fund.surplus_ways)
    if newest is not None and newest.sha256 == sha256:
        return newest
    insert_once(
        SurplusClause,
        id=ids.new_id("clause"),
        fund_id=fund_id,
        number=newest.number + 1 if newest else 1,
        wording=fund.surplus_clause,
        ways=fund.surplus_ways,
        sha256=sha256,
        valid_from=clock.now(),
    )
    return db.session.execute(_newest(fund_id)).one()[1]


def _newest(fund_id: str) -> Select[Fund, SurplusClause]:
    return (
        select(Fund, SurplusClause)
        .outerjoin(SurplusClause, SurplusClause.fund_id == Fund.id)
        .where(Fund.id == fund_id)
        .order_by(SurplusClause.number.desc())
        .limit(1)
    )


def versions_of(fund_id: str) -> list[SurplusClause]:
    """The newest first."""
    query = select(SurplusClause).where(SurplusClause.fund_id == fund_id)
    return list(db.session.scalars(query.order_by(SurplusClause.number.desc())))


@stands
def clauses_before_the_public(campaigns: Select[str]) -> Iterator[Standing]:
    """Earlier wordings still stand on receipts and donors' pages."""
    used = select(Drive.fund_id).where(Drive.campaign_id.in_(campaigns))
    query = (
        select(SurplusClause.fund_id, SurplusClause.wording)
        .join(Fund, Fund.id == SurplusClause.fund_id)
        .where(or_(Fund.campaign_id.in_(campaigns), Fund.id.in_(used)))
    )
    for fund_id, wording in db.session.execute(query):
        yield "fund", fund_id, wording
