"""Gifts of the years before, from the export file of the system that took them; three of its rows are bad."""

from pathlib import Path

from core.db import db, transaction
from demo import cause
from donors.importing import receiving, steps
from donors.jobs import advance_import
from staff.access import system_actor
from staff.organisation import Organisation

FILE = Path(__file__).with_name("old_gifts.csv")


def bring_old_gifts() -> None:
    """Upload, dry run and import, as finance does it; they lie before the drive's days and move no goal."""
    drive = cause.a_drive("legal-fund")
    actor = system_actor(db.session.get_one(Organisation, drive.organisation_id))
    with FILE.open("rb") as stream, receiving.receiving(stream) as received, transaction():
        found = receiving.create_import(
            actor, received, drive_id=drive.id, file_name="contributions-2024.csv"
        )
    with transaction():
        steps.map_columns(actor, found.id, found.columns)
        steps.ask_check(actor, found.id)
    advance_import.run(found.id)
    with transaction():
        steps.start_import(actor, found.id)
    advance_import.run(found.id)
