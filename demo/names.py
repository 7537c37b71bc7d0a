"""The names of sponsors and stages, cleared like every other public word of the demo."""

from sqlalchemy import select

from campaigns.names import naming
from campaigns.names.drive_names import DriveNames
from core.db import db
from demo import clearing
from demo.people import actor


def publish_what_waits() -> None:
    for names in db.session.scalars(select(DriveNames).order_by(DriveNames.created_at, DriveNames.id)).all():
        if not names.is_public:
            clearing.clear(names)
            naming.publish_names(actor("carla"), names.id)
