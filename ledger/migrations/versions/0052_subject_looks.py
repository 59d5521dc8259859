"""谁查过我: codes for a person's own look, and the event of each look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "name_corrected", "warned", "missed", "supervised",
    "feedback", "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered",
    "mismatch_reported", "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried",
    "rerouted", "reissued", "closed", "withdrawn", "paused", "resumed", "erased", "licence_taken", "licence_voided",
    "licence_given_up", "revocation_asked", "revocation_refused", "proof_revoked",
)  # fmt: skip
WAYS = ("id_card", "e_id", "face")


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "subject_looks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("lookup", sa.TEXT(), nullable=False),
        sa.Column("code_digest", sa.TEXT(), nullable=False),
        sa.Column("identified", sa.Enum(*WAYS, native_enum=False, create_constraint=True, name="identified", length=40), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.Column("made_by", sa.TEXT(), nullable=False),
        sa.Column("expires_at", at, nullable=False),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", at, nullable=True),
        sa.Column("token_digest", sa.TEXT(), nullable=True),
        sa.Column("shown_at", at, nullable=True),
        sa.Column("ended_at", at, nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_subject_looks_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_looks")),
        sa.UniqueConstraint("number", name=op.f("uq_subject_looks_number")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_subject_looks_token_digest")),
    )
    op.create_index(op.f("ix_subject_looks_lookup"), "subject_looks", ["lookup"])
    op.create_index("ix_subject_looks_made", "subject_looks", ["made_by", "made_at"])
    op.execute("GRANT SELECT, INSERT ON subject_looks TO proofless_app")
    op.execute("GRANT UPDATE (lookup, wrong, opened_at, token_digest, shown_at, ended_at) ON subject_looks TO proofless_app")
    op.execute("CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON subject_looks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_((*EVENTS, "shown_to_subject")))


def downgrade() -> None:
    op.drop_table("subject_looks")
    op.execute("DELETE FROM events WHERE event = 'shown_to_subject'")
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_(EVENTS))
