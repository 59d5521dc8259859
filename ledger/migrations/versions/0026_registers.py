"""工作专班的成员和决定、法规变动 as registers; 拒收主动提供的材料 as a kind of complaint and of lead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

RULES = (
    "not_taking_part", "unlisted_asked", "complained_invented", "list_missing", "proof_missing", "late_adjustment",
    "law_not_followed", "left_unanswered", "returned_by_all", "returned_late", "complained_no_help", "complained",
    "unconfirmed_papers", "voluntary_outlier", "off_system", "bulk_answers", "backdated", "case_for_lookup", "many_strangers",
    "strangers_at_once", "strangers_by_one_key", "many_in_one_case", "name_mismatches", "unused_lookups", "off_hours_lookups",
    "quota_spent", "shared_account", "corrected", "made_anew", "complained_content", "repeated_copies", "off_hours_copies",
    "much_checked", "complained_misuse", "complained_refusal", "by_hand",
)  # fmt: skip
ABOUT = ("still_asked", "invented", "no_help", "wrong_content", "paper_refused", "misused", "other")
REGISTERS = (
    "devices", "systems", "publicity", "responsibility", "training", "inspections", "members", "decisions", "law_changes",
)  # fmt: skip


def upgrade() -> None:
    for table, name, column, values in (
        ("leads", "lead_rule", "rule", RULES),
        ("complaints", "complaint_about", "about", ABOUT),
        ("register_entries", "register_kind", "register", REGISTERS),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, sa.column(column).in_(values))
