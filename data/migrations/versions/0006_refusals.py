"""Notices about stations and services; quarantine that keeps a part, or only counts.

Revision ID: 0006
Revises: 0005
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0006_refusals.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
