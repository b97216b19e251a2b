"""The archive, readings, people and the rules that guard them.

Revision ID: 0001
Revises:
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0001"
down_revision = None


def upgrade() -> None:
    here = Path(__file__).parent
    connection = op.get_bind()
    for file in ("0001_first_tables.sql", "0001_rules.sql"):
        connection.exec_driver_sql(here.joinpath(file).read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
