"""投诉来源的导出格式 (obligation 18.1): in which layout a complaint came, so that its outcome goes back in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("layout", sa.TEXT(), nullable=True))


def downgrade() -> None:
    op.drop_column("complaints", "layout")
