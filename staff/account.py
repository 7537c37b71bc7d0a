"""A person's sign-in, kept by Flask-Security: password, one-time codes, passkeys, recovery.

What a person may do hangs on memberships (member.py), never on Flask-Security's own roles; its role table
exists because its datastore asks for one.
"""

from flask_security import FSQLALiteUserDatastore
from flask_security.models import sqla
from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, db
from core.operating.resealing import SEALED_LIST

sqla.FsModels.set_db_info(
    base_model=Model,  # pyright: ignore[reportArgumentType]
    user_table_name="account",
    role_table_name="account_role",
    webauthn_table_name="passkey",
    refresh_table_name="account_refresh",
)


class Role(Model, sqla.FsRoleMixin):  # pyright: ignore[reportIncompatibleVariableOverride]
    __tablename__ = "account_role"


class User(Model, sqla.FsUserMixin):  # pyright: ignore[reportIncompatibleVariableOverride]
    __tablename__ = "account"

    name: Mapped[str] = mapped_column(Text, default="")
    #: The time step of the last one-time code taken, so that none is taken twice.
    totp_last_counter: Mapped[int | None] = mapped_column(BigInteger)


# Flask-Security seals recovery codes with our keys, each on its own.
User.__table__.c.mf_recovery_codes.info[SEALED_LIST] = True


class WebAuthn(Model, sqla.FsWebAuthnMixin):  # pyright: ignore[reportIncompatibleVariableOverride]
    __tablename__ = "passkey"


class Accounts(FSQLALiteUserDatastore):
    """Flask-Security's store of accounts, within our transactions."""

    def commit(self) -> None:
        """Does nothing: its views run inside `transaction()` (sign_in.py), which commits."""


accounts = Accounts(db, User, Role, WebAuthn)
