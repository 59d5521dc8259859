"""反映事由的认定 (obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9, 18.1): what a complaint is about can be said later, and counts from
then on; the unit that handles it is another thing than the unit complained of.

转办 wrote over the unit complained of: the one that was named at first stands again; where none was, whoever was asked last stays it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

STEPS = ("receive", "pass", "answer", "close", "read", "assess")
CHANGED = "about, about_since, assessed_at, handler, matter, proof"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("about_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaints", sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaints", sa.Column("handler", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_complaints_handler"), "complaints", "units", ["handler"], ["code"])
    op.execute("UPDATE complaints SET about_since = entered_at")
    op.execute("""
        UPDATE complaints c SET handler = c.unit, unit = coalesce((
            SELECT s.record->>'to' FROM complaint_steps s WHERE s.complaint_id = c.id AND s.step = 'receive' ORDER BY s.serial LIMIT 1), c.unit)
        WHERE EXISTS (SELECT FROM complaint_steps s WHERE s.complaint_id = c.id AND s.step = 'pass')
    """)
    op.alter_column("complaints", "about_since", nullable=False)
    op.create_index(op.f("ix_complaints_about_since"), "complaints", ["about_since"])
    op.create_index(op.f("ix_complaints_handler"), "complaints", ["handler"])
    op.execute(f"GRANT UPDATE ({CHANGED}) ON complaints TO proofless_app")
    op.drop_constraint(op.f("ck_complaint_steps_complaint_step"), "complaint_steps", type_="check")
    op.create_check_constraint(op.f("ck_complaint_steps_complaint_step"), "complaint_steps", sa.column("step").in_(STEPS))


def downgrade() -> None:
    op.drop_column("complaints", "handler")
    op.drop_column("complaints", "assessed_at")
    op.drop_column("complaints", "about_since")
