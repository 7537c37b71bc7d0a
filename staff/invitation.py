"""An invitation: one address, one role, one organisation, used once, within seven days.

The token travels in the mail alone; the row keeps its digest.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock, ids
from core.db import Id, Model, UtcDateTime, db
from core.errors import NotFound
from staff.member import Member
from staff.organisation import Organisation

VALID_FOR = timedelta(days=7)


class Invitation(Model):
    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("inv"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), index=True)
    email: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: None when the operator of the installation invited.
    invited_by_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[str | None] = mapped_column(ForeignKey(Member.id))

    organisation: Mapped[Organisation] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and clock.now() < self.expires_at


def new_token() -> str:
    return secrets.token_urlsafe(30)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def get_open(token: str, *, lock: bool = False) -> Invitation:
    """The open invitation of this token, locked where it is about to be used. Raises NotFound."""
    query = select(Invitation).where(Invitation.digest == digest_of(token))
    if lock:
        query = query.with_for_update(of=Invitation)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None or not found.is_open:
        raise NotFound(
            _("This invitation was used, withdrawn or is older than seven days. Ask for a new one.")
        )
    return found


def open_for(organisation_id: str) -> list[Invitation]:
    """The organisation's open invitations, newest first."""
    query = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    return list(db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id).limit(200)))
