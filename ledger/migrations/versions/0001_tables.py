"""The ledger's tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("subject", sa.TEXT(), nullable=False),
        sa.Column("message", sa.TEXT(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_error", sa.TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "uq_alarms_standing",
        "alarms",
        ["kind", "subject"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "calendar_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar", sa.TEXT(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("changed_by", sa.TEXT(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_changes")),
    )
    op.create_table(
        "calendar_years",
        sa.Column("calendar", sa.TEXT(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rest", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("work", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("source", sa.TEXT(), nullable=False),
        sa.Column("entered_by", sa.TEXT(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("calendar", "year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "outages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("recorded_by", sa.TEXT(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_outages_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
    )
    op.create_index(
        "uq_outages_standing",
        "outages",
        ["since", "automatic"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "proof_kinds",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("basis", sa.TEXT(), nullable=False),
        sa.Column("validity_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_proof_kinds")),
    )
    op.create_table(
        "pulses",
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulses")),
    )
    op.create_table(
        "refusals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("actor", sa.TEXT(), nullable=False),
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("obligation", sa.TEXT(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
    )
    op.create_table(
        "rule_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("changed_by", sa.TEXT(), nullable=False),
        sa.Column("before", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("after", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_changes")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("version", sa.TEXT(), nullable=False),
        sa.Column("readings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_versions")),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("uscc", sa.TEXT(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("forwards_itself", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("owner", sa.TEXT(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "callback_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("url", sa.TEXT(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.TEXT(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_callback_addresses_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_addresses")),
        sa.UniqueConstraint("unit", name=op.f("uq_callback_addresses_unit")),
    )
    op.create_table(
        "commitment_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.TEXT(), nullable=False),
        sa.Column("check_days", sa.Integer(), nullable=False),
        sa.Column("basis", sa.TEXT(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_commitment_texts_proof")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_texts")),
        sa.UniqueConstraint("proof", "version", name=op.f("uq_commitment_texts_proof_version")),
    )
    op.create_table(
        "matters",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column(
            "handling",
            sa.Enum(
                "immediate",
                "promised",
                "other",
                name="handling",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reviewed_above", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_matters_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_matters")),
    )
    op.create_table(
        "people",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("mail", sa.TEXT(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_people_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_people")),
    )
    op.create_index(op.f("ix_people_unit"), "people", ["unit"], unique=False)
    op.create_table(
        "systems",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_systems_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_systems")),
    )
    op.create_table(
        "timetables",
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar", sa.TEXT(), nullable=False),
        sa.Column("seasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_by", sa.TEXT(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_timetables_unit")),
        sa.PrimaryKeyConstraint("unit", "effective_from", name=op.f("pk_timetables")),
    )
    op.create_table(
        "timetable_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("changed_by", sa.TEXT(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_timetable_changes_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timetable_changes")),
    )
    op.create_index(op.f("ix_timetable_changes_unit"), "timetable_changes", ["unit"], unique=False)
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.TEXT(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("ck_absences_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_absences_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_person"), "absences", ["person"], unique=False)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=True),
        sa.Column("system", sa.TEXT(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.TEXT(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person IS NULL) <> (system IS NULL)", name=op.f("ck_api_keys_one_holder")),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_api_keys_person")),
        sa.ForeignKeyConstraint(["system"], ["systems.code"], name=op.f("fk_api_keys_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_person"), "api_keys", ["person"], unique=False)
    op.create_index(op.f("ix_api_keys_system"), "api_keys", ["system"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("acting", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_to", sa.Uuid(), nullable=True),
        sa.Column("appointed_by", sa.TEXT(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("NOT acting OR until IS NOT NULL", name=op.f("ck_appointments_cover_ends")),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name=op.f("ck_appointments_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["handed_to"], ["appointments.id"], name=op.f("fk_appointments_handed_to")),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_appointments_person")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_appointments_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_unit"), "appointments", ["unit"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("matter", sa.TEXT(), nullable=False),
        sa.Column(
            "handling",
            sa.Enum(
                "immediate",
                "promised",
                "other",
                name="handling",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promise_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promise_derived", sa.Boolean(), nullable=False),
        sa.Column("promised_days", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "window",
                "web",
                "ai_shandong",
                "ai_shandong_zaozhuang",
                "other",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("origin_system", sa.TEXT(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.TEXT(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.TEXT(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("master_key", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["matter"], ["matters.code"], name=op.f("fk_cases_matter")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_cases_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("unit", "number", name=op.f("uq_cases_unit_number")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.TEXT(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column("methods", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("issuing_unit", sa.TEXT(), nullable=True),
        sa.Column("source", sa.TEXT(), nullable=True),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("database_backed", sa.Boolean(), nullable=False),
        sa.Column("immediate", sa.Boolean(), nullable=False),
        sa.Column("limit_minutes", sa.Integer(), nullable=True),
        sa.Column("sealed_when_negative", sa.Boolean(), nullable=False),
        sa.Column(
            "exclusion",
            sa.Enum(
                "national_security",
                "state_secrets",
                "public_safety",
                "financial_prudence",
                "ecology",
                "life_and_property",
                "foreign_affairs",
                name="exclusion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("exclusion_decided_by", sa.TEXT(), nullable=True),
        sa.Column("exclusion_evidence", sa.TEXT(), nullable=True),
        sa.Column("outside_region", sa.Boolean(), nullable=False),
        sa.Column("checkable_online", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "'data_sharing' <> ALL (methods) OR source IS NOT NULL", name=op.f("ck_entries_source_is_named")
        ),
        sa.CheckConstraint(
            "'issuer' <> ALL (methods) OR issuing_unit IS NOT NULL", name=op.f("ck_entries_issuer_is_named")
        ),
        sa.CheckConstraint(
            "exclusion IS NULL OR (exclusion_decided_by IS NOT NULL AND exclusion_evidence IS NOT NULL)",
            name=op.f("ck_entries_exclusion_is_explained"),
        ),
        sa.ForeignKeyConstraint(["issuing_unit"], ["units.code"], name=op.f("fk_entries_issuing_unit")),
        sa.ForeignKeyConstraint(["matter"], ["matters.code"], name=op.f("fk_entries_matter")),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_entries_proof")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("matter", "proof", name=op.f("uq_entries_matter_proof")),
    )
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "applicant",
                "spouse",
                "legal_representative",
                "agent",
                "family_member",
                "other",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "id_type",
            sa.Enum(
                "citizen_id", "uscc", name="id_type", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("lookup", sa.TEXT(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("id_number", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_parties_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
        sa.UniqueConstraint("case_id", "lookup", name=op.f("uq_parties_case_id_lookup")),
    )
    op.create_index(op.f("ix_parties_lookup"), "parties", ["lookup"], unique=False)
    op.create_table(
        "off_system_lookups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("operator", sa.TEXT(), nullable=False),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "confirmed",
                "not_found",
                "different",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence_digest", sa.TEXT(), nullable=False),
        sa.Column("recorded_by", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_off_system_lookups_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_off_system_lookups_party_id")),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_off_system_lookups_proof")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_off_system_lookups_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_off_system_lookups")),
        sa.UniqueConstraint("serial", name=op.f("uq_off_system_lookups_serial")),
    )
    op.create_index(op.f("ix_off_system_lookups_unit"), "off_system_lookups", ["unit"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("number", sa.TEXT(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_by", sa.TEXT(), nullable=False),
        sa.Column("via_system", sa.TEXT(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "looking_up",
                "awaiting_choice",
                "awaiting_commitment",
                "to_ask",
                "awaiting_reply",
                "awaiting_supplement",
                "returned",
                "escalated",
                "to_be_sealed",
                "to_be_delivered",
                "needs_attention",
                "delivered",
                "withdrawn",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("follows", sa.TEXT(), nullable=True),
        sa.Column("again_why", sa.TEXT(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "data_sharing",
                "commitment",
                "issuer",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "result",
            sa.Enum(
                "confirmed",
                "denied",
                "no_record",
                "mismatch",
                "committed",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("issuing_unit", sa.TEXT(), nullable=True),
        sa.Column("share_failed", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.LargeBinary(), nullable=True),
        sa.Column("proof_version", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_instant", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_passes", sa.Integer(), nullable=False),
        sa.Column("attention", sa.TEXT(), nullable=True),
        sa.Column("attention_note", sa.LargeBinary(), nullable=True),
        sa.Column(
            "attention_from",
            sa.Enum(
                "received",
                "looking_up",
                "awaiting_choice",
                "awaiting_commitment",
                "to_ask",
                "awaiting_reply",
                "awaiting_supplement",
                "returned",
                "escalated",
                "to_be_sealed",
                "to_be_delivered",
                "needs_attention",
                "delivered",
                "withdrawn",
                "closed",
                name="attention_from",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("lease_owner", sa.TEXT(), nullable=True),
        sa.Column("lease_token", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_run", sa.Uuid(), nullable=True),
        sa.Column("run_serial", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_verifications_case_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_verifications_entry_id")),
        sa.ForeignKeyConstraint(["follows"], ["verifications.number"], name=op.f("fk_verifications_follows")),
        sa.ForeignKeyConstraint(["issuing_unit"], ["units.code"], name=op.f("fk_verifications_issuing_unit")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_verifications_party_id")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_verifications_unit")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_case_id"), "verifications", ["case_id"], unique=False)
    op.create_index(
        "ix_verifications_due",
        "verifications",
        ["next_instant"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('closed', 'delivered', 'withdrawn')"),
    )
    op.create_index(
        "ix_verifications_lease",
        "verifications",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index(op.f("ix_verifications_unit"), "verifications", ["unit"], unique=False)
    op.create_index(
        "ix_verifications_wake",
        "verifications",
        ["wake_requested_at"],
        unique=False,
        postgresql_where=sa.text("wake_requested_at IS NOT NULL"),
    )
    op.create_table(
        "voluntary_submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("proof", sa.TEXT(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("marks", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("stated", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("clerk", sa.TEXT(), nullable=False),
        sa.Column("via_system", sa.TEXT(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "at_hand",
                "faster",
                "prefers_paper",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "confirmed",
            sa.Enum(
                "signature",
                "e_signature",
                "code",
                "face",
                name="confirmed",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("confirmation_digest", sa.TEXT(), nullable=True),
        sa.Column("retain_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_voluntary_submissions_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_voluntary_submissions_party_id")),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_voluntary_submissions_proof")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_voluntary_submissions_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voluntary_submissions")),
        sa.UniqueConstraint("serial", name=op.f("uq_voluntary_submissions_serial")),
    )
    op.create_index(op.f("ix_voluntary_submissions_unit"), "voluntary_submissions", ["unit"], unique=False)
    op.create_table(
        "accesses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("what", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_accesses_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
    )
    op.create_index(op.f("ix_accesses_verification"), "accesses", ["verification"], unique=False)
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.TEXT(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "signed",
                "declined",
                "timed_out",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.TEXT(), nullable=True),
        sa.Column(
            "evidence_kind",
            sa.Enum(
                "signature",
                "e_signature",
                "code",
                "face",
                name="evidence_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("evidence_digest", sa.TEXT(), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(decision = 'signed') = (evidence_digest IS NOT NULL)",
            name=op.f("ck_commitments_signed_with_evidence"),
        ),
        sa.ForeignKeyConstraint(["text_id"], ["commitment_texts.id"], name=op.f("fk_commitments_text_id")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_commitments_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("verification", name=op.f("uq_commitments_verification")),
    )
    op.create_index(op.f("ix_commitments_lookup"), "commitments", ["lookup"], unique=False)
    op.create_index(op.f("ix_commitments_verification"), "commitments", ["verification"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "filed",
                "taken_up",
                "share_found",
                "share_several",
                "share_mismatch",
                "chosen",
                "fell_back",
                "commitment_offered",
                "committed",
                "declined",
                "asked",
                "claimed",
                "released",
                "supplement_asked",
                "supplemented",
                "returned",
                "forwarded",
                "replied",
                "recalculated",
                "lifted",
                "promise_moved",
                "warned",
                "missed",
                "supervised",
                "feedback",
                "office_told",
                "excuse_given",
                "excuse_decided",
                "reminded",
                "seal_started",
                "sealed",
                "delivered",
                "mismatch_reported",
                "mismatch_settled",
                "objected",
                "commitment_checked",
                "pass_failed",
                "attention_needed",
                "retried",
                "rerouted",
                "reissued",
                "closed",
                "withdrawn",
                "paused",
                "resumed",
                name="event",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "received",
                "looking_up",
                "awaiting_choice",
                "awaiting_commitment",
                "to_ask",
                "awaiting_reply",
                "awaiting_supplement",
                "returned",
                "escalated",
                "to_be_sealed",
                "to_be_delivered",
                "needs_attention",
                "delivered",
                "withdrawn",
                "closed",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "target",
            sa.Enum(
                "received",
                "looking_up",
                "awaiting_choice",
                "awaiting_commitment",
                "to_ask",
                "awaiting_reply",
                "awaiting_supplement",
                "returned",
                "escalated",
                "to_be_sealed",
                "to_be_delivered",
                "needs_attention",
                "delivered",
                "withdrawn",
                "closed",
                name="target",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("actor", sa.TEXT(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_events_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_verification"), "events", ["verification"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("key", sa.TEXT(), nullable=False),
        sa.Column("body_digest", sa.TEXT(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_idempotency_keys_verification")
        ),
        sa.PrimaryKeyConstraint("unit", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_verification"), "idempotency_keys", ["verification"], unique=False
    )
    op.create_table(
        "lookups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("source", sa.TEXT(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "found",
                "none",
                "revoked",
                "expired",
                "restricted",
                "several",
                "mismatch",
                "no_permission",
                "bad_request",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.TEXT(), nullable=False),
        sa.Column("maker", sa.TEXT(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("candidates", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("reply", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_lookups_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookups")),
        sa.UniqueConstraint("verification", "attempt", name=op.f("uq_lookups_verification_attempt")),
    )
    op.create_index(op.f("ix_lookups_verification"), "lookups", ["verification"], unique=False)
    op.create_table(
        "mismatches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reported",
                "checking",
                "corrected",
                "upheld",
                "unsettled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.TEXT(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("stated", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("supplement", sa.LargeBinary(), nullable=True),
        sa.Column("check_number", sa.TEXT(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("objection", sa.LargeBinary(), nullable=True),
        sa.Column("objected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("right_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_number"], ["verifications.number"], name=op.f("fk_mismatches_check_number")
        ),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_mismatches_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mismatches")),
        sa.UniqueConstraint("check_number", name=op.f("uq_mismatches_check_number")),
    )
    op.create_index(op.f("ix_mismatches_verification"), "mismatches", ["verification"], unique=False)
    op.create_index(
        "uq_mismatches_open",
        "mismatches",
        ["verification"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=True),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "warning",
                "supervision",
                "supervision_missed",
                "returned",
                "returned_twice",
                "promise_short",
                "supplement",
                "commitment_check",
                "report",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.TEXT(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("mail", "webhook", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("recipient", sa.TEXT(), nullable=False),
        sa.Column("about", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_answer", sa.TEXT(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_notices_unit")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_notices_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "kind", "cause", "channel", "recipient", name=op.f("uq_notices_kind_cause_channel_recipient")
        ),
    )
    op.create_index(
        "ix_notices_due",
        "notices",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_notices_verification"), "notices", ["verification"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.TEXT(), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "true",
                "false",
                "no_record",
                "cannot_verify",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("fields", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("claimed_by", sa.TEXT(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_requests_unit")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_requests_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(
        "ix_requests_inbox",
        "requests",
        ["unit", "received_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(op.f("ix_requests_verification"), "requests", ["verification"], unique=False)
    op.create_index(
        "uq_requests_open",
        "requests",
        ["verification"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "seal_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "seal",
            sa.Enum("share", "issuer", name="seal", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("used_by", sa.TEXT(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.TEXT(), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_seal_uses_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_uses")),
        sa.UniqueConstraint("verification", "version", name=op.f("uq_seal_uses_verification_version")),
    )
    op.create_index(op.f("ix_seal_uses_verification"), "seal_uses", ["verification"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column(
            "use",
            sa.Enum(
                "reply",
                "supplement",
                "commitment",
                "mismatch",
                name="use",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("media_type", sa.TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("added_by", sa.TEXT(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_attachments_request_id")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_attachments_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_request_id"), "attachments", ["request_id"], unique=False)
    op.create_index(op.f("ix_attachments_verification"), "attachments", ["verification"], unique=False)
    op.create_table(
        "commitment_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.TEXT(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("true", "untrue", name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitments.id"], name=op.f("fk_commitment_checks_commitment_id")
        ),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_commitment_checks_unit")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_commitment_checks_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_checks")),
        sa.UniqueConstraint("commitment_id", name=op.f("uq_commitment_checks_commitment_id")),
    )
    op.create_index(op.f("ix_commitment_checks_unit"), "commitment_checks", ["unit"], unique=False)
    op.create_index(
        op.f("ix_commitment_checks_verification"), "commitment_checks", ["verification"], unique=False
    )
    op.create_table(
        "credit_blocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.TEXT(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("restored_by", sa.TEXT(), nullable=True),
        sa.Column("restored_why", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitments.id"], name=op.f("fk_credit_blocks_commitment_id")
        ),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_credit_blocks_proof")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_blocks")),
        sa.UniqueConstraint("commitment_id", name=op.f("uq_credit_blocks_commitment_id")),
    )
    op.create_index(
        "ix_credit_blocks_standing",
        "credit_blocks",
        ["lookup"],
        unique=False,
        postgresql_where=sa.text("restored_at IS NULL"),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "soft",
                "hard",
                "supervision",
                "choice",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pausable", sa.Boolean(), nullable=False),
        sa.Column("missing_year", sa.Integer(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.TEXT(), nullable=False),
        sa.Column("obligations", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("note", sa.TEXT(), nullable=False),
        sa.Column("explanation", sa.TEXT(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "excuse",
            sa.Enum(
                "field_check",
                "archive",
                "other_unit",
                "outage",
                "other",
                name="excuse",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("excuse_by", sa.TEXT(), nullable=True),
        sa.Column("excuse_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excuse_approved", sa.Boolean(), nullable=True),
        sa.Column("excuse_decided_by", sa.TEXT(), nullable=True),
        sa.Column("excuse_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(due_at IS NULL) = (missing_year IS NOT NULL)",
            name=op.f("ck_deadlines_undetermined_names_the_year"),
        ),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_deadlines_request_id")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_deadlines_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index(
        "ix_deadlines_open",
        "deadlines",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL AND missed_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_deadlines_undetermined",
        "deadlines",
        ["missing_year"],
        unique=False,
        postgresql_where=sa.text("missing_year IS NOT NULL"),
    )
    op.create_index(op.f("ix_deadlines_request_id"), "deadlines", ["request_id"], unique=False)
    op.create_index(op.f("ix_deadlines_verification"), "deadlines", ["verification"], unique=False)
    op.create_index(
        "uq_deadlines_promise",
        "deadlines",
        ["verification"],
        unique=True,
        postgresql_where=sa.text(
            "request_id IS NULL AND kind = 'hard' AND met_at IS NULL AND missed_at IS NULL AND closed_at IS NULL"
        ),
    )
    op.create_index(
        "uq_deadlines_standing",
        "deadlines",
        ["request_id", "kind"],
        unique=True,
        postgresql_where=sa.text("met_at IS NULL AND missed_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_deadlines_warn",
        "deadlines",
        ["warn_at"],
        unique=False,
        postgresql_where=sa.text(
            "warned_at IS NULL AND met_at IS NULL AND missed_at IS NULL AND closed_at IS NULL"
        ),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "received",
                "looking_up",
                "awaiting_choice",
                "awaiting_commitment",
                "to_ask",
                "awaiting_reply",
                "awaiting_supplement",
                "returned",
                "escalated",
                "to_be_sealed",
                "to_be_delivered",
                "needs_attention",
                "delivered",
                "withdrawn",
                "closed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_answer", sa.TEXT(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["callback_addresses.id"], name=op.f("fk_deliveries_address_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_deliveries_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("event_id", name=op.f("uq_deliveries_event_id")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_deliveries_verification"), "deliveries", ["verification"], unique=False)
    op.create_table(
        "proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seal_use", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("code_digest", sa.TEXT(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.TEXT(), nullable=True),
        sa.ForeignKeyConstraint(["seal_use"], ["seal_uses.id"], name=op.f("fk_proofs_seal_use")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_proofs_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
        sa.UniqueConstraint("digest", name=op.f("uq_proofs_digest")),
        sa.UniqueConstraint("seal_use", name=op.f("uq_proofs_seal_use")),
        sa.UniqueConstraint("verification", "version", name=op.f("uq_proofs_verification_version")),
    )
    op.create_index(op.f("ix_proofs_verification"), "proofs", ["verification"], unique=False)
    op.create_table(
        "returns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("suggested_unit", sa.TEXT(), nullable=True),
        sa.Column("unsure_why", sa.LargeBinary(), nullable=True),
        sa.Column("limit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("forwarded_to", sa.TEXT(), nullable=True),
        sa.Column("forwarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forwarded_by", sa.TEXT(), nullable=True),
        sa.Column("by_standing_rule", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(suggested_unit IS NULL) <> (unsure_why IS NULL)", name=op.f("ck_returns_unit_or_why_not")
        ),
        sa.CheckConstraint(
            "suggested_unit IS NULL OR suggested_unit <> unit", name=op.f("ck_returns_not_itself")
        ),
        sa.ForeignKeyConstraint(["forwarded_to"], ["units.code"], name=op.f("fk_returns_forwarded_to")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_returns_request_id")),
        sa.ForeignKeyConstraint(["suggested_unit"], ["units.code"], name=op.f("fk_returns_suggested_unit")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_returns_unit")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_returns_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("request_id", name=op.f("uq_returns_request_id")),
    )
    op.create_index(op.f("ix_returns_verification"), "returns", ["verification"], unique=False)
    op.create_table(
        "suspensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.TEXT(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.TEXT(), nullable=True),
        sa.Column("supply", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= asked_at", name=op.f("ck_suspensions_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_suspensions_request_id")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_suspensions_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(op.f("ix_suspensions_request_id"), "suspensions", ["request_id"], unique=False)
    op.create_index(op.f("ix_suspensions_verification"), "suspensions", ["verification"], unique=False)
    op.create_index(
        "uq_suspensions_open",
        "suspensions",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "supervisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.TEXT(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("supervisor", sa.TEXT(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "done",
                "returned",
                "cannot",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("feedback", sa.LargeBinary(), nullable=True),
        sa.Column("fed_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fed_back_by", sa.TEXT(), nullable=True),
        sa.Column("office_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadlines.id"], name=op.f("fk_supervisions_deadline_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_supervisions_request_id")),
        sa.ForeignKeyConstraint(["supervisor"], ["people.code"], name=op.f("fk_supervisions_supervisor")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_supervisions_unit")),
        sa.ForeignKeyConstraint(
            ["verification"], ["verifications.number"], name=op.f("fk_supervisions_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisions")),
        sa.UniqueConstraint("deadline_id", name=op.f("uq_supervisions_deadline_id")),
    )
    op.create_index(op.f("ix_supervisions_request_id"), "supervisions", ["request_id"], unique=False)
    op.create_index(
        "uq_supervisions_standing",
        "supervisions",
        ["request_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_supervisions_verification"), "supervisions", ["verification"], unique=False)
