"""The ids of new reaches can be drawn beforehand; what names another row is found by it.

Revision ID: 0017
Revises: 0016
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0017_imports.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
