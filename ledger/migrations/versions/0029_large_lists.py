"""省级规模的清单: what a draft says stands in rows of its own, and how many rows a reading has is known when it has ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"

_KIND = "CASE WHEN said->'before' = 'null' THEN 'add' WHEN said->'after' = 'null' THEN 'remove' ELSE 'alter' END"
_CHANGES = f"""
INSERT INTO catalog_draft_lines (draft, unit, matter, proof, kind, said)
SELECT id, said->>'unit', coalesce(said->'after'->>'matter', said->'before'->>'matter'),
       coalesce(said->'after'->>'proof', said->'before'->>'proof'), {_KIND}, said
FROM catalog_drafts, jsonb_array_elements(changes) said
"""
_BLOCKED = """
INSERT INTO catalog_draft_lines (draft, unit, matter, proof, kind, said)
SELECT id, said->>'unit', said->>'matter', said->>'proof', 'blocked', said FROM catalog_drafts, jsonb_array_elements(blocked) said
"""


def upgrade() -> None:
    kinds = sa.Enum("add", "alter", "remove", "blocked", name="draft_line", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "catalog_draft_lines",
        # No foreign key: the lines are written first, the draft is known by the digest of them all.
        sa.Column("draft", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("matter", sa.TEXT(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("draft", "unit", "matter", "proof", "kind", name=op.f("pk_catalog_draft_lines")),
    )
    op.execute(_CHANGES)
    op.execute(_BLOCKED)
    op.drop_column("catalog_drafts", "changes")
    op.drop_column("catalog_drafts", "blocked")
    op.execute("GRANT SELECT, INSERT, DELETE ON catalog_draft_lines TO proofless_app")
    op.execute("GRANT UPDATE (counts, sheets) ON catalog_readings TO proofless_app")


def downgrade() -> None:
    for column, kinds in (("changes", "kind <> 'blocked'"), ("blocked", "kind = 'blocked'")):
        op.add_column("catalog_drafts", sa.Column(column, JSONB(), server_default="[]", nullable=False))
        lines = f"SELECT jsonb_agg(said ORDER BY matter, proof) FROM catalog_draft_lines WHERE draft = id AND {kinds}"
        op.execute(f"UPDATE catalog_drafts SET {column} = coalesce(({lines}), '[]')")
        op.alter_column("catalog_drafts", column, server_default=None)
    op.execute("GRANT UPDATE (blocked) ON catalog_drafts TO proofless_app")
    op.execute("REVOKE UPDATE (counts, sheets) ON catalog_readings FROM proofless_app")
    op.drop_table("catalog_draft_lines")
