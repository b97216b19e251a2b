"""Receivers that files state, and the days off and worked that an office enters by file.

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0007_stated.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
