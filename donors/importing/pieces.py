"""A file cut into pieces, so that every step of the work reads its own rows alone and holds no others."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core import clock, uploads
from core.db import after_commit, db
from core.errors import Invalid
from donors.importing.gift_import import FILES, MOST_ROWS, GiftImport, ImportPiece
from donors.importing.table import Table

#: A piece of long rows ends sooner.
_PIECE_CHARS = 1024 * 1024


@dataclass
class Cut:
    """Goes through a table once, as `pieces()`; afterwards `bounds` has each piece's first and last row."""

    table: Table
    piece_rows: int
    rows: int = 0
    bounds: list[tuple[int, int]] = field(default_factory=list)

    def pieces(self) -> Iterator[bytes]:
        """Raises Invalid on `file`."""
        buffer, first, last, count = io.StringIO(newline=""), 0, 0, 0
        writer = csv.writer(buffer)
        for number, row in self.table.rows:
            first, last, count = first or number, number, count + 1
            writer.writerow([number, *row])
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise Invalid({"file": [_("Import %(most)s rows at a time at most.", most=MOST_ROWS)]})
            if count == self.piece_rows or buffer.tell() > _PIECE_CHARS:
                yield self._end(buffer, first, last)
                first = count = 0
        if count:
            yield self._end(buffer, first, last)
        if not self.rows:
            raise Invalid({"file": [_("There are no rows below the column names.")]})

    def _end(self, buffer: io.StringIO, first: int, last: int) -> bytes:
        self.bounds.append((first, last))
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()


def read_piece(import_id: str, number: int) -> list[tuple[int, list[str]]]:
    """The rows of one piece. Raises NotFound where the file is gone."""
    piece = db.session.get_one(ImportPiece, (import_id, number))
    text = uploads.read(FILES, piece.file).decode()
    return [(int(row[0]), row[1:]) for row in csv.reader(io.StringIO(text, newline=""))]


def bounds(import_id: str, number: int) -> tuple[int, int]:
    piece = db.session.get_one(ImportPiece, (import_id, number))
    return piece.first_row, piece.last_row


def piece_numbers(import_id: str) -> list[int]:
    query = select(ImportPiece.number).where(ImportPiece.import_id == import_id)
    return list(db.session.scalars(query.order_by(ImportPiece.number)))


def drop_pieces(found: GiftImport) -> None:
    """The file goes once the transaction has committed."""
    query = select(ImportPiece.file).where(ImportPiece.import_id == found.id)
    names = list(db.session.scalars(query))
    found.file_dropped_at = clock.now()
    db.session.execute(delete(ImportPiece).where(ImportPiece.import_id == found.id))
    for name in names:
        after_commit(lambda name=name: uploads.discard(FILES, name))
