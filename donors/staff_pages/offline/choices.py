"""What may be chosen in the forms of these pages."""

from sqlalchemy import select

from campaigns.drives.drive import Drive
from core.db import db
from donors.offline.batch import GiftBatch
from donors.schemas.offline import RowIn
from staff.access import Actor


def drive_options(actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of the organisation's own drives that were not withdrawn, the newest first."""
    query = select(Drive.id, Drive.title).where(
        Drive.organisation_id == actor.organisation_id, Drive.withdrawn_at.is_(None)
    )
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Drive.opens_at.desc()).limit(200))]


def row_schema(batch: GiftBatch, donors: list[tuple[str, str]] | None = None) -> RowIn:
    """The form of a row in the batch's currency, with these donors to choose from."""
    schema = RowIn(currency=batch.currency)
    field = schema.fields["donor_id"]
    field.metadata = {**field.metadata, "options": donors or []}
    return schema
