"""撤销状态清单 (obligations 16.8, 11.1): each use of a seal has a place in a list; uses of before have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE status_places MINVALUE 0 START 0")
    # Without a default at once, so that uses of before are not written anew; with one after that, so that nobody can forget it.
    op.add_column("seal_uses", sa.Column("status_serial", sa.BigInteger(), nullable=True))
    op.execute("ALTER TABLE seal_uses ALTER COLUMN status_serial SET DEFAULT nextval('status_places')")
    op.execute("GRANT USAGE ON SEQUENCE status_places TO proofless_app")
    op.create_index(op.f("uq_seal_uses_status_serial"), "seal_uses", ["status_serial"], unique=True)


def downgrade() -> None:
    op.drop_column("seal_uses", "status_serial")
    op.execute("DROP SEQUENCE status_places")
