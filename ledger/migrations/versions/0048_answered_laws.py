"""清单调整所对应的法规变动 (obligations 5.5, 16.4): an adjustment names the change of law that it answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("proposals", sa.Column("law_change", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_proposals_law_change"), "proposals", "register_entries", ["law_change"], ["serial"])


def downgrade() -> None:
    op.drop_column("proposals", "law_change")
