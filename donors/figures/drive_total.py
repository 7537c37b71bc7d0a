"""How many of what a drive has: one row of kept counts per drive, moved under the database's own lock."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core.db import Model, upsert_add


class DriveTotal(Model):
    """How many; one row per drive, made with its first gift."""

    __tablename__ = "drive_total"

    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id), primary_key=True)
    #: Gifts that count and are not wholly refunded, instalments included.
    gifts: Mapped[int] = mapped_column(default=0)
    #: Different people behind them.
    donors: Mapped[int] = mapped_column(default=0)
    new_monthly_donors: Mapped[int] = mapped_column(default=0)


_COUNTERS = ("gifts", "donors", "new_monthly_donors")


def count(drive_id: str, **changes: int) -> None:
    """Add to the counts; with no changes it takes the row's lock alone."""
    add = dict.fromkeys(_COUNTERS, 0) | changes
    upsert_add(DriveTotal, key={"drive_id": drive_id}, add=add)
