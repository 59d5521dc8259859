"""业务系统 (8.1, 8.2): one register of them, and when each called; what was entered as a 登记册 goes on there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    level = sa.Enum("district", "city", "province", "nation", name="system_level", native_enum=False, create_constraint=True, length=40)
    op.add_column("systems", sa.Column("level", level, server_default="district", nullable=False))
    op.add_column("systems", sa.Column("should_connect", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("systems", sa.Column("why_not", sa.TEXT(), server_default="", nullable=False))
    op.create_table(
        "system_calls",
        sa.Column("system", sa.TEXT(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["system"], ["systems.code"], name=op.f("fk_system_calls_system")),
        sa.PrimaryKeyConstraint("system", "day", name=op.f("pk_system_calls")),
    )
    op.execute("GRANT UPDATE (level, should_connect, why_not) ON systems TO proofless_app")
    op.execute("GRANT SELECT, INSERT, UPDATE (last_at) ON system_calls TO proofless_app")
    # What is known of the calls until today: what each system filed.
    op.execute(
        """INSERT INTO system_calls (system, day, first_at, last_at)
           SELECT v.via_system, CAST(v.filed_at AT TIME ZONE 'Asia/Shanghai' AS date), min(v.filed_at), max(v.filed_at)
           FROM verifications v JOIN systems s ON s.code = v.via_system GROUP BY 1, 2"""
    )
    # A free text said the level; whether a system is connected, its calls say from now on.
    op.execute(
        """INSERT INTO systems (code, unit, name, active, level, should_connect, why_not)
           SELECT 'entered-' || e.serial, e.unit, e.values ->> '系统', true, found.level, found.level IN ('district', 'city'),
                  coalesce(e.values ->> '未对接原因', '')
           FROM register_entries e CROSS JOIN LATERAL (SELECT CASE
               WHEN e.values ->> '层级' ~ '省' THEN 'province' WHEN e.values ->> '层级' ~ '国|部委|中央' THEN 'nation'
               WHEN e.values ->> '层级' ~ '市' AND e.values ->> '层级' !~ '市中区' THEN 'city' ELSE 'district' END AS level) found
           WHERE e.register = 'systems' AND NOT EXISTS (SELECT FROM register_entries r WHERE r.replaces = e.serial)
           AND NOT EXISTS (SELECT FROM systems s WHERE s.unit = e.unit AND s.name = e.values ->> '系统')"""
    )


def downgrade() -> None:
    op.drop_table("system_calls")
    for column in ("level", "should_connect", "why_not"):
        op.drop_column("systems", column)
