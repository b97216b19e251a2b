"""Alembic's environment: runs on the connection of run.py; there is no offline mode."""

from alembic import context

from data.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
