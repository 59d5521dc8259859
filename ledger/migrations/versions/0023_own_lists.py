"""本单位的办件和核验: lists that are read page by page in the order of an index, at a million rows too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_index("ix_cases_registered", "cases", ["unit", "registered_at", "number"])
    op.create_index("ix_cases_open", "cases", ["unit", "registered_at", "number"], postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_verifications_unit", "verifications")  # the unit alone: the same and its order
    op.create_index("ix_verifications_own", "verifications", ["unit", "filed_at", "number"])


def downgrade() -> None:
    op.drop_index("ix_verifications_own", "verifications")
    op.create_index("ix_verifications_unit", "verifications", ["unit"])
    op.drop_index("ix_cases_open", "cases")
    op.drop_index("ix_cases_registered", "cases")
