"""事项换码 (obligation 5.1): the code that stands today where a matter's former code stood; of all of them one is in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("matters", sa.Column("succeeded_by", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_matters_succeeded_by"), "matters", "matters", ["succeeded_by"], ["code"])
    op.create_index(op.f("ix_matters_succeeded_by"), "matters", ["succeeded_by"])
    op.create_check_constraint(op.f("ck_matters_one_code_in_use"), "matters", "succeeded_by IS NULL OR (NOT active AND succeeded_by <> code)")
    op.execute("GRANT UPDATE (succeeded_by) ON matters TO proofless_app")


def downgrade() -> None:
    op.drop_column("matters", "succeeded_by")
