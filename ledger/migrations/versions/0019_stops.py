"""回避 also where look-ups that were stopped are to be opened again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

SUBJECTS = (
    "complaint", "lead", "excuse", "proposal", "question", "retention", "hold", "credit", "verification", "inspection", "outage",
    "hours", "lookup_block", "calendar",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_recusals_recusal_subject"), "recusals", type_="check")
    op.create_check_constraint(op.f("ck_recusals_recusal_subject"), "recusals", sa.column("subject").in_(SUBJECTS))
