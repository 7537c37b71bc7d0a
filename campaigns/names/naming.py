"""Bringing the names of a drive before counsel: what is in use and not shown yet is gathered in one list.

Whoever writes names registers how they are read, and calls `gather_names` after each change:

@names_of_drives
def sponsors(drive_id: str) -> Iterable[str]: ...
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from campaigns.clearance import clearing
from campaigns.clearance.steps import find_clearance_id
from campaigns.clearance.subjects import get_subject, require_owner
from campaigns.drives.drive import Drive
from campaigns.names.drive_names import DriveName, DriveNames
from core.db import db
from core.errors import Conflict
from staff import audit
from staff.access import Actor

Reader = Callable[[str], Iterable[str]]
_readers: list[Reader] = []


def names_of_drives(reader: Reader) -> Reader:
    """Register what reads the names of one kind on a drive's page."""
    _readers.append(reader)
    return reader


def names_in_use(drive_id: str) -> set[str]:
    return {name for reader in _readers for name in reader(drive_id)}


def gather_names(actor: Actor, drive: Drive) -> DriveNames | None:
    """Put the names in use that are not shown into the drive's list that waits, and nothing else. A list that changes
    is a draft again, whatever was approved; what is shown stays so. Returns the list, None where nothing waits.

    The caller holds the drive's row locked, or has just written the names.
    """
    lists = _lists(drive.id)
    shown = {each.id for each in lists if each.is_public}
    rows = {row.name: row for row in db.session.scalars(_rows(drive.id))}
    wanted = names_in_use(drive.id) - {name for name, row in rows.items() if row.names_id in shown}
    waiting = next((each for each in lists if not each.is_public), None)
    held = {name for name, row in rows.items() if waiting is not None and row.names_id == waiting.id}
    if wanted == held:
        return waiting if wanted else None
    is_new = waiting is None
    if waiting is None:
        waiting = DriveNames(
            organisation_id=drive.organisation_id, campaign_id=drive.campaign_id, drive_id=drive.id
        )
        db.session.add(waiting)
        db.session.flush()
    _hold(waiting, wanted, held, rows.keys() & wanted)
    clearing.begin(actor, waiting) if is_new else clearing.void(actor, waiting)
    return waiting


def _hold(waiting: DriveNames, wanted: set[str], held: set[str], known: set[str]) -> None:
    """Names that an earlier list held which is shown no more move to this one."""
    mine = DriveName.drive_id == waiting.drive_id
    if held - wanted:
        db.session.execute(delete(DriveName).where(mine, DriveName.name.in_(held - wanted)))
    if known - held:
        moved = update(DriveName).where(mine, DriveName.name.in_(known - held))
        db.session.execute(moved.values(names_id=waiting.id))
    added = wanted - held - known
    db.session.add_all(
        DriveName(drive_id=waiting.drive_id, name=name, names_id=waiting.id) for name in sorted(added)
    )
    db.session.flush()


def publish_names(actor: Actor, names_id: str) -> DriveNames:
    """Show the names of a list. Raises NotFound, Forbidden, Conflict `published`, `not_approved`, `consent_ended`."""
    found = get_subject(actor, "names", names_id, lock=True)
    assert isinstance(found, DriveNames)
    require_owner(actor, found)
    if found.is_public:
        raise Conflict("published", _("These names are public already."))
    clearing.warnings_for(found)
    clearing.publish(actor, found)
    audit.record(actor, "names.published", found.id, after={"drive": found.drive_id})
    return found


@dataclass(frozen=True)
class Waiting:
    """Names that the drive's page does not say yet, and the page of their approval."""

    names: list[str]
    clearance_id: str | None


def waiting_names(drive_id: str) -> Waiting:
    """What staff is told beside the names: those in use that no shown list holds."""
    lists = _lists(drive_id)
    shown = {each.id for each in lists if each.is_public}
    rows = list(db.session.scalars(_rows(drive_id)))
    told = {row.name for row in rows if row.names_id in shown}
    waiting = next((each for each in lists if not each.is_public), None)
    return Waiting(
        sorted(names_in_use(drive_id) - told), find_clearance_id(waiting.id) if waiting is not None else None
    )


def _rows(drive_id: str):  # noqa: ANN202 (a select of one entity)
    return select(DriveName).where(DriveName.drive_id == drive_id).execution_options(populate_existing=True)


def _lists(drive_id: str) -> Sequence[DriveNames]:
    """The drive's lists, newest first."""
    query = select(DriveNames).where(DriveNames.drive_id == drive_id)
    return db.session.scalars(query.order_by(DriveNames.created_at.desc(), DriveNames.id)).all()
