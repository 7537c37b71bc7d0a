"""The next step of an import's work: one piece or some rows, in the caller's transaction. A process may die between
any two; whoever comes next reads how far it got."""

from datetime import timedelta

from sqlalchemy import select

from core import clock
from core.db import db
from donors.importing import checking, posting, undoing
from donors.importing.gift_import import (
    CHECKED,
    CHECKING,
    FAILED,
    IMPORTED,
    IMPORTING,
    UNDOING,
    UNDONE,
    WORKING,
    GiftImport,
)
from donors.importing.pieces import drop_pieces

#: A step that failed so often in a row is not tried again by itself.
MOST_FAILURES = 5
#: A step takes a second or two.
IDLE_AFTER = timedelta(seconds=50)


def list_idle() -> list[str]:
    """Imports with work left at which nobody has worked for a while, the oldest first."""
    idle = GiftImport.state.in_(WORKING) & (GiftImport.worked_at < clock.now() - IDLE_AFTER)
    return list(db.session.scalars(select(GiftImport.id).where(idle).order_by(GiftImport.worked_at)))


def advance(import_id: str) -> bool:
    """Do the next step; whether there is more."""
    found = _lock(import_id)
    if found.state not in WORKING:
        return False
    step = {CHECKING: _check, IMPORTING: _import, UNDOING: _undo}[found.state]
    step(found)
    found.failures, found.worked_at = 0, clock.now()
    db.session.flush()
    return found.state in WORKING


def note_failure(import_id: str) -> None:
    """A step failed. After some in a row the work stops until somebody looks."""
    found = _lock(import_id)
    if found.state not in WORKING:
        return
    found.failures, found.worked_at = found.failures + 1, clock.now()
    if found.failures >= MOST_FAILURES:
        found.failed_in = found.state
        found.move_to(FAILED)


def _lock(import_id: str) -> GiftImport:
    query = select(GiftImport).where(GiftImport.id == import_id).with_for_update(of=GiftImport)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _check(found: GiftImport) -> None:
    if found.done == 0:
        checking.forget_rows(found)
    checking.check_piece(found, found.done)
    found.done += 1
    if found.done == found.pieces:
        checking.compare_rows(found)
        found.move_to(CHECKED)


def _import(found: GiftImport) -> None:
    posting.import_piece(found, found.done)
    found.done += 1
    if found.done == found.pieces:
        found.move_to(IMPORTED)


def _undo(found: GiftImport) -> None:
    more = undoing.take_back_some(found) or undoing.forget_some(found)
    found.done += 1
    if not more:
        drop_pieces(found)
        found.move_to(UNDONE)
