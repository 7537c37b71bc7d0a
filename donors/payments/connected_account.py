"""An organisation's own account at Stripe: its gifts are charged there, and its events come from there."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Model, UtcDateTime, db
from staff.organisation import Organisation


class ConnectedAccount(Model):
    """The account that new gifts go to; gifts and promises made before keep the account they began with."""

    __tablename__ = "connected_account"

    organisation_id: Mapped[str] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    account: Mapped[str] = mapped_column(Text, unique=True)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ForeignAccount(Exception):
    """What an account at Stripe says is about a gift that was made on another account."""


def account_of(organisation_id: str) -> str:
    """The connected account that the organisation's next gift is charged on; empty for our own."""
    found = db.session.get(ConnectedAccount, organisation_id)
    return found.account if found else ""


def organisation_behind(account: str) -> str | None:
    """Whose account it is at present."""
    if not account:
        return None
    query = select(ConnectedAccount.organisation_id).where(ConnectedAccount.account == account)
    return db.session.scalar(query)


def require_same(ours: str, speaking: str) -> None:
    """Raises ForeignAccount where our row's account is not the one that speaks of it. Who owns a connected
    account writes its metadata, and could name there a gift that was made on another one."""
    if ours != speaking:
        raise ForeignAccount
