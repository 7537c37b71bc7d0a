"""A member: one account in one organisation with one role."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.account import User
from staff.organisation import Organisation

ROLES = ("owner", "campaigner", "finance", "legal", "viewer")


class Member(Model):
    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("organisation_id", "account_id"),
        CheckConstraint("role IN ('owner','campaigner','finance','legal','viewer')", name="role"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("mem"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: A member who has left keeps the row, since the audit trail and approvals name it.
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[User] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined")

    @property
    def name(self) -> str:
        return self.account.name or self.account.email
