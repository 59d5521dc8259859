"""索要证明 by file (obligations 7.5, 16.2): whether a row is on the record already is found by its day and matter, not by reading them all."""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_index(op.f("ix_demands_demanded_at"), "demands", ["demanded_at", "matter", "unit"])


def downgrade() -> None:
    op.drop_index(op.f("ix_demands_demanded_at"), "demands")
