"""Migrates a database to the newest schema, and tells its version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def configuration() -> Config:
    """Returns Alembic's configuration, made without a file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(owner: Engine) -> None:
    """Migrates the database to the newest schema, as the owner role, in one transaction."""
    config = configuration()
    with owner.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def version(on: Engine) -> str | None:
    """Returns the schema version of a database, None for an empty one."""
    with on.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Returns the schema version this code needs."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
