"""What a client, or who speaks for them, agreed may be told: of what, in which language, until when.

A consent is a row that is recorded and may be revoked, never edited. Words are published on the strength of one,
and go out of sight with it.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime

#: What may be told, each agreed to by itself.
SCOPES = {
    "campaign": lazy_gettext("The persona and the story of the campaign"),
    "drive": lazy_gettext("The words of drives"),
    "update": lazy_gettext("Updates"),
    "timeline": lazy_gettext("The timeline of the case, by month"),
    "country": lazy_gettext("The country in which something happened"),
    "region": lazy_gettext("The region in which something happened"),
    "bond_amount": lazy_gettext("The amount of a bond"),
}
#: A date is told as its month, and not before so many days after the month's end.
SHORTEST_DELAY_DAYS = 30
LONGEST_DELAY_DAYS = 3650


class DisclosureConsent(Model):
    __tablename__ = "disclosure_consent"
    __table_args__ = (
        CheckConstraint("given_by IN ('client','representative')", name="given_by"),
        CheckConstraint("delay_days BETWEEN 30 AND 3650", name="delay"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("dcons"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), index=True)
    #: Keys of `SCOPES`.
    scopes: Mapped[list[str]] = mapped_column(JSON)
    #: In which the consent was asked for and given.
    language: Mapped[str] = mapped_column(Text)
    #: How it was interpreted; empty where no interpreter was needed.
    interpreter: Mapped[str] = mapped_column(Text, default="")
    given_by: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    delay_days: Mapped[int] = mapped_column(default=SHORTEST_DELAY_DAYS)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(Text, default="")

    @property
    def holds(self) -> bool:
        """Whether it is in force now."""
        return self.revoked_at is None and clock.now() < self.expires_at

    def covers(self, scope: str) -> bool:
        return scope in self.scopes


def consents_of(client_id: str) -> Select[DisclosureConsent]:
    """Every consent of a client, newest first."""
    query = select(DisclosureConsent).where(DisclosureConsent.client_id == client_id)
    return query.order_by(DisclosureConsent.recorded_at.desc(), DisclosureConsent.id)


def in_force(client_id: str) -> Select[DisclosureConsent]:
    return consents_of(client_id).where(
        DisclosureConsent.revoked_at.is_(None), DisclosureConsent.expires_at > clock.now()
    )


def ended() -> Select[str]:
    """Ids of consents that were revoked or have run out."""
    return select(DisclosureConsent.id).where(
        or_(DisclosureConsent.revoked_at.is_not(None), DisclosureConsent.expires_at <= clock.now())
    )
