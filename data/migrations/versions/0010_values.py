"""Values below a detection limit, and messages that are stored in part.

Revision ID: 0010
Revises: 0009
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0010_values.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
