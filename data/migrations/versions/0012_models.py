"""Device models: how foreign JSON is mapped, by which station, and who asks for a replay.

Revision ID: 0012
Revises: 0011
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0012_models.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
