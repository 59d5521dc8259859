"""证明的形式: in which form each proof stands, as its bytes say when it is kept; all that were made until now are PDF."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.add_column("proofs", sa.Column("form", sa.VARCHAR(length=40), server_default="pdf", nullable=False))
    op.execute("ALTER TABLE proofs ADD CONSTRAINT ck_proofs_form CHECK (form IN ('pdf', 'ofd')) NOT VALID")
    op.execute("ALTER TABLE proofs VALIDATE CONSTRAINT ck_proofs_form")


def downgrade() -> None:
    op.drop_column("proofs", "form")
