"""Faults of messages that may be tolerated, and what the broker itself refuses.

Revision ID: 0011
Revises: 0010
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0011_tolerances.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
