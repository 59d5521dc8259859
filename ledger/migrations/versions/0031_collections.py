"""索取增加的证明 as a register (obligation 5.8)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

REGISTERS = (
    "devices", "systems", "publicity", "responsibility", "training", "inspections", "inspection_plans", "members", "decisions",
    "law_changes", "collections",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_register_entries_register_kind"), "register_entries", type_="check")
    op.create_check_constraint(op.f("ck_register_entries_register_kind"), "register_entries", sa.column("register").in_(REGISTERS))
