"""Divisions and units above and below others, as functions that queries share.

Revision ID: 0005
Revises: 0004
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0005_walks.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
