"""代替 (obligation 17.5): a verification whose proof takes the place of a revoked one names it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    # Written once, with its row: nobody is granted to change it.
    op.add_column("verifications", sa.Column("replaces", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_verifications_replaces"), "verifications", "verifications", ["replaces"], ["number"])
    named = sa.text("replaces IS NOT NULL")
    op.create_index("ix_verifications_replaces", "verifications", ["replaces"], postgresql_where=named)


def downgrade() -> None:
    op.drop_column("verifications", "replaces")
