"""批量核验: batches with their rows, which verification was filed as a row of which, and what a unit may send in a day."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

KEPT = ("case", "voluntary", "complaint", "batch")
NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "lookups_blocked", "batch_ended", "report",
)  # fmt: skip
MAY_CHANGE = {
    "batches": "status heads body_digest data_key master_key paused_at paused_by paused_why cancelled_at cancelled_by ended_at worked_rows "
    "worked_seconds next_instant lease_owner lease_until flow_run run_serial",
    "batch_rows": "sent refusal said verification repeated",
    "batch_quotas": "rows_a_day set_by set_at",
}


def upgrade() -> None:
    for table, values in (("retention_items", KEPT), ("holds", KEPT), ("notices", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, sa.column("kind").in_(values))
    status = sa.Enum("working", "paused", "cancelled", "ended", name="batch_status", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("purpose", sa.TEXT(), nullable=False),
        sa.Column("responsible", sa.TEXT(), nullable=False),
        sa.Column("filed_by", sa.TEXT(), nullable=False),
        sa.Column("via_system", sa.TEXT(), nullable=True),
        _instant("filed_at", needed=True),
        sa.Column("status", status, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("callback", sa.Boolean(), nullable=False),
        sa.Column("key", sa.TEXT(), nullable=False),
        sa.Column("body_digest", sa.TEXT(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("master_key", sa.TEXT(), nullable=False),
        _instant("paused_at"),
        sa.Column("paused_by", sa.TEXT(), nullable=True),
        sa.Column("paused_why", sa.TEXT(), nullable=True),
        _instant("cancelled_at"),
        sa.Column("cancelled_by", sa.TEXT(), nullable=True),
        _instant("ended_at"),
        sa.Column("worked_rows", sa.Integer(), nullable=False),
        sa.Column("worked_seconds", sa.Float(), nullable=False),
        _instant("next_instant"),
        sa.Column("lease_owner", sa.TEXT(), nullable=True),
        _instant("lease_until"),
        sa.Column("flow_run", sa.Uuid(), nullable=True),
        sa.Column("run_serial", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'ended') <= (ended_at IS NOT NULL)", name=op.f("ck_batches_ended_says_when")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_batches_unit")),
        sa.ForeignKeyConstraint(["responsible"], ["people.code"], name=op.f("fk_batches_responsible")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_batches_number")),
        sa.UniqueConstraint("unit", "key", name=op.f("uq_batches_unit_key")),
    )
    op.create_index("ix_batches_own", "batches", ["unit", "filed_at", "number"])
    op.create_index("ix_batches_due", "batches", ["next_instant"], postgresql_where=sa.text("next_instant IS NOT NULL"))
    op.create_index("ix_batches_open", "batches", ["number"], postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "batch_rows",
        sa.Column("batch", sa.TEXT(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("sent", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("refusal", sa.TEXT(), nullable=True),
        sa.Column("said", sa.TEXT(), nullable=True),
        sa.Column("verification", sa.TEXT(), nullable=True),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.CheckConstraint("refusal IS NULL OR verification IS NULL", name=op.f("ck_batch_rows_refused_or_filed")),
        sa.ForeignKeyConstraint(["batch"], ["batches.number"], name=op.f("fk_batch_rows_batch")),
        sa.ForeignKeyConstraint(["verification"], ["verifications.number"], name=op.f("fk_batch_rows_verification")),
        sa.PrimaryKeyConstraint("batch", "line", name=op.f("pk_batch_rows")),
    )
    op.create_index(op.f("ix_batch_rows_verification"), "batch_rows", ["verification"])
    op.create_index(
        "ix_batch_rows_pending", "batch_rows", ["batch", "line"], postgresql_where=sa.text("refusal IS NULL AND verification IS NULL")
    )
    op.create_table(
        "batch_quotas",
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("rows_a_day", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.TEXT(), nullable=False),
        _instant("set_at", needed=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_batch_quotas_unit")),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_batch_quotas")),
    )
    op.add_column("verifications", sa.Column("batch", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_verifications_batch"), "verifications", "batches", ["batch"], ["number"])
    op.create_index("ix_verifications_batch", "verifications", ["batch"], postgresql_where=sa.text("batch IS NOT NULL"))
    for table, columns in MAY_CHANGE.items():
        quoted = ", ".join(f'"{column}"' for column in columns.split())
        op.execute(f"GRANT SELECT, INSERT, UPDATE ({quoted}) ON {table} TO proofless_app")
    # 留痕: who paused, went on with or cancelled a batch.
    op.execute("CREATE TRIGGER keep_trace AFTER UPDATE OF status ON batches FOR EACH ROW EXECUTE FUNCTION keep_trace()")


def downgrade() -> None:
    op.drop_column("verifications", "batch")
    for table in ("batch_quotas", "batch_rows", "batches"):
        op.drop_table(table)


def _instant(name: str, *, needed: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)
