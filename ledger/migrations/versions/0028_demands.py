"""索要证明 (obligation 7.5): what was demanded of an applicant, who told of it, what was blocked; a sign of its own (16.6).
督导检查计划 (obligation 19.1) is a register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

RULES = (
    "not_taking_part", "unlisted_asked", "complained_invented", "list_missing", "proof_missing", "late_adjustment",
    "law_not_followed", "left_unanswered", "returned_by_all", "returned_late", "complained_no_help", "complained", "demanded",
    "unconfirmed_papers", "voluntary_outlier", "off_system", "bulk_answers", "backdated", "case_for_lookup", "many_strangers",
    "strangers_at_once", "strangers_by_one_key", "many_in_one_case", "name_mismatches", "unused_lookups", "off_hours_lookups",
    "quota_spent", "shared_account", "corrected", "made_anew", "complained_content", "repeated_copies", "off_hours_copies",
    "much_checked", "complained_misuse", "complained_refusal", "by_hand",
)  # fmt: skip
REGISTERS = (
    "devices", "systems", "publicity", "responsibility", "training", "inspections", "inspection_plans", "members", "decisions",
    "law_changes",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "demands",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demanded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("matter", sa.TEXT(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column(
            "told_by",
            sa.Enum(
                "unit", "applicant", "colleague", "system", name="demand_told", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("evidence_digest", sa.TEXT(), nullable=True),
        sa.Column("recorded_by", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_demands_unit")),
        sa.ForeignKeyConstraint(["matter"], ["matters.code"], name=op.f("fk_demands_matter")),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_demands_proof")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_demands")),
    )
    op.create_index(op.f("ix_demands_recorded_at"), "demands", ["recorded_at", "unit"])
    op.execute("GRANT SELECT, INSERT ON demands TO proofless_app")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON demands "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.drop_constraint(op.f("ck_leads_lead_rule"), "leads", type_="check")
    op.create_check_constraint(op.f("ck_leads_lead_rule"), "leads", sa.column("rule").in_(RULES))
    op.drop_constraint(op.f("ck_register_entries_register_kind"), "register_entries", type_="check")
    op.create_check_constraint(op.f("ck_register_entries_register_kind"), "register_entries", sa.column("register").in_(REGISTERS))


def downgrade() -> None:
    op.drop_table("demands")
