"""权限范围: what a system's key opens. Keys of before go on with the counter's work, and with nothing else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("scopes", ARRAY(sa.TEXT()), server_default="{}", nullable=False))
    op.execute("UPDATE api_keys SET scopes = '{cases,inbox,verifications}' WHERE system IS NOT NULL")
    op.create_check_constraint(op.f("ck_api_keys_scopes_of_systems"), "api_keys", "(system IS NULL) = (scopes = '{}')")


def downgrade() -> None:
    op.drop_column("api_keys", "scopes")
