"""持证人授权 (obligation 6.3): what the citizen's telephone gave, under the case's key; and what a source says of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

OUTCOMES = ("found", "none", "revoked", "expired", "restricted", "several", "mismatch", "no_permission", "bad_request")
NEW = ("authorisation_expired", "authorisation_used", "authorisation_others", "authorisation_not_covering")


def upgrade() -> None:
    # Written once, with its row: nobody is granted to change it.
    op.add_column("verifications", sa.Column("authorisation", sa.LargeBinary(), nullable=True))
    op.drop_constraint(op.f("ck_lookups_outcome"), "lookups", type_="check")
    op.create_check_constraint(op.f("ck_lookups_outcome"), "lookups", sa.column("outcome").in_(OUTCOMES + NEW))


def downgrade() -> None:
    op.drop_constraint(op.f("ck_lookups_outcome"), "lookups", type_="check")
    op.execute("UPDATE lookups SET outcome = 'none' WHERE outcome LIKE 'authorisation_%'")
    op.create_check_constraint(op.f("ck_lookups_outcome"), "lookups", sa.column("outcome").in_(OUTCOMES))
    op.drop_column("verifications", "authorisation")
