"""撤销电子证明 (obligations 16.8, 17.5): asked for, confirmed, told; a revoked proof is found among many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "name_corrected", "warned", "missed", "supervised",
    "feedback", "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered",
    "mismatch_reported", "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried",
    "rerouted", "reissued", "closed", "withdrawn", "paused", "resumed", "erased", "licence_taken", "licence_voided",
    "licence_given_up",
)  # fmt: skip
NEW_EVENTS = ("revocation_asked", "revocation_refused", "proof_revoked")
NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "lookups_blocked", "batch_ended",
)  # fmt: skip
REASONS = ("content_error", "issued_in_error", "facts_changed", "deceit", "seal_error", "decided")


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "revocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("reason", sa.Enum(*REASONS, native_enum=False, create_constraint=True, name="reason", length=40), nullable=False),
        sa.Column("document", sa.TEXT(), nullable=True),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("asked_by", sa.TEXT(), nullable=False),
        sa.Column("confirmed_at", at, nullable=True),
        sa.Column("confirmed_by", sa.TEXT(), nullable=True),
        sa.Column("refused_at", at, nullable=True),
        sa.Column("refused_by", sa.TEXT(), nullable=True),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_revocations_confirmed_by_another")),
        sa.CheckConstraint("confirmed_at IS NULL OR refused_at IS NULL", name=op.f("ck_revocations_one_end")),
        sa.CheckConstraint("unit IS NOT NULL OR document IS NOT NULL", name=op.f("ck_revocations_an_order_has_a_document")),
        sa.ForeignKeyConstraint(["verification"], ["verifications.number"], name=op.f("fk_revocations_verification")),
        sa.ForeignKeyConstraint(["proof_id"], ["proofs.id"], name=op.f("fk_revocations_proof_id")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_revocations_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocations")),
    )
    op.create_index(op.f("ix_revocations_verification"), "revocations", ["verification"])
    standing = sa.text("refused_at IS NULL")
    op.create_index("uq_revocations_proof_id", "revocations", ["proof_id"], unique=True, postgresql_where=standing)
    op.execute("GRANT SELECT, INSERT ON revocations TO proofless_app")
    op.execute("GRANT UPDATE (confirmed_at, confirmed_by, refused_at, refused_by) ON revocations TO proofless_app")
    op.execute("CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON revocations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.create_index("ix_proofs_revoked", "proofs", ["revoked_at"], postgresql_where=sa.text("revoked_at IS NOT NULL"))
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_(EVENTS + NEW_EVENTS))
    op.drop_constraint(op.f("ck_notices_kind"), "notices", type_="check")
    op.create_check_constraint(op.f("ck_notices_kind"), "notices", sa.column("kind").in_((*NOTICES, "proof_revoked", "report")))


def downgrade() -> None:
    op.drop_table("revocations")
    op.drop_index("ix_proofs_revoked", "proofs")
    op.execute("DELETE FROM events WHERE event IN ('revocation_asked', 'revocation_refused', 'proof_revoked')")
    op.execute("DELETE FROM notices WHERE kind = 'proof_revoked'")
    for table, column, values in (("events", "event", EVENTS), ("notices", "kind", (*NOTICES, "report"))):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(values))
