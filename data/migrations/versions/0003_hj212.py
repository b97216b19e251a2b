"""Quarantine knows why an HJ 212 frame was refused.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from data.errors import BadInput

revision = "0003"
down_revision = "0002"

REASONS = (
    "'topic', 'too_large', 'not_json', 'frame', 'crc', 'cipher', 'shape', 'time', 'clock',"
    " 'parameter', 'value', 'unknown_station', 'database'"
)


def upgrade() -> None:
    op.execute("ALTER TABLE quarantine DROP CONSTRAINT ck_quarantine_reason")
    op.execute(
        f"ALTER TABLE quarantine ADD CONSTRAINT ck_quarantine_reason CHECK (reason IN ({REASONS}))"
    )


def downgrade() -> None:
    raise BadInput("the first tables are never taken away", mend="Drop the database instead.")
