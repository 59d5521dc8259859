"""回答的范围 (obligation 5.1): a question belongs to the sender whose lists ask it; answers of before hold for all, as they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("catalog_questions", sa.Column("sender", sa.TEXT(), server_default="", nullable=False))
    op.add_column("catalog_questions", sa.Column("for_all", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE catalog_questions SET for_all = true WHERE answered_at IS NOT NULL")
    op.drop_constraint("uq_catalog_questions_topic_subject_key", "catalog_questions", type_="unique")
    op.create_unique_constraint(
        op.f("uq_catalog_questions_topic_subject_key_sender"), "catalog_questions", ["topic", "subject_key", "sender"]
    )
    op.execute("GRANT UPDATE (for_all) ON catalog_questions TO proofless_app")


def downgrade() -> None:
    op.execute("DELETE FROM catalog_questions WHERE sender <> ''")
    op.drop_constraint("uq_catalog_questions_topic_subject_key_sender", "catalog_questions", type_="unique")
    op.create_unique_constraint("uq_catalog_questions_topic_subject_key", "catalog_questions", ["topic", "subject_key"])
    op.drop_column("catalog_questions", "for_all")
    op.drop_column("catalog_questions", "sender")
