"""清单: versions, the lists that came in, what was found in them, the steps of an adjustment.

The entries that are there become version 1, so that what runs keeps what it started with.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

APPEND_ONLY = ("catalog_versions", "catalog_files", "proposal_steps")
READ_AND_WRITE = (
    "databases",
    "catalog_sources",
    "catalog_readings",
    "catalog_questions",
    "catalog_drafts",
    "proposals",
    "change_tasks",
)


def upgrade() -> None:
    op.create_table(
        "catalog_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("blocked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sources", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_drafts")),
        sa.UniqueConstraint("digest", name=op.f("uq_catalog_drafts_digest")),
    )
    op.create_table(
        "catalog_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.TEXT(), nullable=False),
        sa.Column("subject_key", sa.TEXT(), nullable=False),
        sa.Column("subject", sa.TEXT(), nullable=False),
        sa.Column("why", sa.TEXT(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("places", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.TEXT(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_questions")),
        sa.UniqueConstraint("topic", "subject_key", name=op.f("uq_catalog_questions_topic_subject_key")),
    )
    op.create_table(
        "catalog_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.TEXT(), nullable=False),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalog_versions")),
    )
    op.create_table(
        "catalog_sources",
        sa.Column("key", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=True),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_catalog_sources_unit")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalog_sources")),
    )
    op.create_table(
        "negative_proofs",
        sa.Column("source", sa.TEXT(), nullable=False),
        sa.Column("proof", sa.TEXT(), nullable=False),
        sa.Column(
            "organ",
            sa.Enum(
                "community",
                "police",
                "other",
                name="forbidden_organ",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("instead", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["proof"], ["proof_kinds.code"], name=op.f("fk_negative_proofs_proof")),
        sa.ForeignKeyConstraint(["source"], ["catalog_sources.key"], name=op.f("fk_negative_proofs_source")),
        sa.PrimaryKeyConstraint("source", "proof", "organ", "name", name=op.f("pk_negative_proofs")),
    )
    op.create_table(
        "databases",
        sa.Column("code", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("owner", sa.TEXT(), nullable=False),
        sa.Column("source", sa.TEXT(), nullable=True),
        sa.Column("connected_since", sa.Date(), nullable=True),
        sa.Column("note", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["units.code"], name=op.f("fk_databases_owner")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_databases")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "list",
                "adjustment",
                name="proposal_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("drafted_by", sa.TEXT(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "drafted",
                "reported",
                "agreed",
                "rejected",
                "withdrawn",
                "published",
                name="proposal_standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.TEXT(), nullable=False),
        sa.Column("reason_date", sa.Date(), nullable=True),
        sa.Column("document", sa.TEXT(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing_year", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drafted_by"], ["units.code"], name=op.f("fk_proposals_drafted_by")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_proposals_unit")),
        sa.ForeignKeyConstraint(["version"], ["catalog_versions.number"], name=op.f("fk_proposals_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_unit"), "proposals", ["unit"], unique=False)
    op.create_table(
        "catalog_files",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["catalog_sources.key"], name=op.f("fk_catalog_files_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_files")),
    )
    op.create_index(op.f("ix_catalog_files_source"), "catalog_files", ["source"], unique=False)
    op.create_table(
        "change_tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("matter", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("what", sa.TEXT(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.TEXT(), nullable=True),
        sa.Column("note", sa.TEXT(), nullable=True),
        sa.ForeignKeyConstraint(["matter"], ["matters.code"], name=op.f("fk_change_tasks_matter")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_change_tasks_unit")),
        sa.ForeignKeyConstraint(
            ["version"], ["catalog_versions.number"], name=op.f("fk_change_tasks_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_tasks")),
        sa.UniqueConstraint("version", "matter", "what", name=op.f("uq_change_tasks_version_matter_what")),
    )
    op.create_index(op.f("ix_change_tasks_unit"), "change_tasks", ["unit"], unique=False)
    op.create_table(
        "proposal_steps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "draft",
                "report",
                "return",
                "consent",
                "decide",
                "reject",
                "withdraw",
                "publish",
                name="proposal_step",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("fk_proposal_steps_proposal")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_proposal_steps_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_steps")),
    )
    op.create_index(op.f("ix_proposal_steps_proposal"), "proposal_steps", ["proposal"], unique=False)
    op.create_table(
        "catalog_readings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.TEXT(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sheets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["catalog_files.id"], name=op.f("fk_catalog_readings_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_readings")),
        sa.UniqueConstraint("file", "ground", name=op.f("uq_catalog_readings_file_ground")),
    )
    op.create_table(
        "catalog_rows",
        sa.Column("reading", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.TEXT(), nullable=False),
        sa.Column("cells", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("matched", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fact", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["reading"], ["catalog_readings.id"], name=op.f("fk_catalog_rows_reading")),
        sa.PrimaryKeyConstraint("reading", "sheet", "line", name=op.f("pk_catalog_rows")),
    )
    op.add_column("entries", sa.Column("since_version", sa.Integer(), nullable=True))
    op.add_column("entries", sa.Column("until_version", sa.Integer(), nullable=True))
    op.add_column("entries", sa.Column("matter_name", sa.TEXT(), nullable=True))
    op.add_column("entries", sa.Column("unit", sa.TEXT(), nullable=True))
    op.add_column("entries", sa.Column("proof_name", sa.TEXT(), nullable=True))
    op.add_column("entries", sa.Column("basis", sa.TEXT(), nullable=True))
    op.add_column("entries", sa.Column("validity_days", sa.Integer(), nullable=True))
    op.add_column("entries", sa.Column("commitment_basis", sa.TEXT(), server_default="", nullable=False))
    op.add_column(
        "entries", sa.Column("reviewed_above", sa.Boolean(), server_default="false", nullable=False)
    )
    _fill_entries()
    op.drop_constraint(op.f("uq_entries_matter_proof"), "entries", type_="unique")
    op.create_check_constraint(op.f("ck_entries_versions_in_order"), "entries", "until_version > since_version")
    op.create_index(op.f("ix_entries_since_version"), "entries", ["since_version"], unique=False)
    op.create_index(op.f("ix_entries_until_version"), "entries", ["until_version"], unique=False)
    op.create_index(
        "uq_entries_current",
        "entries",
        ["matter", "proof"],
        unique=True,
        postgresql_where=sa.text("until_version IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_entries_until_version"), "entries", "catalog_versions", ["until_version"], ["number"]
    )
    op.create_foreign_key(op.f("fk_entries_unit"), "entries", "units", ["unit"], ["code"])
    op.create_foreign_key(
        op.f("fk_entries_since_version"), "entries", "catalog_versions", ["since_version"], ["number"]
    )
    op.add_column("matters", sa.Column("promised_days", sa.Integer(), nullable=True))
    op.add_column("matters", sa.Column("active", sa.Boolean(), server_default="true", nullable=False))
    op.add_column(
        "proof_kinds", sa.Column("aliases", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False)
    )
    op.add_column("proof_kinds", sa.Column("issuing_unit", sa.TEXT(), nullable=True))
    op.add_column(
        "proof_kinds", sa.Column("fields", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False)
    )
    op.add_column(
        "proof_kinds", sa.Column("sealed_when_negative", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("proof_kinds", sa.Column("cancelled", sa.Boolean(), server_default="false", nullable=False))
    op.create_foreign_key(
        op.f("fk_proof_kinds_issuing_unit"), "proof_kinds", "units", ["issuing_unit"], ["code"]
    )
    op.add_column(
        "units", sa.Column("aliases", postgresql.ARRAY(sa.TEXT()), server_default="{}", nullable=False)
    )
    op.add_column("units", sa.Column("sector", sa.TEXT(), server_default="", nullable=False))
    op.add_column("units", sa.Column("drafting_unit", sa.TEXT(), nullable=True))
    op.add_column("units", sa.Column("region", sa.TEXT(), server_default="370402", nullable=False))
    op.add_column(
        "units",
        sa.Column(
            "organ",
            sa.Enum(
                "community",
                "police",
                "other",
                name="organ",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="other",
            nullable=False,
        ),
    )
    op.add_column("units", sa.Column("takes_part", sa.Boolean(), server_default="true", nullable=False))
    op.create_foreign_key(op.f("fk_units_drafting_unit"), "units", "units", ["drafting_unit"], ["code"])
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO proofless_app")
    for table in READ_AND_WRITE:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO proofless_app")
    # What one reading found goes when it is made anew.
    for table in ("catalog_rows", "negative_proofs"):
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO proofless_app")
    op.execute("GRANT DELETE ON catalog_readings TO proofless_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO proofless_app")
    _guard_entries()


def _fill_entries() -> None:
    """What stands in the list is version 1; names and basis as the registry has them."""
    op.execute(
        "INSERT INTO catalog_versions (number, published_at, published_by, document, digest) "
        "SELECT 1, now(), 'system:migration', '', '' WHERE EXISTS (SELECT FROM entries)"
    )
    op.execute(
        """
        UPDATE entries SET since_version = 1, matter_name = m.name, unit = m.unit, reviewed_above = m.reviewed_above,
               proof_name = p.name, basis = p.basis, validity_days = p.validity_days
        FROM matters m, proof_kinds p WHERE m.code = entries.matter AND p.code = entries.proof
        """
    )
    for column in ("since_version", "matter_name", "unit", "proof_name", "basis", "validity_days"):
        op.alter_column("entries", column, nullable=False)


def _guard_entries() -> None:
    """A row of the published list ends once, and nothing else of it ever changes; for everyone, the owner included."""
    op.execute(
        """
        CREATE FUNCTION keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.until_version IS NULL AND NEW.until_version IS NOT NULL
               AND to_jsonb(OLD) - 'until_version' = to_jsonb(NEW) - 'until_version' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '已公布的清单不可更改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER published BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION keep_entry()"
    )
    op.execute(
        "CREATE TRIGGER published_whole BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
