"""The tables that the map is drawn from, kept by the database itself, and indexes for places.

Revision ID: 0015
Revises: 0014
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    here = Path(__file__).parent
    for name in ("0015_map.sql", "0015_rules.sql", "0015_triggers.sql"):
        sql = here.joinpath(name).read_text("utf-8")
        op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
