"""办事指南交付 (obligation 13.2): up to which version of the list a unit's guides were brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "guide_handovers",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_guide_handovers_unit")),
        sa.ForeignKeyConstraint(["version"], ["catalog_versions.number"], name=op.f("fk_guide_handovers_version")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_guide_handovers")),
        sa.UniqueConstraint("unit", "version", name=op.f("uq_guide_handovers_unit_version")),
    )
    op.execute("GRANT SELECT, INSERT ON guide_handovers TO proofless_app")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON guide_handovers "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("guide_handovers")
