"""印章登记 (obligations 9.4, 15.5): each seal with its certificate and every step of its life; a use names the seal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0038"
down_revision = "0037"

STANDINGS = ("applied", "making", "made", "filed", "in_use", "cancelling", "changed", "cancelled", "withdrawn")
STEPS = (
    "apply", "make", "confirm_making", "refuse_making", "file", "start", "change", "cancel", "confirm_cancellation",
    "refuse_cancellation", "withdraw",
)  # fmt: skip
CHANGES = (
    "standing, key_kind, key_reference, certificate, subject, serial_number, fingerprint, valid_from, valid_until, filing_number, "
    "filed_on, making_asked_by, making_confirmed_by, started_at, ended_at, cancelling_asked_by, cancelling_confirmed_by"
)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    at, in_force = sa.DateTime(timezone=True), sa.text("standing IN ('in_use', 'cancelling')")
    op.create_table(
        "seals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _choice("kind", "share", "issuer"), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("standing", _choice("standing", *STANDINGS), nullable=False),
        sa.Column("key_kind", _choice("key_kind", "development", "file", "pkcs11", "remote"), nullable=True),
        sa.Column("key_reference", sa.TEXT(), nullable=True),
        sa.Column("certificate", sa.TEXT(), nullable=True),
        sa.Column("subject", sa.TEXT(), nullable=True),
        sa.Column("serial_number", sa.TEXT(), nullable=True),
        sa.Column("fingerprint", sa.TEXT(), nullable=True),
        sa.Column("valid_from", at, nullable=True),
        sa.Column("valid_until", at, nullable=True),
        sa.Column("filing_number", sa.TEXT(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("making_asked_by", sa.TEXT(), nullable=True),
        sa.Column("making_confirmed_by", sa.TEXT(), nullable=True),
        sa.Column("started_at", at, nullable=True),
        sa.Column("ended_at", at, nullable=True),
        sa.Column("cancelling_asked_by", sa.TEXT(), nullable=True),
        sa.Column("cancelling_confirmed_by", sa.TEXT(), nullable=True),
        sa.CheckConstraint("making_confirmed_by <> making_asked_by", name=op.f("ck_seals_made_by_another")),
        sa.CheckConstraint("cancelling_confirmed_by <> cancelling_asked_by", name=op.f("ck_seals_cancelled_by_another")),
        sa.CheckConstraint(
            "standing IN ('applied', 'making', 'withdrawn') OR making_confirmed_by IS NOT NULL", name=op.f("ck_seals_made_by_two")
        ),
        sa.CheckConstraint(
            "standing <> 'cancelled' OR cancelling_confirmed_by IS NOT NULL", name=op.f("ck_seals_cancelled_by_two")
        ),
        sa.CheckConstraint(
            "standing IN ('applied', 'withdrawn') OR fingerprint IS NOT NULL", name=op.f("ck_seals_made_with_a_certificate")
        ),
        sa.CheckConstraint(
            "(standing IN ('changed', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f("ck_seals_ended_at_an_instant")
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_seals_unit")),
        sa.ForeignKeyConstraint(["replaces"], ["seals.id"], name=op.f("fk_seals_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
    )
    op.create_index(
        "uq_seals_fingerprint", "seals", ["fingerprint"], unique=True, postgresql_where=sa.text("standing <> 'withdrawn'")
    )
    op.create_index("uq_seals_in_force", "seals", ["kind"], unique=True, postgresql_where=in_force)
    op.execute("GRANT SELECT, INSERT ON seals TO proofless_app")
    op.execute(f"GRANT UPDATE ({CHANGES}) ON seals TO proofless_app")
    op.execute("CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.create_table(
        "seal_events",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("seal_id", sa.Uuid(), nullable=False),
        sa.Column("step", _choice("step", *STEPS), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("actor", sa.TEXT(), nullable=False),
        sa.Column("origin", _choice("origin", *STANDINGS), nullable=True),
        sa.Column("target", _choice("target", *STANDINGS), nullable=False),
        sa.Column("detail", JSONB(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["seals.id"], name=op.f("fk_seal_events_seal_id")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_seal_events")),
    )
    op.create_index(op.f("ix_seal_events_seal_id"), "seal_events", ["seal_id"])
    op.execute("GRANT SELECT, INSERT ON seal_events TO proofless_app")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("seal_uses", sa.Column("seal_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_seal_uses_seal_id"), "seal_uses", "seals", ["seal_id"], ["id"])
    op.create_index("ix_seal_uses_seal_id", "seal_uses", ["seal_id", "started_at"])
    op.execute("GRANT UPDATE (seal_id) ON seal_uses TO proofless_app")


def downgrade() -> None:
    op.drop_column("seal_uses", "seal_id")
    op.drop_table("seal_events")
    op.drop_table("seals")
