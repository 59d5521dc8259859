"""索要登记库没有的材料 (obligations 7.5, 16.2): a demand for a paper without a code is kept as it was called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("demands", sa.Column("paper", sa.TEXT(), nullable=True))
    op.alter_column("demands", "proof", nullable=True)
    op.create_check_constraint(op.f("ck_demands_says_what_was_demanded"), "demands", "proof IS NOT NULL OR paper IS NOT NULL")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_demands_says_what_was_demanded"), "demands", type_="check")
    op.drop_column("demands", "paper")
