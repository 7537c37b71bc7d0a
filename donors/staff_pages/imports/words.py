"""What the pages of imports have in common: states in words, amounts of rows."""

from collections.abc import Callable
from typing import Any

from core.money import Money
from donors.importing.gift_import import ROW_STATES, STATES, GiftImport, ImportRow
from donors.importing.receiving import MAY_IMPORT
from staff.access import current_actor

#: Which colour a state's tag has, beside its word.
_TONES = {
    "imported": "good",
    "ok": "good",
    "failed": "bad",
    "bad": "bad",
    "undone": "warn",
    "checked": "warn",
}


def amounts(found: GiftImport) -> Callable[[ImportRow], Money]:
    return lambda row: Money(row.amount_minor or 0, found.drive.currency)


def words() -> dict[str, Any]:
    return {
        "states": STATES,
        "row_states": ROW_STATES,
        "import_tones": _TONES,
        "may_import": current_actor().can(MAY_IMPORT),
    }
