"""The person helped: a public persona, and a sealed identity behind one logged door.

Public code imports `Persona` alone. The identity is in a table of its own, encrypted, and leaves it only
through `open_identity`, which writes to the audit trail first.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, ids
from core.db import Id, Model, UtcDateTime
from core.sealed import SealedText


class Client(Model):
    """A client of the organisation that took the case; nothing here says who it is."""

    __tablename__ = "client"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("client"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Persona(Model):
    """The only face of a client that the public ever sees."""

    __tablename__ = "persona"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    display_name: Mapped[str] = mapped_column(Text)
    pronoun: Mapped[str] = mapped_column(Text, default="")
    #: What may be told, in a sentence or two.
    summary: Mapped[str] = mapped_column(Text, default="")
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class ClientIdentity(Model):
    """Who the client is. Encrypted at rest; read through `identity.open_identity` alone."""

    __tablename__ = "client_identity"

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    full_name: Mapped[str] = mapped_column(SealedText)
    #: One per line: other names, relatives, town, employer, facility; none may reach a public text.
    never_publish: Mapped[str] = mapped_column(SealedText)
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def __repr__(self) -> str:
        return f"<ClientIdentity of {self.client_id}>"
