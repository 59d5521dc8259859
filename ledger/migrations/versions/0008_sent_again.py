"""重发: who had a message sent again, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for table in ("deliveries", "notices"):
        op.add_column(table, sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("again_by", sa.TEXT(), nullable=True))


def downgrade() -> None:
    for table in ("deliveries", "notices"):
        op.drop_column(table, "again_by")
        op.drop_column(table, "again_at")
