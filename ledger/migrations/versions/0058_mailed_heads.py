"""台账存证 by mail: the head of each day, to those outside who keep it."""

from __future__ import annotations

from alembic import op

revision = "0058"
down_revision = "0057"

NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "lookups_blocked", "batch_ended", "proof_revoked", "report",
)  # fmt: skip


def _check(*kinds: str) -> None:
    """Looked at without keeping the writers out."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_notices_kind"), "notices", type_="check")
    op.execute(f"ALTER TABLE notices ADD CONSTRAINT ck_notices_kind CHECK (kind IN ({listed})) NOT VALID")
    op.execute("ALTER TABLE notices VALIDATE CONSTRAINT ck_notices_kind")


def upgrade() -> None:
    _check(*NOTICES, "head")


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'head'")
    _check(*NOTICES)
