"""Hourly accounts, findings of the second look, silent spells, months kept outside.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

from alembic import op

from data.errors import BadInput

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    here = Path(__file__).parent
    connection = op.get_bind()
    for file in ("0004_accounts.sql", "0004_rules.sql"):
        connection.exec_driver_sql(here.joinpath(file).read_text("utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise BadInput("the accounts are never taken away", mend="Drop the database instead.")
