"""考核评分表 (obligation 19.2): scores are a draft until a second person signs them off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "score_sheets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("formula", sa.TEXT(), nullable=False),
        sa.Column("content", sa.TEXT(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.Column("made_by", sa.TEXT(), nullable=False),
        sa.Column("signed_at", at, nullable=True),
        sa.Column("signed_by", sa.TEXT(), nullable=True),
        sa.Column("signed_as", sa.TEXT(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL) AND (signed_at IS NULL) = (signed_as IS NULL)",
            name=op.f("ck_score_sheets_signed_whole"),
        ),
        sa.CheckConstraint("signed_by <> made_by", name=op.f("ck_score_sheets_signed_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheets")),
        sa.UniqueConstraint("first", "last", "version", name=op.f("uq_score_sheets_first_last_version")),
    )
    op.execute("GRANT SELECT, INSERT ON score_sheets TO proofless_app")
    op.execute("GRANT UPDATE (signed_at, signed_by, signed_as) ON score_sheets TO proofless_app")
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON score_sheets FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) "
        "EXECUTE FUNCTION refuse_second_decision()"
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON score_sheets FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("score_sheets")
