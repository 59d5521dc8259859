"""异议 of the person himself: a term that waited for a year's calendar is determined when it comes."""

from __future__ import annotations

from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.execute("GRANT UPDATE (due_at) ON mismatches TO proofless_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (due_at) ON mismatches FROM proofless_app")
