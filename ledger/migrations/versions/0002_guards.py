"""What the application's role may do, and what nobody may: the record is append-only in the database itself."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = (
    "events",
    "accesses",
    "refusals",
    "calendar_changes",
    "timetable_changes",
    "rule_changes",
    "voluntary_submissions",
    "off_system_lookups",
)
READ_AND_WRITE = (
    "units",
    "people",
    "systems",
    "api_keys",
    "callback_addresses",
    "matters",
    "proof_kinds",
    "entries",
    "cases",
    "parties",
    "verifications",
    "lookups",
    "requests",
    "deadlines",
    "seal_uses",
    "proofs",
    "deliveries",
    "idempotency_keys",
    "workers",
    "alarms",
    "notices",
    "appointments",
    "absences",
    "timetables",
    "calendar_years",
    "rule_versions",
    "returns",
    "suspensions",
    "supervisions",
    "attachments",
    "commitment_texts",
    "commitments",
    "commitment_checks",
    "credit_blocks",
    "mismatches",
    "outages",
    "pulses",
)


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '台账只增不改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    for table in APPEND_ONLY:
        # For everyone, the owner included: a privilege can be granted again, a trigger must be dropped visibly.
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO proofless_app")
    for table in READ_AND_WRITE:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO proofless_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO proofless_app")
    op.execute("GRANT SELECT ON alembic_version TO proofless_app")
