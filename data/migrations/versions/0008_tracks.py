"""Tracks of patrols are removed after their term; what was judged of them stays.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0008_tracks.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
