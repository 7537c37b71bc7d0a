"""The database's shape: Alembic's migrations, run from here (there is no alembic.ini)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`; all of it or none of it."""
    with engine.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect().execution_options(begin_immediate=True) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def draft(engine: Engine, message: str, number: str) -> None:
    """Write a migration from the difference between the models and the database at hand."""
    with engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)
