"""Documents of a bond: the contract, the receipt, the notice. They name the client, so they are sealed, read by
the organisation that owns the fund alone, and each reading is written down."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.funds.fund import Fund
from core import clock
from core.db import Id, Model, UtcDateTime, db
from core.errors import NotFound
from core.uploads import Kept, Shelf
from legal.acting import answerable
from legal.bonds.bond import Bond, BondEvent, get_bond
from staff import audit
from staff.access import Actor

DOCUMENTS = Shelf("bond-documents", ("application/pdf", "image/jpeg", "image/png", "image/webp"), 8 * 1024**2)


class BondDocument(Model):
    """The document of one step; the step keeps its checksum too."""

    __tablename__ = "bond_document"

    event_id: Mapped[str] = mapped_column(ForeignKey("bond_event.id"), primary_key=True)
    file: Mapped[str] = mapped_column(Id, unique=True)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


def attach_document(actor: Actor, event: BondEvent, kept: Kept) -> BondDocument:
    """Keep the file of a step that was just written down with its checksum."""
    document = BondDocument(
        event_id=event.id,
        file=kept.name,
        media_type=kept.media_type,
        size_bytes=kept.size_bytes,
        sha256=kept.sha256,
        added_by_id=answerable(actor),
    )
    db.session.add(document)
    db.session.flush()
    return document


def open_document(actor: Actor, bond_id: str, event_id: str) -> BondDocument:
    """The document of a step, once the audit trail has who opened it. Raises NotFound outside the fund's
    organisation."""
    actor.require("costs.view")
    bond: Bond = get_bond(actor, bond_id)
    event, document = db.session.get(BondEvent, event_id), db.session.get(BondDocument, event_id)
    owner = db.session.get_one(Fund, bond.fund_id).organisation_id
    if event is None or document is None or event.bond_id != bond.id or owner != actor.organisation_id:
        raise NotFound
    audit.record(actor, "bond.document_opened", bond.id, after={"sha256": document.sha256})
    return document


def with_documents(event_ids: list[str]) -> set[str]:
    """Those of these steps that have their document here."""
    query = select(BondDocument.event_id).where(BondDocument.event_id.in_(event_ids))
    return set(db.session.scalars(query))
