"""时钟设置: by which clock the whole installation runs, so that a process with another rate or origin writes nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "clock_settings",
        sa.Column("single", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("origin", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_clock_settings_one_row")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_clock_settings")),
    )
    op.execute("GRANT SELECT ON clock_settings TO proofless_app")  # the owner alone sets it, at a start


def downgrade() -> None:
    op.drop_table("clock_settings")
