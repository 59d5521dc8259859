"""来处: from how many places an account was used or a proof was checked; and the rules of article 16 that look at it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

RULES = (
    "not_taking_part",
    "unlisted_asked",
    "complained_invented",
    "list_missing",
    "proof_missing",
    "late_adjustment",
    "left_unanswered",
    "returned_by_all",
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
    op.create_table(
        "origins",
        sa.Column(
            "what",
            sa.Enum("account", "proof", name="origin_of", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.TEXT(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("what", "since", "subject", "digest", name=op.f("pk_origins")),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON origins TO proofless_app")
    op.drop_constraint(op.f("ck_leads_lead_rule"), "leads", type_="check")
    op.create_check_constraint(op.f("ck_leads_lead_rule"), "leads", sa.column("rule").in_(RULES))
