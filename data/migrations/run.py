"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(owner: Engine) -> None:
    """The database has every table; runs as the owner role, in one transaction."""
    config = configuration()
    with owner.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def version(on: Engine) -> str | None:
    """The schema version of a database, None for an empty one."""
    with on.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The schema version this code needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
