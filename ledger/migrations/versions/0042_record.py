"""台账存证 (obligation 15.4): every event's place in a Merkle tree, and the signed heads that strangers hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0042"
down_revision = "0041"

APPEND_ONLY = ("record_leaves", "record_heads")


def upgrade() -> None:
    op.create_table(
        "record_leaves",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_record_leaves")),
        sa.UniqueConstraint("event_id", name=op.f("uq_record_leaves_event_id")),
    )
    op.create_table(
        "record_heads",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_record_heads")),
    )
    op.create_table(
        "record_tree",
        sa.Column("single", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("waited_for", ARRAY(sa.TEXT()), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_record_tree_one_row")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_record_tree")),
    )
    op.execute("INSERT INTO record_tree (size, peaks, settled, seen, waited_for) VALUES (0, '', 0, 0, '{}')")
    for table in APPEND_ONLY:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO proofless_app")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("GRANT SELECT, UPDATE (size, peaks, settled, seen, waited_for) ON record_tree TO proofless_app")


def downgrade() -> None:
    for table in ("record_heads", "record_tree", "record_leaves"):
        op.drop_table(table)
