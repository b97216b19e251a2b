"""A unit's request for more time waits in its problem's row until it is answered.

Revision ID: 0014
Revises: 0013
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0014_extensions.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
