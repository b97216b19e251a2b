"""Names, codes and numbers are found by pairs of characters; names by the sounds of pinyin.

Revision ID: 0016
Revises: 0015
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    here = Path(__file__).parent
    sql = here.joinpath("0016_search.sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
