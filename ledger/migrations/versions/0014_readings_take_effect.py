"""解读变更的生效时刻: from which instant on limits fall due by the new readings; and when a limit was computed whose year came late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("rule_changes", sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deadlines", sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))
