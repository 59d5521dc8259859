"""索要清单未列的证明 (obligations 7.5, 16.2): a demand says whether the list lacked the proof for the matter; a sign of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

RULES = (
    "not_taking_part", "unlisted_asked", "complained_invented", "demanded_unlisted", "list_missing", "proof_missing",
    "late_adjustment", "law_not_followed", "left_unanswered", "returned_by_all", "returned_late", "complained_no_help", "complained",
    "demanded", "unconfirmed_papers", "voluntary_outlier", "off_system", "bulk_answers", "backdated", "case_for_lookup",
    "many_strangers", "strangers_at_once", "strangers_by_one_key", "many_in_one_case", "name_mismatches", "unused_lookups",
    "off_hours_lookups", "quota_spent", "shared_account", "corrected", "made_anew", "complained_content", "repeated_copies",
    "off_hours_copies", "much_checked", "complained_misuse", "complained_refusal", "by_hand",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("demands", sa.Column("unlisted", sa.Boolean(), server_default="false", nullable=False))
    op.drop_constraint(op.f("ck_leads_lead_rule"), "leads", type_="check")
    op.create_check_constraint(op.f("ck_leads_lead_rule"), "leads", sa.column("rule").in_(RULES))


def downgrade() -> None:
    op.drop_column("demands", "unlisted")
