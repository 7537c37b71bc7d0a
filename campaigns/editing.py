"""Two people, one page: the second is shown what the first changed instead of overwriting it."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from flask_babel import gettext as _

from core.errors import Conflict

#: Longer texts stand in the audit trail by their hash, so that a text withdrawn for safety is not kept there.
LONGEST_TOLD = 120


class Versioned(Protocol):
    version: Any


class EditedMeanwhile(Conflict):
    """Somebody saved after the author began. Nothing was written; `version` is the present one."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "edited_meanwhile", _("Somebody else saved this after you opened it. Nothing was overwritten.")
        )
        self.version = version


def check_version(thing: Versioned, version: int | None) -> None:
    """Raise EditedMeanwhile unless `version` (None: whatever there is) is the thing's present one."""
    if version is not None and version != thing.version:
        raise EditedMeanwhile(thing.version)


def changes_of(thing: object, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted values that differ from what the thing has."""
    return {name: value for name, value in wanted.items() if getattr(thing, name) != value}


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the audit trail keeps them: JSON, and long texts by their SHA-256."""
    return {name: _told(value) for name, value in values.items()}


def _told(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TOLD:
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    return value.isoformat() if isinstance(value, date | datetime) else value
