"""退回逾期 (10.10) is a sign of its own (16.5)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

RULES = (
    "not_taking_part",
    "unlisted_asked",
    "complained_invented",
    "list_missing",
    "proof_missing",
    "late_adjustment",
    "left_unanswered",
    "returned_by_all",
    "returned_late",
    "complained_no_help",
    "complained",
    "unconfirmed_papers",
    "voluntary_outlier",
    "off_system",
    "bulk_answers",
    "backdated",
    "case_for_lookup",
    "many_strangers",
    "shared_account",
    "corrected",
    "made_anew",
    "complained_content",
    "repeated_copies",
    "off_hours_copies",
    "much_checked",
    "complained_misuse",
    "by_hand",
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_leads_lead_rule"), "leads", type_="check")
    op.create_check_constraint(op.f("ck_leads_lead_rule"), "leads", sa.column("rule").in_(RULES))
