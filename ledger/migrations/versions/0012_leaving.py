"""承继: a merged unit's successor; 接手: whoever had claimed a request is told; 保管期限: its end, and what holds it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0012"
down_revision = "0011"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "name_corrected", "warned", "missed", "supervised", "feedback",
    "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered", "mismatch_reported",
    "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried", "rerouted", "reissued",
    "closed", "withdrawn", "paused", "resumed", "erased",
)  # fmt: skip
NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "report",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("units", sa.Column("merged_into", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_units_merged_into"), "units", "units", ["merged_into"], ["code"])
    op.add_column("units", sa.Column("inherits", ARRAY(sa.TEXT()), server_default="{}", nullable=False))
    op.add_column("unit_changes", sa.Column("moved", JSONB(), server_default="{}", nullable=False))
    for table, column, values in (("events", "event", EVENTS), ("notices", "kind", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(values))
    _retention()
    # Mergers that were recorded before: the last one of each unit, followed to where it ends.
    op.execute(
        """WITH RECURSIVE last AS (
               SELECT DISTINCT ON (unit) unit, merged_into FROM unit_changes WHERE merged_into IS NOT NULL ORDER BY unit, at DESC
           ), chain AS (
               SELECT unit, merged_into AS heir, 1 AS steps FROM last
               UNION ALL
               SELECT chain.unit, last.merged_into, steps + 1 FROM chain JOIN last ON last.unit = chain.heir WHERE steps < 50
           ), ended AS (
               SELECT DISTINCT ON (unit) unit, heir FROM chain ORDER BY unit, steps DESC
           )
           UPDATE units SET merged_into = ended.heir FROM ended WHERE ended.unit = units.code AND NOT units.active"""
    )
    op.execute(
        """UPDATE units SET inherits = found.codes FROM (
               SELECT merged_into, array_agg(code ORDER BY code) AS codes FROM units WHERE merged_into IS NOT NULL GROUP BY merged_into
           ) found WHERE found.merged_into = units.code"""
    )



def _retention() -> None:
    kept = sa.Enum("case", "voluntary", "complaint", name="kind", native_enum=False, create_constraint=True, length=40)
    reasons = ("reconsideration", "litigation", "audit", "investigation", "other")
    reason = sa.Enum(*reasons, name="reason", native_enum=False, create_constraint=True, length=40)
    at = sa.DateTime(timezone=True)
    op.create_table(
        "retention_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kept, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("due_at", at, nullable=False),
        sa.Column("listed_at", at, nullable=False),
        sa.Column("confirmed_at", at, nullable=True),
        sa.Column("confirmed_by", sa.TEXT(), nullable=True),
        sa.Column("erased_at", at, nullable=True),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_retention_items_confirmed_by_somebody")),
        sa.CheckConstraint("erased_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_retention_items_erased_only_when_confirmed")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_retention_items_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_items")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_retention_items_kind_subject")),
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", kept, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("reason", reason, nullable=False),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("since", at, nullable=False),
        sa.Column("set_by", sa.TEXT(), nullable=False),
        sa.Column("lifted_at", at, nullable=True),
        sa.Column("lifted_by", sa.TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_standing", "holds", ["kind", "subject"], postgresql_where=sa.text("lifted_at IS NULL"))
    for table in ("retention_items", "holds"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO proofless_app")
    _guard_the_end()


def _guard_the_end() -> None:
    """Nothing is erased that no person confirmed or that a hold keeps: the database itself refuses it, to everybody."""
    op.execute(
        """
        CREATE FUNCTION refuse_early_end() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM retention_items i WHERE i.kind = TG_ARGV[0] AND i.subject = OLD.id AND i.confirmed_at IS NOT NULL)
               OR EXISTS (SELECT FROM holds h WHERE h.kind = TG_ARGV[0] AND h.subject = OLD.id AND h.lifted_at IS NULL) THEN
                RAISE EXCEPTION '未经确认或暂停销毁:% 表不允许销毁', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, kind in (("cases", "case"), ("complaints", "complaint")):
        op.execute(
            f"CREATE TRIGGER ends_when_confirmed BEFORE UPDATE OF data_key ON {table} FOR EACH ROW "
            f"WHEN (NEW.data_key = '' AND OLD.data_key <> '') EXECUTE FUNCTION refuse_early_end('{kind}')"
        )
    # 主动提供 without a case has no key of its own: its text may be emptied, and nothing else of the line changes.
    op.execute("DROP TRIGGER append_only ON voluntary_submissions")
    op.execute(
        "CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON voluntary_submissions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.stated <> '' OR to_jsonb(NEW) - 'stated' <> to_jsonb(OLD) - 'stated' THEN
                RAISE EXCEPTION '台账只增不改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER only_its_end BEFORE UPDATE ON voluntary_submissions FOR EACH ROW EXECUTE FUNCTION refuse_other_change()"
    )
    op.execute(
        "CREATE TRIGGER ends_when_confirmed BEFORE UPDATE ON voluntary_submissions FOR EACH ROW "
        "EXECUTE FUNCTION refuse_early_end('voluntary')"
    )
    op.execute("GRANT UPDATE (stated) ON voluntary_submissions TO proofless_app")
