"""What the pages of 督办 and 待决定 ask for at each look is found without reading what is over (obligations 10.12, 10.6)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    op.create_index(
        "ix_supervisions_owed",
        "supervisions",
        ["unit"],
        postgresql_where=sa.text("closed_at IS NULL AND (handled_at IS NULL OR fed_back_at IS NULL)"),
    )
    op.create_index(
        "ix_deadlines_excused",
        "deadlines",
        ["excuse_at"],
        postgresql_where=sa.text("excuse IS NOT NULL AND excuse_approved IS NULL AND met_at IS NULL AND closed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_deadlines_excused", "deadlines")
    op.drop_index("ix_supervisions_owed", "supervisions")
