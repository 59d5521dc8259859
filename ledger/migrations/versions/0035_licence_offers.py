"""开具 (obligation 6.3): what is sealed is offered to 电子证照库, and taken back where it was revoked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "name_corrected", "warned", "missed", "supervised",
    "feedback", "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered",
    "mismatch_reported", "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried",
    "rerouted", "reissued", "closed", "withdrawn", "paused", "resumed", "erased",
)  # fmt: skip
NEW = ("licence_taken", "licence_voided", "licence_given_up")
CHANGES = (
    "first_at, attempts, next_attempt_at, last_answer, taken_at, licence_number, void_at, voided_at, given_up_at, again_at, again_by"
)


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "licence_offers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("licence_kind", sa.TEXT(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.Column("first_at", at, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", at, nullable=True),
        sa.Column("last_answer", sa.TEXT(), nullable=True),
        sa.Column("taken_at", at, nullable=True),
        sa.Column("licence_number", sa.LargeBinary(), nullable=True),
        sa.Column("void_at", at, nullable=True),
        sa.Column("voided_at", at, nullable=True),
        sa.Column("given_up_at", at, nullable=True),
        sa.Column("again_at", at, nullable=True),
        sa.Column("again_by", sa.TEXT(), nullable=True),
        sa.ForeignKeyConstraint(["verification"], ["verifications.number"], name=op.f("fk_licence_offers_verification")),
        sa.ForeignKeyConstraint(["proof_id"], ["proofs.id"], name=op.f("fk_licence_offers_proof_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_offers")),
        sa.UniqueConstraint("proof_id", name=op.f("uq_licence_offers_proof_id")),
    )
    op.create_index(op.f("ix_licence_offers_verification"), "licence_offers", ["verification"])
    due = sa.text("next_attempt_at IS NOT NULL")
    op.create_index("ix_licence_offers_due", "licence_offers", ["next_attempt_at"], postgresql_where=due)
    op.create_index("ix_licence_offers_made", "licence_offers", ["made_at"])
    op.execute("GRANT SELECT, INSERT ON licence_offers TO proofless_app")
    op.execute(f"GRANT UPDATE ({CHANGES}) ON licence_offers TO proofless_app")
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON licence_offers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_(EVENTS + NEW))


def downgrade() -> None:
    op.drop_table("licence_offers")
    op.execute("DELETE FROM events WHERE event LIKE 'licence_%'")
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_(EVENTS))
