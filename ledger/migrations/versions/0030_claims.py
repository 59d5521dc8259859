"""认领 by their instant: the first thing that a unit does (obligation 7.6) is looked for among claims, not among all events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_index("ix_events_claimed", "events", ["at"], postgresql_where=sa.text("event = 'claimed'"))


def downgrade() -> None:
    op.drop_index("ix_events_claimed", table_name="events")
