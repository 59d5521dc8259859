"""吊销: the newest that each authority has said of what it revoked, so that a proof is judged by it wherever it is checked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "revocation_words",
        sa.Column("about", sa.TEXT(), nullable=False),
        sa.Column("answer", sa.Boolean(), nullable=False),
        sa.Column("said_at", at, nullable=False),
        sa.Column("word", sa.LargeBinary(), nullable=False),
        sa.Column("heard_at", at, nullable=False),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_revocation_words")),
    )
    op.execute("GRANT SELECT, INSERT ON revocation_words TO proofless_app")
    op.execute("GRANT UPDATE (said_at, word, heard_at) ON revocation_words TO proofless_app")


def downgrade() -> None:
    op.drop_table("revocation_words")
