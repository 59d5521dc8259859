"""准入: quotas that are counted in the ledger, look-ups that are stopped, and the rules of article 16 that go with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

RULES = (
    "not_taking_part", "unlisted_asked", "complained_invented", "list_missing", "proof_missing", "late_adjustment",
    "left_unanswered", "returned_by_all", "returned_late", "complained_no_help", "complained", "unconfirmed_papers",
    "voluntary_outlier", "off_system", "bulk_answers", "backdated", "case_for_lookup", "many_strangers", "strangers_at_once",
    "strangers_by_one_key", "many_in_one_case", "name_mismatches", "unused_lookups", "off_hours_lookups", "quota_spent",
    "shared_account", "corrected", "made_anew", "complained_content", "repeated_copies", "off_hours_copies", "much_checked",
    "complained_misuse", "by_hand",
)  # fmt: skip
NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "lookups_blocked", "report",
)  # fmt: skip


def upgrade() -> None:
    for table, name, column, values in (("leads", "lead_rule", "rule", RULES), ("notices", "kind", "kind", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, sa.column(column).in_(values))
    op.create_index(
        "ix_verifications_mismatched", "verifications", ["unit", "filed_at"], postgresql_where=sa.text("result = 'mismatch'")
    )
    op.create_table(
        "quota_uses",
        _choice("quota_of", "case", "matter", "person", "system", "unit"),
        sa.Column("holder", sa.TEXT(), nullable=False),
        _choice("deed", "case", "verification", "reading"),
        _choice("lasts", "minute", "hour", "day"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quota_of", "holder", "deed", "lasts", "since", name=op.f("pk_quota_uses")),
    )
    op.create_index("ix_quota_uses_old", "quota_uses", ["lasts", "since"])
    op.execute('GRANT SELECT, INSERT, DELETE, UPDATE ("count") ON quota_uses TO proofless_app')
    op.create_table(
        "lookup_blocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _choice("asker", "person", "system", "unit"),
        sa.Column("holder", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.TEXT(), nullable=True),
        sa.Column("lifted_why", sa.TEXT(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_why IS NULL)",
            name=op.f("ck_lookup_blocks_lifted_says_why"),
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_lookup_blocks_unit")),
        sa.ForeignKeyConstraint(["verification"], ["verifications.number"], name=op.f("fk_lookup_blocks_verification")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_blocks")),
    )
    op.create_index(op.f("ix_lookup_blocks_unit"), "lookup_blocks", ["unit"])
    op.create_index(op.f("ix_lookup_blocks_verification"), "lookup_blocks", ["verification"])
    op.create_index(
        "uq_lookup_blocks_standing", "lookup_blocks", ["asker", "holder"], unique=True, postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.execute("GRANT SELECT, INSERT, UPDATE (lifted_at, lifted_by, lifted_why) ON lookup_blocks TO proofless_app")
    op.execute(
        "CREATE TRIGGER keep_trace AFTER INSERT OR UPDATE ON lookup_blocks FOR EACH ROW EXECUTE FUNCTION keep_trace()"
    )


def _choice(name: str, *values: str) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)
