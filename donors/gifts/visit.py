"""From where a gift was begun: kept for as long as a bank may ask, sealed, then forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from core.sealed import SealedText
from donors.gifts.gift import Gift

#: Card networks let a donor dispute for 120 days, and a dispute lasts some weeks.
KEPT_FOR = timedelta(days=180)
LONGEST_AGENT = 300


class Visit(Model):
    __tablename__ = "gift_visit"

    gift_id: Mapped[str] = mapped_column(ForeignKey(Gift.id), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)
    #: Sealed: the network address is the donor's own.
    address: Mapped[str] = mapped_column(SealedText)
    #: What the browser calls itself.
    agent: Mapped[str] = mapped_column(SealedText)


def keep(gift_id: str, *, address: str, agent: str) -> None:
    """Note from where a gift is begun, once."""
    if db.session.get(Visit, gift_id) is None:
        db.session.add(Visit(gift_id=gift_id, address=address, agent=agent[:LONGEST_AGENT]))


def forget_old() -> int:
    """Remove the visits that no bank asks for any more; returns how many."""
    done = db.session.execute(delete(Visit).where(Visit.at < clock.now() - KEPT_FOR))
    return int(getattr(done, "rowcount", 0))
