"""The inbox: every event Stripe sends, stored before it is answered, worked on afterwards.

An event is a nudge. Its row says what is left to do: nothing is dropped, a failure is kept with its error
and tried again, and shown to staff when it keeps failing.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime
from staff.organisation import Organisation

#: Waits between tries; the last one repeats. Money may be behind an event, so it is never given up.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240))

# Each index holds the rows that are asked for by it alone: an event that comes in moves the first, no other.
_DUE = text("next_attempt_at IS NOT NULL")
_OWNED = text("organisation_id IS NOT NULL")
_KEPT = text("done_at IS NOT NULL AND body <> ''")


class NotYet(Exception):
    """The event is about something whose own event has not reached us; it is tried again later."""


class StripeEvent(Model):
    __tablename__ = "stripe_event"
    __table_args__ = (
        Index("ix_stripe_event_due", "next_attempt_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index(
            "ix_stripe_event_organisation",
            "organisation_id",
            "received_at",
            sqlite_where=_OWNED,
            postgresql_where=_OWNED,
        ),
        Index("ix_stripe_event_kept", "done_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    #: Stripe's id; a repeated delivery meets it here.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Whose it is, once it was looked at; empty for what is about nothing of anybody's here.
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey(Organisation.id))
    #: The raw body, as signed; emptied a month after the work is done, or when its donor is erased.
    body: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    #: Empty when done.
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The kind of failure, never its values.
    error: Mapped[str] = mapped_column(Text, default="")

    @property
    def state(self) -> str:
        if self.done_at is not None:
            return "done"
        return "failing" if self.error else "received"

    def finish(self) -> None:
        self.done_at, self.next_attempt_at, self.error = clock.now(), None, ""

    def fail(self, error: BaseException) -> None:
        """Note a failure and when to try again."""
        self.attempts += 1
        self.error = type(error).__name__
        self.next_attempt_at = clock.now() + BACKOFF[min(self.attempts, len(BACKOFF)) - 1]
