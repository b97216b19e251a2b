"""The straight parts of rivers, on which names are written, are found as a river changes.

Revision ID: 0018
Revises: 0017
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0018_names.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
