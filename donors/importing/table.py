"""A CSV file as people's tools write it: which encoding, which delimiter, which header, and its rows one by one.

UTF-8 with or without a mark, UTF-16, Windows-1252 and Latin-1 are told apart by their bytes; comma, semicolon, tab
and bar by what cuts the header into most cells. Nothing here holds more than a few rows at a time.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _

from core.errors import Invalid

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 400
_SAMPLE = 64 * 1024
_BLOCK = 1024 * 1024
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Tried in this order; Latin-1 takes any byte.
_GUESSES = ("utf-8", "cp1252", "latin-1")
#: How compressed files begin, as spreadsheets are, and older spreadsheets.
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Table:
    """`rows` yields each row's number, as a spreadsheet counts (the header's is usually 1), and its cells; it reads
    on as it is asked. Rows without any text are left out."""

    encoding: str
    delimiter: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def open_table(stream: BinaryIO) -> Table:
    """The table in a seekable `stream`, which stays open and must not be used meanwhile.

    Raises Invalid on `file` for what is no such table, also while its rows are read.
    """
    encoding = _encoding(stream)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    sample = text.read(_SAMPLE)
    text.detach()
    if not sample.strip():
        raise _refused(_("This file is empty."))
    delimiter = _delimiter(sample)
    stream.seek(0)
    rows = _rows(stream, encoding, delimiter)
    first = next(rows, None)
    if first is None:
        raise _refused(_("This file is empty."))
    header = _header(first[1])
    return Table(encoding, delimiter, header, rows)


def _encoding(stream: BinaryIO) -> str:
    stream.seek(0)
    start = stream.read(4096)
    if start.startswith(_SPREADSHEETS):
        raise _refused(_("This is a spreadsheet. Save it as CSV and choose that file."))
    found = next((name for mark, name in _MARKS if start.startswith(mark)), None) or _unmarked_utf16(start)
    for guess in (found,) if found else _GUESSES:
        if _decodes(stream, guess):
            stream.seek(0)
            return guess
    raise _refused(_("This file is not text. Choose a CSV file."))


def _unmarked_utf16(start: bytes) -> str | None:
    """Latin text in UTF-16 has a zero as every other byte."""
    half = len(start) // 2
    if half and start[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    return "utf-16-be" if half and start[0::2].count(0) > half * 0.7 else None


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := stream.read(_BLOCK):
            if "\x00" in decoder.decode(block):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _delimiter(sample: str) -> str:
    """Whatever makes most cells of the first row that has text."""

    def cells(delimiter: str) -> int:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            return next((len(row) for row in reader if any(cell.strip() for cell in row)), 0)
        except csv.Error:
            return 0

    best = max(DELIMITERS, key=cells)
    if cells(best) < 2:
        raise _refused(_("There is only one column. Save the file as CSV, with a first row of column names."))
    return best


def _rows(stream: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as error:
        raise _refused(_("Line %(line)s is not CSV: %(why)s", line=reader.line_num, why=str(error))) from None
    finally:
        text.detach()


def _header(cells: list[str]) -> list[str]:
    """The columns' names, each once: what has none is called by its place, what comes again is numbered."""
    if len(cells) > MOST_COLUMNS:
        raise _refused(_("There are more than %(most)s columns.", most=MOST_COLUMNS))
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:120] or f"#{place}"
        again = sum(1 for each in names if each == name or each.startswith(f"{name} ("))
        names.append(f"{name} ({again + 1})" if again else name)
    return names


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": [sentence]})
