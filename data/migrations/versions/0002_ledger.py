"""The problem ledger and patrols, with the rules that keep their story as it was told.

Revision ID: 0002
Revises: 0001
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    here = Path(__file__).parent
    connection = op.get_bind()
    for file in ("0002_ledger.sql", "0002_rules.sql"):
        connection.exec_driver_sql(here.joinpath(file).read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the ledger is never taken away", mend="Drop the database instead.")
