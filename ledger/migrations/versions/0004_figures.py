"""周报的指标: the indexes by which a week is counted, and the changes of units that a report must name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_verifications_filed", "verifications", ["filed_at", "unit"])
    op.create_index(
        "ix_verifications_ended", "verifications", ["ended_at"], postgresql_where=sa.text("ended_at IS NOT NULL")
    )
    op.create_index(
        "ix_events_reported",
        "events",
        ["event", "at"],
        postgresql_where=sa.text("event IN ('fell_back', 'lifted')"),
    )
    op.create_index(
        "ix_lookups_answered", "lookups", ["answered_at"], postgresql_include=["source", "outcome", "asked_at"]
    )
    op.create_index("ix_requests_received", "requests", ["received_at", "unit"])
    op.create_index("ix_requests_ended", "requests", ["ended_at"])
    op.create_index("ix_deadlines_due", "deadlines", ["due_at"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("ix_returns_at", "returns", ["at"])
    op.create_index("ix_suspensions_asked", "suspensions", ["asked_at"])
    op.create_index("ix_supervisions_opened", "supervisions", ["opened_at"])
    op.create_index("ix_voluntary_submissions_at", "voluntary_submissions", ["at", "unit"])
    _unit_changes()


def _unit_changes() -> None:
    op.create_table(
        "unit_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.TEXT(), nullable=False),
        sa.Column("after", sa.TEXT(), nullable=True),
        sa.Column("merged_into", sa.TEXT(), nullable=True),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("changed_by", sa.TEXT(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(after IS NULL) <> (merged_into IS NULL)", name=op.f("ck_unit_changes_renamed_or_merged")
        ),
        sa.CheckConstraint("merged_into <> unit", name=op.f("ck_unit_changes_not_into_itself")),
        sa.ForeignKeyConstraint(["merged_into"], ["units.code"], name=op.f("fk_unit_changes_merged_into")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_unit_changes_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_changes")),
    )
    op.create_index(op.f("ix_unit_changes_unit"), "unit_changes", ["unit"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON unit_changes "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON unit_changes TO proofless_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO proofless_app")
