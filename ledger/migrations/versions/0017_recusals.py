"""回避: who has withdrawn from what; of a question on the lists, whose lists ask it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"

SUBJECTS = (
    "complaint", "lead", "excuse", "proposal", "question", "retention", "hold", "credit", "verification", "inspection", "outage",
    "hours", "calendar",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "recusals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column(
            "subject", sa.Enum(*SUBJECTS, name="recusal_subject", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("key", sa.TEXT(), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_recusals_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
        sa.UniqueConstraint("person", "subject", "key", name=op.f("uq_recusals_person_subject_key")),
    )
    op.execute("GRANT SELECT, INSERT ON recusals TO proofless_app")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON recusals "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("catalog_questions", sa.Column("units", ARRAY(sa.TEXT()), server_default="{}", nullable=False))
    op.execute("GRANT UPDATE (units) ON catalog_questions TO proofless_app")


def downgrade() -> None:
    op.drop_column("catalog_questions", "units")
    op.drop_table("recusals")
