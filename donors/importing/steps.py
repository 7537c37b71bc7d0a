"""What people decide about an import: columns, dry run, start, calling it off, trying again, taking back."""

from flask_babel import gettext as _

from core.errors import Conflict, Invalid
from donors.importing.gift_import import (
    CANCELLED,
    CHECKING,
    FAILED,
    IMPORTING,
    MAPPED,
    UNDOING,
    GiftImport,
    lock_import,
)
from donors.importing.mapping import Mapping, check_mapping, save_source
from donors.importing.pieces import drop_pieces
from donors.importing.receiving import MAY_IMPORT
from staff import audit
from staff.access import Actor

SHORTEST_REASON, LONGEST_REASON = 3, 500


def map_columns(actor: Actor, import_id: str, mapping: Mapping) -> GiftImport:
    """Say which column means what, and keep it for the source's next file.

    Raises NotFound, Invalid naming the field, Conflict `illegal_transition` once the import has begun.
    """
    actor.require(MAY_IMPORT)
    found = lock_import(actor, import_id)
    check_mapping(mapping, found.header)
    found.move_to(MAPPED)
    found.mapping = mapping.as_json()
    save_source(actor.organisation_id, found.source_key, mapping)
    return found


def ask_check(actor: Actor, import_id: str) -> GiftImport:
    """Begin the dry run. Raises NotFound, Conflict `illegal_transition`."""
    return _move(actor, import_id, CHECKING)


def start_import(actor: Actor, import_id: str) -> GiftImport:
    """Begin to import what the dry run found sound. Raises NotFound, Conflict `illegal_transition`."""
    found = _move(actor, import_id, IMPORTING)
    found.started_by = actor.label
    audit.record(actor, "gift_import.started", found.id)
    return found


def try_again(actor: Actor, import_id: str) -> GiftImport:
    """Go on with the work that stopped by an error. Raises NotFound, Conflict `illegal_transition`."""
    actor.require(MAY_IMPORT)
    found = lock_import(actor, import_id)
    if found.state != FAILED:
        raise Conflict("illegal_transition", _("This import has not stopped by an error."))
    found.move_to(found.failed_in)
    return found


def cancel_import(actor: Actor, import_id: str) -> GiftImport:
    """Call it off before anything is imported; its file goes. Raises NotFound, Conflict `illegal_transition`."""
    actor.require(MAY_IMPORT)
    found = lock_import(actor, import_id)
    if found.state == FAILED and found.failed_in != CHECKING:
        raise Conflict("illegal_transition", _("A part of it is imported. Take it back instead."))
    found.move_to(CANCELLED)
    drop_pieces(found)
    audit.record(actor, "gift_import.cancelled", found.id)
    return found


def undo_import(actor: Actor, import_id: str, *, reason: str) -> GiftImport:
    """Take back every gift of the import; while it runs, it stops there.

    Raises NotFound, Invalid on reason, Conflict `illegal_transition`.
    """
    actor.require(MAY_IMPORT)
    found = lock_import(actor, import_id)
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid({"reason": [_("Say why. It is kept in the audit trail.")]})
    if found.state == FAILED and found.failed_in == CHECKING:
        raise Conflict("illegal_transition", _("Nothing of it is imported. Call it off instead."))
    found.move_to(UNDOING)
    found.undone_by, found.undo_reason = actor.label, reason
    audit.record(actor, "gift_import.undone", found.id, reason=reason)
    return found


def _move(actor: Actor, import_id: str, state: str) -> GiftImport:
    actor.require(MAY_IMPORT)
    found = lock_import(actor, import_id)
    if found.state == FAILED:
        raise Conflict("illegal_transition", _("It stopped by an error. Try that again first."))
    found.move_to(state)
    return found
