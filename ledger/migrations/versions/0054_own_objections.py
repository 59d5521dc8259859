"""异议 of the person himself: a check that he asked for in his own look, with a term of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    op.add_column("mismatches", sa.Column("look_id", sa.Uuid(), nullable=True))
    op.add_column("mismatches", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_mismatches_look_id"), "mismatches", "subject_looks", ["look_id"], ["id"])


def downgrade() -> None:
    op.drop_column("mismatches", "due_at")
    op.drop_column("mismatches", "look_id")
