"""反映事由的认定 (obligation 18.1): a complaint that is found to be about another unit is no duplicate of one about the first."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.execute("GRANT UPDATE (duplicates) ON complaints TO proofless_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (duplicates) ON complaints FROM proofless_app")
