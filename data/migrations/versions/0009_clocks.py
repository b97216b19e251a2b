"""Guesses counted by place, browsers known by a mark, and times held to the database's clock.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0009_clocks.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
