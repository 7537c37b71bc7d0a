"""The file: a header and named parts, in frames of AES-256-GCM under a key made for this file alone.

Each frame's nonce is its place in the file and whether it is the last, so that a frame that was changed,
moved, left out or cut off does not open (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"amparo backup 1\n"
_SALT_BYTES = 32
_FRAME_BYTES = 256 * 1024
_LONGEST_FRAME = 2 * 1024 * 1024
_HEADER, _PART, _DATA, _END_OF_PART, _END = b"H", b"P", b"D", b"E", b"Z"


class Unreadable(Exception):
    """The file is no backup, is damaged, or was written with another key."""


@dataclass(frozen=True)
class Header:
    #: `sqlite` or `postgresql`.
    database: str
    revision: str
    made_at: str


@dataclass
class Part:
    """A stretch of data. Its rows are known, and its digest is checked, once its chunks are read to the end."""

    name: str
    columns: list[str]
    chunks: Iterator[bytes] = field(default_factory=lambda: iter(()))
    rows: dict[str, int] = field(default_factory=dict)


def is_kept(table: str) -> bool:
    """The schema's own number comes with migrating; the queue only nudges rows."""
    return table != "alembic_version" and not table.startswith("huey")


def private(path: str, flags: int) -> int:
    """An opener: what is made is readable by its owner alone."""
    return os.open(path, flags, 0o600)


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_FRAME_BYTES):
            yield chunk


def _box(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=_MAGIC).derive(secret))


def _nonce(place: int, is_last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([is_last])


class Writer:
    def __init__(self, file: BinaryIO, secret: bytes, header: Header) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._file, self._box, self._place = file, _box(secret, salt), 0
        file.write(_MAGIC + salt)
        self._put(_HEADER, asdict(header))

    def part(
        self, name: str, columns: list[str], chunks: Iterable[bytes], rows: Callable[[], dict[str, int]]
    ) -> None:
        """Write one part; `rows` is asked when the chunks have been read."""
        self._put(_PART, {"name": name, "columns": columns})
        digest, held = hashlib.sha256(), bytearray()
        for chunk in chunks:
            digest.update(chunk)
            held += chunk
            while len(held) >= _FRAME_BYTES:
                self._frame(_DATA + held[:_FRAME_BYTES])
                del held[:_FRAME_BYTES]
        self._frame(_DATA + held)
        self._put(_END_OF_PART, {"sha256": digest.hexdigest(), "rows": rows()})

    def close(self) -> None:
        """Write the last frame, without which the file is cut short."""
        self._frame(_END, is_last=True)

    def _put(self, kind: bytes, content: dict[str, Any]) -> None:
        self._frame(kind + json.dumps(content).encode())

    def _frame(self, content: bytes | bytearray, *, is_last: bool = False) -> None:
        sealed = self._box.encrypt(_nonce(self._place, is_last), bytes(content), _MAGIC)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._place += 1


class Reader:
    """Raises Unreadable at the first frame that does not open."""

    header: Header

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise Unreadable("this file is no backup")
        self._file, self._box, self._place = file, _box(secret, file.read(_SALT_BYTES)), 0
        self.header = Header(**json.loads(self._expect(_HEADER)))

    def parts(self) -> Iterator[Part]:
        """Each part in turn; the chunks of one are to be read before the next is asked for."""
        while (frame := self._frame())[:1] == _PART:
            part = Part(**json.loads(frame[1:]))
            part.chunks = self._chunks(part)
            yield part
        if frame != _END or self._file.read(1):
            raise Unreadable("the backup does not end where it should")

    def _chunks(self, part: Part) -> Iterator[bytes]:
        digest = hashlib.sha256()
        while (frame := self._frame())[:1] == _DATA:
            digest.update(frame[1:])
            yield frame[1:]
        if frame[:1] != _END_OF_PART:
            raise Unreadable(f"{part.name} does not end where it should")
        end = json.loads(frame[1:])
        if end["sha256"] != digest.hexdigest():
            raise Unreadable(f"{part.name} has another digest than the backup says")
        part.rows = end["rows"]

    def _expect(self, kind: bytes) -> bytes:
        frame = self._frame()
        if frame[:1] != kind:
            raise Unreadable("the backup does not begin as it should")
        return frame[1:]

    def _frame(self) -> bytes:
        length = int.from_bytes(self._file.read(4), "big")
        sealed = self._file.read(length) if length <= _LONGEST_FRAME else b""
        for is_last in (False, True):
            try:
                content = self._box.decrypt(_nonce(self._place, is_last), sealed, _MAGIC)
            except (InvalidTag, ValueError):
                continue
            if is_last == (content == _END):
                self._place += 1
                return content
        raise Unreadable("the backup is damaged, cut short, or was written with another key")
