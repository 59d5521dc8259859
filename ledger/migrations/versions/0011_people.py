"""当事人: every kind of document by which a person may be named, and corrections of a name on the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID_TYPES = ("citizen_id", "uscc", "passport", "hk_macao_permit", "taiwan_permit", "permanent_residence", "hmt_residence")
EVENTS = (
    "filed",
    "taken_up",
    "share_found",
    "share_several",
    "share_mismatch",
    "chosen",
    "fell_back",
    "commitment_offered",
    "committed",
    "declined",
    "asked",
    "claimed",
    "released",
    "supplement_asked",
    "supplemented",
    "returned",
    "forwarded",
    "replied",
    "recalculated",
    "lifted",
    "promise_moved",
    "name_corrected",
    "warned",
    "missed",
    "supervised",
    "feedback",
    "office_told",
    "excuse_given",
    "excuse_decided",
    "reminded",
    "seal_started",
    "sealed",
    "delivered",
    "mismatch_reported",
    "mismatch_settled",
    "objected",
    "commitment_checked",
    "pass_failed",
    "attention_needed",
    "retried",
    "rerouted",
    "reissued",
    "closed",
    "withdrawn",
    "paused",
    "resumed",
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_parties_id_type"), "parties", type_="check")
    op.create_check_constraint(op.f("ck_parties_id_type"), "parties", sa.column("id_type").in_(ID_TYPES))
    op.drop_constraint(op.f("ck_events_event"), "events", type_="check")
    op.create_check_constraint(op.f("ck_events_event"), "events", sa.column("event").in_(EVENTS))
    op.create_table(
        "name_corrections",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("party_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.TEXT(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("after", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_name_corrections_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_name_corrections_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_corrections")),
    )
    op.create_index(op.f("ix_name_corrections_case_id"), "name_corrections", ["case_id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON name_corrections "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON name_corrections TO proofless_app")
    op.execute("GRANT UPDATE (name) ON parties TO proofless_app")
