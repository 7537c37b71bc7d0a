"""CSV for people who open it in a spreadsheet: streamed, and no cell is ever run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, stream_with_context

#: First characters at which a spreadsheet begins to compute (OWASP, "CSV Injection").
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_FULL_WIDTH = ("＝", "＋", "－", "＠")
#: So that a spreadsheet reads the file as UTF-8.
_MARK = "\ufeff"


def cell(value: Any) -> str:
    """The value as text that a spreadsheet shows as it stands.

    Numbers stay numbers, negative ones too. A text that would start a formula gets an apostrophe in front,
    which spreadsheets take as "this is text".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS + _FULL_WIDTH) else text


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file, piece by piece."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(_MARK)
    writer.writerow([cell(name) for name in header])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if buffer.tell() > 32_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def download(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """An answer that streams the file as `name` (plain ASCII)."""
    return Response(
        stream_with_context(lines(header, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
