"""长期有效: what is put behind a sealed proof so that its time can still be proven later (certificates, revocation lists, timestamps)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "name_corrected", "warned", "missed", "supervised",
    "feedback", "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered",
    "mismatch_reported", "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried",
    "rerouted", "reissued", "closed", "withdrawn", "paused", "resumed", "erased", "licence_taken", "licence_voided",
    "licence_given_up", "revocation_asked", "revocation_refused", "proof_revoked", "shown_to_subject",
)  # fmt: skip


def _check(*events: str) -> None:
    """Looked at without keeping the writers out."""
    listed = ", ".join(f"'{event}'" for event in events)
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.execute(f"ALTER TABLE events ADD CONSTRAINT ck_events_event CHECK (event IN ({listed})) NOT VALID")
    op.execute("ALTER TABLE events VALIDATE CONSTRAINT ck_events_event")


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "proof_extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("appended", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("server", sa.TEXT(), nullable=False),
        sa.Column("stamped_at", at, nullable=False),
        sa.Column("until", at, nullable=False),
        sa.Column("due_at", at, nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.ForeignKeyConstraint(["verification"], ["verifications.number"], name=op.f("fk_proof_extensions_verification")),
        sa.ForeignKeyConstraint(["proof_id"], ["proofs.id"], name=op.f("fk_proof_extensions_proof_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_extensions")),
        sa.UniqueConstraint("proof_id", "position", name=op.f("uq_proof_extensions_proof_id_position")),
        sa.UniqueConstraint("digest", name=op.f("uq_proof_extensions_digest")),
    )
    op.create_index(op.f("ix_proof_extensions_verification"), "proof_extensions", ["verification"])
    op.execute("GRANT SELECT, INSERT ON proof_extensions TO proofless_app")
    op.execute(
        "CREATE TRIGGER kept BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_extensions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    _check(*EVENTS, "proof_extended")


def downgrade() -> None:
    op.drop_table("proof_extensions")
    op.execute("DELETE FROM events WHERE event = 'proof_extended'")
    _check(*EVENTS)
