"""放假通知 (reading 25): read whole, and in force once a second person confirms it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "calendar_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("text", sa.TEXT(), nullable=False),
        sa.Column("source", sa.TEXT(), nullable=False),
        sa.Column("proposed_at", at, nullable=False),
        sa.Column("proposed_by", sa.TEXT(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_at", at, nullable=True),
        sa.Column("decided_by", sa.TEXT(), nullable=True),
        sa.Column("recomputed", ARRAY(sa.TEXT()), nullable=False),
        sa.CheckConstraint("(confirmed IS NULL) = (decided_at IS NULL)", name=op.f("ck_calendar_notices_decided_at_an_instant")),
        sa.CheckConstraint("confirmed IS NOT TRUE OR decided_by <> proposed_by", name=op.f("ck_calendar_notices_confirmed_by_another")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notices")),
    )
    op.create_index(
        "uq_calendar_notices_waiting", "calendar_notices", ["year"], unique=True, postgresql_where=sa.text("confirmed IS NULL")
    )
    op.execute("GRANT SELECT, INSERT ON calendar_notices TO proofless_app")
    op.execute("GRANT UPDATE (confirmed, decided_at, decided_by, recomputed) ON calendar_notices TO proofless_app")
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON calendar_notices FOR EACH ROW WHEN (OLD.confirmed IS NOT NULL) "
        "EXECUTE FUNCTION refuse_second_decision()"
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON calendar_notices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("calendar_notices")
