"""列的所指 (obligation 5.1): an answer about a list, and taking it back, stay on the record with who and when."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    op.execute("CREATE TRIGGER keep_trace AFTER UPDATE OF answer ON catalog_questions FOR EACH ROW EXECUTE FUNCTION keep_trace()")


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_trace ON catalog_questions")
