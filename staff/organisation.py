"""An organisation: a nonprofit or a firm that takes part; it owns its people, funds and receipts."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime


class Organisation(Model):
    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("org"))
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    #: IANA zone in which its days begin and its receipts are dated.
    zone: Mapped[str] = mapped_column(Text, default="UTC")
    #: Tax identifier printed on receipts (an EIN in the United States).
    tax_id: Mapped[str] = mapped_column(Text, default="")
    #: Postal address and line of contact printed on receipts.
    contact: Mapped[str] = mapped_column(Text, default="")
    #: A payment, refund or transfer above this many whole units of its currency takes two people.
    two_people_above: Mapped[int] = mapped_column(default=1000)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
