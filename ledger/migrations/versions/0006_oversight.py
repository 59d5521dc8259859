"""监督: complaints, leads and their steps, registers that people enter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

APPEND_ONLY = ("complaint_steps", "lead_steps", "register_entries")
READ_AND_WRITE = ("complaints", "leads")


def upgrade() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "not_taking_part",
                "unlisted_asked",
                "list_missing",
                "proof_missing",
                "late_adjustment",
                "left_unanswered",
                "returned_by_all",
                "complained",
                "unconfirmed_papers",
                "voluntary_outlier",
                "off_system",
                "bulk_answers",
                "backdated",
                "case_for_lookup",
                "many_strangers",
                "corrected",
                "made_anew",
                "repeated_copies",
                "by_hand",
                name="lead_rule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rules_version", sa.TEXT(), nullable=False),
        sa.Column("clause", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("subject", sa.TEXT(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "found",
                "dismissed",
                "notified",
                "answered",
                "rectified",
                "transferred",
                "exempted",
                name="lead_standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_year", sa.Integer(), nullable=True),
        sa.Column("term_days", sa.Integer(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_leads_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("number", name=op.f("uq_leads_number")),
        sa.UniqueConstraint(
            "rule", "unit", "subject", "period_start", name=op.f("uq_leads_rule_unit_subject_period_start")
        ),
    )
    op.create_index(
        "ix_leads_open",
        "leads",
        ["rule", "unit", "subject"],
        unique=False,
        postgresql_where=sa.text("standing IN ('found', 'notified', 'answered')"),
    )
    op.create_index(op.f("ix_leads_unit"), "leads", ["unit"], unique=False)
    op.create_table(
        "register_entries",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "register",
            sa.Enum(
                "devices",
                "systems",
                "publicity",
                "responsibility",
                "training",
                "inspections",
                name="register_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.TEXT(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["replaces"], ["register_entries.serial"], name=op.f("fk_register_entries_replaces")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_register_entries_unit")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("replaces", name=op.f("uq_register_entries_replaces")),
    )
    op.create_index(op.f("ix_register_entries_unit"), "register_entries", ["unit"], unique=False)
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "platform",
                "rating",
                "letter",
                "mail",
                "hotline",
                "other",
                name="complaint_channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("channel_number", sa.TEXT(), nullable=True),
        sa.Column(
            "about",
            sa.Enum(
                "still_asked",
                "invented",
                "no_help",
                "wrong_content",
                "misused",
                "other",
                name="complaint_about",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("matter", sa.TEXT(), nullable=True),
        sa.Column("proof", sa.TEXT(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rating_source", sa.TEXT(), nullable=True),
        sa.Column("written", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("master_key", sa.TEXT(), nullable=False),
        sa.Column("text_hash", sa.TEXT(), nullable=True),
        sa.Column("contact_hash", sa.TEXT(), nullable=True),
        sa.Column("duplicates", sa.Uuid(), nullable=True),
        sa.Column(
            "standing",
            sa.Enum(
                "received",
                "passed",
                "answered",
                "closed",
                name="complaint_standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_year", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(due_at IS NULL) = (missing_year IS NOT NULL)", name=op.f("ck_complaints_undetermined_names_the_year")
        ),
        sa.CheckConstraint(
            "rating IS NULL OR (rating BETWEEN 1 AND 5 AND rating_source IS NOT NULL)",
            name=op.f("ck_complaints_rating_has_its_source"),
        ),
        sa.ForeignKeyConstraint(["duplicates"], ["complaints.id"], name=op.f("fk_complaints_duplicates")),
        sa.ForeignKeyConstraint(["matter"], ["matters.code"], name=op.f("fk_complaints_matter")),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_complaints_proof")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_complaints_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("channel", "channel_number", name=op.f("uq_complaints_channel_channel_number")),
        sa.UniqueConstraint("number", name=op.f("uq_complaints_number")),
    )
    op.create_index(op.f("ix_complaints_contact_hash"), "complaints", ["contact_hash"], unique=False)
    op.create_index(op.f("ix_complaints_due_at"), "complaints", ["due_at"], unique=False)
    op.create_index(op.f("ix_complaints_entered_at"), "complaints", ["entered_at"], unique=False)
    op.create_index(op.f("ix_complaints_text_hash"), "complaints", ["text_hash"], unique=False)
    op.create_index(op.f("ix_complaints_unit"), "complaints", ["unit"], unique=False)
    op.create_table(
        "lead_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "find",
                "dismiss",
                "notify",
                "answer",
                "accept",
                "transfer",
                "exempt",
                "outcome",
                "compensate",
                name="lead_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("record", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_steps_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_steps")),
        sa.UniqueConstraint("serial", name=op.f("uq_lead_steps_serial")),
    )
    op.create_index(op.f("ix_lead_steps_lead_id"), "lead_steps", ["lead_id"], unique=False)
    op.create_table(
        "complaint_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "receive",
                "pass",
                "answer",
                "close",
                "read",
                name="complaint_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("record", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_steps_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_steps")),
        sa.UniqueConstraint("serial", name=op.f("uq_complaint_steps_serial")),
    )
    op.create_index(op.f("ix_complaint_steps_complaint_id"), "complaint_steps", ["complaint_id"], unique=False)

    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO proofless_app")
    for table in READ_AND_WRITE:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO proofless_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO proofless_app")
