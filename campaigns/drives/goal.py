"""A goal: a target of a drive in one metric, with its counting rule fixed when the drive is published."""

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.drives.drive import Drive
from core import ids
from core.db import Id, Model

AMOUNT = "amount"
DONORS = "donors"
NEW_MONTHLY_DONORS = "new_monthly_donors"
MONTHLY_VALUE = "monthly_value"
PRO_BONO_HOURS = "pro_bono_hours"
SIGNATURES = "signatures"
METRICS = (AMOUNT, DONORS, NEW_MONTHLY_DONORS, MONTHLY_VALUE, PRO_BONO_HOURS, SIGNATURES)
#: Counted in minor units of the drive's currency.
MONEY = frozenset({AMOUNT, MONTHLY_VALUE})


class Goal(Model):
    __tablename__ = "goal"
    __table_args__ = (
        UniqueConstraint("drive_id", "metric"),
        CheckConstraint(
            "metric IN ('amount','donors','new_monthly_donors','monthly_value','pro_bono_hours','signatures')",
            name="metric",
        ),
        CheckConstraint("target > 0", name="target"),
        CheckConstraint("lookback_months BETWEEN 0 AND 120", name="lookback"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("goal"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    metric: Mapped[str] = mapped_column(Text)
    #: Minor units of the drive's currency for amount and monthly value, people, whole hours.
    target: Mapped[int] = mapped_column(BigInteger)
    #: Milestones below the target and stretch goals above it, ascending.
    steps: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    position: Mapped[int] = mapped_column(default=0)
    #: New monthly donors: months before the first instalment in which the donor had no recurring gift.
    lookback_months: Mapped[int] = mapped_column(default=12)
