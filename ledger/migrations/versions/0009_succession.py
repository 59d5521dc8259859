"""承继: a merged unit's successor; 接手: whoever had claimed a request is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0009"
down_revision = "0008"

EVENTS = (
    "filed", "taken_up", "share_found", "share_several", "share_mismatch", "chosen", "fell_back", "commitment_offered",
    "committed", "declined", "asked", "claimed", "released", "succeeded", "supplement_asked", "supplemented", "returned",
    "forwarded", "replied", "recalculated", "lifted", "promise_moved", "warned", "missed", "supervised", "feedback",
    "office_told", "excuse_given", "excuse_decided", "reminded", "seal_started", "sealed", "delivered", "mismatch_reported",
    "mismatch_settled", "objected", "commitment_checked", "pass_failed", "attention_needed", "retried", "rerouted", "reissued",
    "closed", "withdrawn", "paused", "resumed",
)  # fmt: skip
NOTICES = (
    "warning", "supervision", "supervision_missed", "returned", "returned_twice", "promise_short", "supplement", "taken_over",
    "commitment_check", "report",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("units", sa.Column("merged_into", sa.TEXT(), nullable=True))
    op.create_foreign_key(op.f("fk_units_merged_into"), "units", "units", ["merged_into"], ["code"])
    op.add_column("units", sa.Column("inherits", ARRAY(sa.TEXT()), server_default="{}", nullable=False))
    op.add_column("unit_changes", sa.Column("moved", JSONB(), server_default="{}", nullable=False))
    for table, column, values in (("events", "event", EVENTS), ("notices", "kind", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, sa.column(column).in_(values))
    # Mergers that were recorded before: the last one of each unit, followed to where it ends.
    op.execute(
        """WITH RECURSIVE last AS (
               SELECT DISTINCT ON (unit) unit, merged_into FROM unit_changes WHERE merged_into IS NOT NULL ORDER BY unit, at DESC
           ), chain AS (
               SELECT unit, merged_into AS heir, 1 AS steps FROM last
               UNION ALL
               SELECT chain.unit, last.merged_into, steps + 1 FROM chain JOIN last ON last.unit = chain.heir WHERE steps < 50
           ), ended AS (
               SELECT DISTINCT ON (unit) unit, heir FROM chain ORDER BY unit, steps DESC
           )
           UPDATE units SET merged_into = ended.heir FROM ended WHERE ended.unit = units.code AND NOT units.active"""
    )
    op.execute(
        """UPDATE units SET inherits = found.codes FROM (
               SELECT merged_into, array_agg(code ORDER BY code) AS codes FROM units WHERE merged_into IS NOT NULL GROUP BY merged_into
           ) found WHERE found.merged_into = units.code"""
    )

