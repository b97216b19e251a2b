"""Patrols too soon are valid and count for no duty; a camera's clock keeps its offset.

Revision ID: 0013
Revises: 0012
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0013_moments.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
