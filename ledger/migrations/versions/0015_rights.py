"""最小权限: the application changes what the code changes and nothing else; the database itself keeps what was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

#: Table -> the columns that the code updates. What is not named is written once, and then never again.
MAY_CHANGE = {
    "absences": "cancelled_at",
    "alarms": "cleared_at mail_started_at mailed_at mail_error",
    "api_keys": "expires_at revoked_at",
    "appointments": "until handed_to",
    "calendar_years": "rest work provisional source entered_by entered_at",
    "callback_addresses": "url secret registered_at registered_by active",
    "cases": "matter handling accepted_at promise_end promise_derived promised_days channel origin_system closed_at closed_by data_key master_key",
    "catalog_drafts": "checked_at blocked sources",
    "catalog_questions": "subject why candidates places count open answer answered_at answered_by",
    "catalog_sources": "name kind unit document complete active",
    "change_tasks": "done_at done_by note",
    "commitment_checks": "due_at provisional done_at done_by outcome note",
    "commitments": "decision decided_at recorded_by evidence_kind evidence_digest evidence lookup",
    "complaints": "unit standing due_at missing_year done_at data_key master_key text_hash contact_hash",
    "credit_blocks": "lookup restored_at restored_by restored_why",
    "databases": "name owner source connected_since note",
    "deadlines": "kind started_at target_at due_at warn_at pausable missing_year provisional rule_version obligations note explanation "
    "warned_at known_at met_at missed_at closed_at excuse excuse_by excuse_at excuse_approved excuse_decided_by excuse_decided_at",
    "deliveries": "attempts next_attempt_at received_at last_answer given_up_at again_at again_by",
    "entries": "until_version",
    "holds": "lifted_at lifted_by",
    "leads": "counts numbers standing due_at missing_year term_days notified_at",
    "matters": "name unit handling promised_days reviewed_above active",
    "mismatches": "status settled_at objection objected_at right_told_at",
    "notices": "attempts next_attempt_at started_at sent_at last_answer given_up_at again_at again_by",
    "outages": "replaced_at",
    "parties": "role name lookup",
    "people": "unit name roles mail active",
    "proof_kinds": "name aliases basis issuing_unit fields validity_days sealed_when_negative cancelled",
    "proofs": "revoked_at revoked_why",
    "proposals": "standing due_at missing_year reported_at late version",
    "pulses": "at",
    "requests": "answered_at answered_by answer fields note claimed_by claimed_at withdrawn_at ended_at",
    "retention_items": "confirmed_at confirmed_by erased_at",
    "returns": "limit_at late forwarded_to forwarded_at forwarded_by by_standing_rule",
    "seal_uses": "completed_at digest",
    "supervisions": "opened_at handled_at outcome feedback fed_back_at fed_back_by office_told_at closed_at",
    "suspensions": "ended_at ended_by supply",
    "systems": "unit name active",
    "timetables": "calendar seasons set_by set_at",
    "units": "name kind uscc aliases sector drafting_unit region organ takes_part active merged_into inherits forwards_itself",
    "verifications": "state method result issuing_unit share_failed chosen proof_version ended_at next_instant paused_at failed_passes "
    "attention attention_note attention_from lease_owner lease_token lease_until wake_requested_at wake_claimed_until flow_run run_serial",
    "voluntary_submissions": "stated",
    "workers": "owner started_at lease_until",
}

#: 留痕: each change of these is kept with before and after, whoever makes it. Of limits and the rest: what decides.
KEPT = {
    "units": None, "people": None, "systems": None, "matters": None, "proof_kinds": None, "databases": None,
    "callback_addresses": None, "api_keys": None,
    "deadlines": "kind, started_at, due_at, met_at, missed_at, closed_at, excuse, excuse_approved",
    "proofs": "revoked_at, revoked_why",
    "seal_uses": "completed_at, digest",
}  # fmt: skip


def upgrade() -> None:
    op.execute("REVOKE UPDATE ON ALL TABLES IN SCHEMA public FROM proofless_app")
    for table, columns in MAY_CHANGE.items():
        quoted = ", ".join(f'"{column}"' for column in columns.split())
        op.execute(f"GRANT UPDATE ({quoted}) ON {table} TO proofless_app")
    op.create_table(
        "traces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("by", sa.TEXT(), nullable=False),
        sa.Column("place", sa.TEXT(), nullable=False),
        sa.Column("subject", sa.TEXT(), nullable=False),
        sa.Column("before", JSONB(), nullable=True),
        sa.Column("after", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traces")),
    )
    op.create_index("ix_traces_subject", "traces", ["place", "subject"])
    op.execute("GRANT SELECT ON traces TO proofless_app")  # no INSERT: only the trigger writes, as the owner
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON traces "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        """
        CREATE FUNCTION keep_trace() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            hidden text := CASE TG_TABLE_NAME WHEN 'api_keys' THEN 'digest' ELSE 'secret' END;
            now_so jsonb := to_jsonb(NEW) - hidden;
            was_so jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) - hidden END;
            changed text[];
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF to_jsonb(OLD) = to_jsonb(NEW) THEN RETURN NULL; END IF;
                SELECT coalesce(array_agg(key), '{}') INTO changed FROM jsonb_each(now_so) WHERE value IS DISTINCT FROM was_so -> key;
                SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO was_so FROM jsonb_each(was_so) WHERE key = ANY (changed);
                SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO now_so FROM jsonb_each(now_so) WHERE key = ANY (changed);
            END IF;
            INSERT INTO traces (by, place, subject, before, after) VALUES (
                coalesce(nullif(current_setting('proofless.actor', true), ''), 'role:' || session_user),
                TG_TABLE_NAME, coalesce(to_jsonb(NEW) ->> 'code', to_jsonb(NEW) ->> 'id'), was_so, now_so
            );
            RETURN NULL;
        END $$
        """
    )
    for table, deciding in KEPT.items():
        when = "INSERT OR UPDATE" if deciding is None else f"UPDATE OF {deciding}"
        op.execute(f"CREATE TRIGGER keep_trace AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION keep_trace()")


def downgrade() -> None:
    for table in KEPT:
        op.execute(f"DROP TRIGGER keep_trace ON {table}")
    op.execute("DROP FUNCTION keep_trace")
    op.drop_table("traces")
    for table in MAY_CHANGE:
        op.execute(f"GRANT UPDATE ON {table} TO proofless_app")
