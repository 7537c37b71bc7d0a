"""Receiving a file: it is read once, cut into pieces, and its columns are matched as far as they can be."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from flask_babel import gettext as _
from sqlalchemy import Select, select

from campaigns import reading
from campaigns.drives.drive import Drive
from core import uploads
from core.db import db
from core.errors import Invalid
from core.uploads import Kept
from donors.importing import moments
from donors.importing.gift_import import FILES, PIECE_ROWS, GiftImport, ImportPiece
from donors.importing.mapping import Mapping, suggest
from donors.importing.pieces import Cut, read_piece
from donors.importing.presets import normal, presets, recognise
from donors.importing.table import Table, open_table
from staff import audit
from staff.access import Actor
from staff.organisation import Organisation

#: Who may import gifts and take them back.
MAY_IMPORT = "funds.edit"
_BLOCK = 1024 * 1024
LONGEST_SOURCE = 60


@dataclass(frozen=True)
class Received:
    """A file that was read and kept, before any row of the database names it."""

    table: Table
    cut: Cut
    kept: list[Kept]
    size_bytes: int
    sha256: str


@contextmanager
def receiving(stream: BinaryIO, piece_rows: int = PIECE_ROWS) -> Iterator[Received]:
    """Read a file and keep its pieces for as long as the block succeeds. Raises Invalid on `file`."""
    size, digest = _measured(stream)
    table = open_table(stream)
    cut = Cut(table, piece_rows)
    with uploads.keeping(FILES, cut.pieces()) as kept:
        yield Received(table, cut, kept, size, digest)


def _measured(stream: BinaryIO) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    stream.seek(0)
    while block := stream.read(_BLOCK):
        size += len(block)
        digest.update(block)
        if size > FILES.largest_bytes:
            megabytes = FILES.largest_bytes // 1024**2
            raise Invalid({"file": [_("This file is larger than %(megabytes)s MB.", megabytes=megabytes)]})
    return size, digest.hexdigest()


def create_import(
    actor: Actor, received: Received, *, drive_id: str, source: str = "", file_name: str = ""
) -> GiftImport:
    """Begin an import into a drive of the actor's organisation. `source` is a preset's key, a name for another
    system, or empty to go by the columns.

    Raises NotFound for a foreign drive, Invalid on `source`.
    """
    actor.require(MAY_IMPORT)
    drive = reading.get(drives_to(actor), Drive, drive_id)
    key, name = _source(source, received.table.header)
    found = GiftImport(
        organisation_id=actor.organisation_id,
        drive_id=drive.id,
        source_key=key,
        source=name,
        file_name=_plain_name(file_name),
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        encoding=received.table.encoding,
        delimiter=received.table.delimiter,
        header=received.table.header,
        mapping={},
        rows=received.cut.rows,
        pieces=len(received.kept),
        uploaded_by=actor.label,
    )
    db.session.add(found)
    db.session.flush()
    _name_pieces(found, received)
    found.mapping = _first_mapping(found, drive).as_json()
    db.session.flush()
    audit.record(actor, "gift_import.uploaded", found.id, after={"rows": found.rows, "sha256": found.sha256})
    return found


def drives_to(actor: Actor) -> Select[Drive]:
    """The drives whose gifts are the organisation's own."""
    actor.require("campaigns.view")
    return select(Drive).where(Drive.organisation_id == actor.organisation_id)


def _source(source: str, header: list[str]) -> tuple[str, str]:
    """The key of the source and what its gifts are recorded under."""
    source = " ".join(source.split())
    if len(source) > LONGEST_SOURCE:
        raise Invalid({"source": [_("Write %(most)s letters at most.", most=LONGEST_SOURCE)]})
    preset = presets().get(source) if source else recognise(header)
    if preset is not None:
        return preset.key, preset.source
    name = normal(source)
    if not name:
        raise Invalid(
            {"source": [_("These columns are not known. Name the system that the file comes from.")]}
        )
    return name, name


def _name_pieces(found: GiftImport, received: Received) -> None:
    db.session.add_all(
        ImportPiece(import_id=found.id, number=number, file=kept.name, first_row=first, last_row=last)
        for number, (kept, (first, last)) in enumerate(zip(received.kept, received.cut.bounds, strict=True))
    )
    db.session.flush()


def _first_mapping(found: GiftImport, drive: Drive) -> Mapping:
    zone = db.session.get_one(Organisation, found.organisation_id).zone
    mapping = suggest(
        found.organisation_id,
        found.source_key,
        found.header,
        currency=drive.currency,
        zone=zone,
    )
    column = mapping.columns.get("paid_on")
    if mapping.order or column is None:
        return mapping
    place = found.header.index(column)
    days = [row[place] for _number, row in read_piece(found.id, 0) if place < len(row)]
    return Mapping(**{**mapping.as_json(), "order": moments.order_of(days)})


def _plain_name(name: str) -> str:
    """As the sender called it, without folders and anything that is no letter, digit or one of a few signs."""
    return re.sub(r"[^\w.() -]", "_", PurePath(name.replace("\\", "/")).name)[:120]
