"""登记变更: roles and names that proofs bear take two persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "register_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "register", _choice("changed_register", "units", "people", "systems", "matters", "proofs", "databases"), nullable=False
        ),
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("kind", _choice("change_kind", "put", "rename", "merge"), nullable=False),
        sa.Column("before", JSONB(none_as_null=True), nullable=False),
        sa.Column("after", JSONB(none_as_null=True), nullable=False),
        sa.Column("proposed_at", at, nullable=False),
        sa.Column("proposed_by", sa.TEXT(), nullable=False),
        sa.Column(
            "standing", _choice("change_standing", "waiting", "confirmed", "refused", "replaced", "installed"), nullable=False
        ),
        sa.Column("decided_at", at, nullable=True),
        sa.Column("decided_by", sa.TEXT(), nullable=True),
        sa.CheckConstraint("(standing = 'waiting') = (decided_at IS NULL)", name=op.f("ck_register_changes_decided_at_an_instant")),
        sa.CheckConstraint(
            "standing <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_register_changes_confirmed_by_another")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_changes")),
    )
    op.create_index(
        "uq_register_changes_waiting", "register_changes", ["register", "code"], unique=True,
        postgresql_where=sa.text("standing = 'waiting'"),
    )  # fmt: skip
    op.execute("GRANT SELECT, INSERT ON register_changes TO proofless_app")
    op.execute("GRANT UPDATE (standing, decided_at, decided_by) ON register_changes TO proofless_app")
    op.execute(
        """
        CREATE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '已经决定:% 表不允许再改', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER decided_once BEFORE UPDATE ON register_changes FOR EACH ROW WHEN (OLD.standing <> 'waiting') "
        "EXECUTE FUNCTION refuse_second_decision()"
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON register_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("register_changes")
    op.execute("DROP FUNCTION refuse_second_decision")
