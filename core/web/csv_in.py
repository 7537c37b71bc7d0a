"""Small CSV texts that people send: read whole, or refused whole."""

import csv
import io
from typing import Any

from flask_babel import gettext as _

from core.errors import Invalid


def read(text: str, *, field: str) -> tuple[tuple[str, ...], list[dict[Any, Any]]]:
    """Column names and rows, each row by its names; what is beyond them stands under None, as does what lacks.

    Raises Invalid on `field`, naming the line where the text stops being CSV.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        return tuple(reader.fieldnames or ()), list(reader)
    except csv.Error as error:
        said = _("Line %(line)s is not CSV: %(why)s", line=reader.line_num + 1, why=str(error))
        raise Invalid({field: [said]}) from None
