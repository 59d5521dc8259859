"""法律法规另有规定: of a kind of proof its basis, and of each proof what was printed on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    for table in ("proof_kinds", "proofs"):
        op.add_column(table, sa.Column("otherwise", sa.TEXT(), server_default="", nullable=False))
    op.execute("GRANT UPDATE (otherwise) ON proof_kinds TO proofless_app")
