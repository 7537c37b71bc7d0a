"""An import of gifts from a file: where it stands, the pieces that its file is kept in, and what each row became.

The file is cut into pieces of so many rows when it is received. A step of the work is one piece, or as many rows, in
one transaction, and `done` says how many there have been: whoever comes after a process that died goes on there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaigns import reading
from campaigns.drives.drive import Drive
from core import clock, ids
from core.db import Id, Model, UtcDateTime, among, db
from core.errors import Conflict
from core.uploads import Shelf
from donors.importing.mapping import Mapping as ColumnMapping
from staff.access import Actor

UPLOADED, MAPPED, CHECKING, CHECKED = "uploaded", "mapped", "checking", "checked"
IMPORTING, IMPORTED, UNDOING, UNDONE = "importing", "imported", "undoing", "undone"
FAILED, CANCELLED = "failed", "cancelled"
STATES: dict[str, Any] = {
    UPLOADED: lazy_gettext("Columns to be matched"),
    MAPPED: lazy_gettext("Ready for the dry run"),
    CHECKING: lazy_gettext("Dry run"),
    CHECKED: lazy_gettext("Ready to import"),
    IMPORTING: lazy_gettext("Importing"),
    IMPORTED: lazy_gettext("Imported"),
    UNDOING: lazy_gettext("Taking back"),
    UNDONE: lazy_gettext("Undone"),
    FAILED: lazy_gettext("Stopped by an error"),
    CANCELLED: lazy_gettext("Called off"),
}
#: The one table of what may follow what. A step that fails again and again stops; it may be tried again, and what
#: it imported may be taken back.
TRANSITIONS: dict[str, frozenset[str]] = {
    UPLOADED: frozenset({MAPPED, CANCELLED}),
    MAPPED: frozenset({MAPPED, CHECKING, CANCELLED}),
    CHECKING: frozenset({CHECKED, FAILED, CANCELLED}),
    CHECKED: frozenset({MAPPED, IMPORTING, CANCELLED}),
    IMPORTING: frozenset({IMPORTED, FAILED, UNDOING}),
    IMPORTED: frozenset({UNDOING}),
    UNDOING: frozenset({UNDONE, FAILED}),
    FAILED: frozenset({CHECKING, IMPORTING, UNDOING, CANCELLED}),
    UNDONE: frozenset(),
    CANCELLED: frozenset(),
}
WORKING = (CHECKING, IMPORTING, UNDOING)
ENDED = (IMPORTED, UNDONE, CANCELLED)
#: Rows of one piece of a file, and of one step.
PIECE_ROWS = 1000
MOST_ROWS = 500_000
FILES = Shelf("gift-imports", ("text/csv",), 128 * 1024**2)


class GiftImport(Model):
    __tablename__ = "gift_import"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(each) for each in STATES)})", name="state"),
        Index("ix_gift_import_list", "organisation_id", "uploaded_at"),
        Index("ix_gift_import_state", "state"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=lambda: ids.new_id("gimp"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    drive_id: Mapped[str] = mapped_column(ForeignKey(Drive.id))
    #: A preset's key or the name of another system, by which its mapping is kept.
    source_key: Mapped[str] = mapped_column(Text)
    #: What its gifts are recorded under: with the source's own id, each is here once.
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default=UPLOADED)
    file_name: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(Text)
    delimiter: Mapped[str] = mapped_column(Text)
    header: Mapped[list[str]] = mapped_column(JSON)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[int] = mapped_column()
    pieces: Mapped[int] = mapped_column()
    #: How many steps of the present work are done.
    done: Mapped[int] = mapped_column(default=0)
    #: When the last step was, or the work was asked for.
    worked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    #: How often in a row the present step failed, and in which work it stopped for good.
    failures: Mapped[int] = mapped_column(default=0)
    failed_in: Mapped[str] = mapped_column(Text, default="")
    #: A member's or a token's label.
    uploaded_by: Mapped[str] = mapped_column(Text)
    #: No payment of the file lies after it.
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    started_by: Mapped[str] = mapped_column(Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(Text, default="")
    undo_reason: Mapped[str] = mapped_column(Text, default="")
    #: Of taking back: the last row whose donor was forgotten, where the file alone had brought them.
    forgotten_to: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Since then the file is gone; what each row became is kept.
    file_dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    drive: Mapped[Drive] = relationship(lazy="joined")

    @property
    def columns(self) -> ColumnMapping:
        return ColumnMapping.of_json(self.mapping)

    def move_to(self, state: str) -> None:
        """Take one step of `TRANSITIONS`. Raises Conflict `illegal_transition` for any other."""
        if state not in TRANSITIONS[self.state]:
            message = _("This import is not in a state for that: %(state)s.", state=str(STATES[self.state]))
            raise Conflict("illegal_transition", message)
        self.state = state
        if state in WORKING:
            self.done = self.failures = 0
            self.worked_at = clock.now()
        self.ended_at = clock.now() if state in ENDED else None


class ImportPiece(Model):
    """Some rows of the file, on the shelf: CSV in UTF-8, each row behind its number."""

    __tablename__ = "import_piece"

    import_id: Mapped[str] = mapped_column(ForeignKey(GiftImport.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(Id, unique=True)
    first_row: Mapped[int] = mapped_column()
    last_row: Mapped[int] = mapped_column()


ROW_OK, ROW_BAD, ROW_SKIPPED, ROW_DUPLICATE = "ok", "bad", "skipped", "duplicate"
ROW_REFUND, ROW_IMPORTED, ROW_UNDONE = "refund", "imported", "undone"
ROW_STATES: dict[str, Any] = {
    ROW_OK: lazy_gettext("To import"),
    ROW_BAD: lazy_gettext("Bad"),
    ROW_SKIPPED: lazy_gettext("Left out"),
    ROW_DUPLICATE: lazy_gettext("Here already"),
    ROW_REFUND: lazy_gettext("Refund"),
    ROW_IMPORTED: lazy_gettext("Imported"),
    ROW_UNDONE: lazy_gettext("Undone"),
}


class ImportRow(Model):
    """What a row is or became. No word of the row itself stands here."""

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(each) for each in ROW_STATES)})", name="status"),
        Index("ix_import_row_status", "import_id", "status", "number"),
        Index("ix_import_row_external", "import_id", "external_id"),
    )

    import_id: Mapped[str] = mapped_column(ForeignKey(GiftImport.id), primary_key=True)
    #: As a spreadsheet counts; the header is usually row 1.
    number: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(Text)
    #: A key of reasons.RULES or reasons.LEFT_OUT.
    rule: Mapped[str] = mapped_column(Text, default="")
    column_name: Mapped[str] = mapped_column(Text, default="")
    #: The source's own id, or one made of what the row says; of a refund, that of the row which it takes back.
    external_id: Mapped[str] = mapped_column(Text, default="")
    #: In the drive's currency, what went back taken off.
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    #: Whether the gift counts toward the drive's goals, by the day it was paid.
    counts: Mapped[bool] = mapped_column(default=False)
    gift_id: Mapped[str | None] = mapped_column(Id)
    #: Whether its donor was not known before.
    is_new_donor: Mapped[bool] = mapped_column(default=False)


def note_rows(found: GiftImport, numbers: Sequence[int], **values: str) -> None:
    """What became of some rows; objects of them are not changed."""
    if numbers:
        table: Any = ImportRow.__table__
        statement = update(table).where(table.c.import_id == found.id, among(table.c.number, "numbers"))
        db.session.execute(statement.values(values), {"numbers": list(numbers)})


def imports_of(actor: Actor) -> Select[GiftImport]:
    """The imports of the actor's organisation, the latest first."""
    actor.require("gifts.view")
    query = select(GiftImport).where(GiftImport.organisation_id == actor.organisation_id)
    return query.order_by(GiftImport.uploaded_at.desc(), GiftImport.id)


def get_import(actor: Actor, import_id: str) -> GiftImport:
    """Raises NotFound for another organisation's."""
    return reading.get(imports_of(actor), GiftImport, import_id)


def lock_import(actor: Actor, import_id: str) -> GiftImport:
    """The row, locked until the transaction ends. Raises NotFound."""
    return reading.get(imports_of(actor), GiftImport, import_id, lock=True)
