"""密钥核对值: a ledger knows its own keys and seals again. The values come from the first process that holds keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "key_checks",
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("value", sa.TEXT(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("name", "value", name=op.f("pk_key_checks")),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON key_checks "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON key_checks TO proofless_app")


def downgrade() -> None:
    op.drop_table("key_checks")
