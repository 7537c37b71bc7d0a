"""A campaign: the public cause, run by a lead organisation with partners, for one client."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns.clients.client import Persona
from campaigns.shown import Shown
from core import clock, ids
from core.db import Id, Model, UtcDateTime
from staff.organisation import Organisation


class Campaign(Shown, Model):
    __tablename__ = "campaign"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("camp"))
    #: The lead. Partners are rows of their own, the lead among them.
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    #: Markdown.
    story: Mapped[str] = mapped_column(Text, default="")
    #: Name of a file on the shelf of pictures; empty for none. See campaigns.picturing.
    picture: Mapped[str] = mapped_column(Text, default="", server_default="")
    picture_sha256: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: What it shows, for who cannot see it.
    picture_alt: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Whether the client agreed that the amount of a bond is told; set by each publication.
    tells_bond_amount: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: Counts edits, so that the second of two people is shown what changed.
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    persona: Mapped[Persona | None] = relationship(
        primaryjoin="foreign(Campaign.client_id) == Persona.client_id", viewonly=True, lazy="raise"
    )

    @property
    def state(self) -> str:
        """`draft`, `public` or `withdrawn`."""
        return self.standing
