"""清单: its published versions, the lists that came in, what was found in them, and the steps of its adjustment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.adjusting import ProposalKind, ProposalStatus, Step
from domain.blocking import Organ
from domain.list_rows import Candidate, Counts, DraftLine, DraftSource, Fact, Fault, FileFault, Question, SheetFound
from domain.listing import Change
from domain.scope import Exclusion
from ledger.tables.base import Table, UnitCode, choices
from ledger.tables.kept import CHANGES, FACT, FAULTS, QUESTIONS, Kept


class CatalogVersion(Table):
    """清单版本 (obligations 5.2, 5.3): published once, never changed; the trigger of migration 0003 sees to it."""

    __tablename__ = "catalog_versions"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    document: Mapped[str]  #: 公布文号 or the name of the notice
    digest: Mapped[str]  #: SHA-256 over all its entries


class Entry(Table):
    """清单条目: one matter × one proof, from the version that brought it to the one that took it away (obligations 5.1, 7.1).

    A row never changes: what is altered is another row. A verification names its row, and so keeps the version that it
    started with. Names and what else the rules read stand in it as they were. Read as `domain.scope.CatalogEntry`.
    """

    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    since_version: Mapped[int] = mapped_column(ForeignKey("catalog_versions.number"), index=True)
    until_version: Mapped[int | None] = mapped_column(ForeignKey("catalog_versions.number"), index=True)
    matter: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    matter_name: Mapped[str]
    unit: Mapped[UnitCode]
    proof: Mapped[str] = mapped_column(ForeignKey("proof_kinds.code"))
    proof_name: Mapped[str]
    basis: Mapped[str]
    validity_days: Mapped[int]
    methods: Mapped[list[str]]
    issuing_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    source: Mapped[str | None]
    parameters: Mapped[dict[str, str]]
    fields: Mapped[list[str]]
    database_backed: Mapped[bool] = mapped_column(default=False)
    immediate: Mapped[bool] = mapped_column(default=False)  #: 可立即核验 (obligation 7.6)
    limit_minutes: Mapped[int | None]  #: the proof's own limit (obligation 7.7), hard, bounded by article 10
    sealed_when_negative: Mapped[bool] = mapped_column(default=False)
    commitment_basis: Mapped[str] = mapped_column(default="")  #: why 告知承诺 must be offered (obligation 7.4)
    exclusion: Mapped[Exclusion | None] = mapped_column(choices(Exclusion, "exclusion"))
    exclusion_decided_by: Mapped[str | None]
    exclusion_evidence: Mapped[str | None]
    outside_region: Mapped[bool] = mapped_column(default=False)
    checkable_online: Mapped[bool] = mapped_column(default=True)
    reviewed_above: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index("uq_entries_current", "matter", "proof", unique=True, postgresql_where=text("until_version IS NULL")),
        CheckConstraint("until_version > since_version", name="versions_in_order"),
        CheckConstraint(
            "exclusion IS NULL OR (exclusion_decided_by IS NOT NULL AND exclusion_evidence IS NOT NULL)",
            name="exclusion_is_explained",  # obligation 2.3: category, decision maker and evidence belong together
        ),
        CheckConstraint("'issuer' <> ALL (methods) OR issuing_unit IS NOT NULL", name="issuer_is_named"),
        CheckConstraint("'data_sharing' <> ALL (methods) OR source IS NOT NULL", name="source_is_named"),
    )


class CatalogSource(Table):
    """报送来源: one list that comes again and again, and whose it is."""

    __tablename__ = "catalog_sources"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  #: catalog.list_kinds.ListKind
    unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))  #: whose list; None: of higher up, for all
    document: Mapped[str]  #: what a list of higher up rests on: its title and number
    complete: Mapped[bool] = mapped_column(default=False)  #: what it names no more is gone
    active: Mapped[bool] = mapped_column(default=True)


class CatalogFile(Table):
    """报送文件, as it came. The newest of a source counts."""

    __tablename__ = "catalog_files"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("catalog_sources.key"), index=True)
    name: Mapped[str]
    digest: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    received_by: Mapped[str]


class CatalogReading(Table):
    """读取结果 of one file against one state of the registry: reading it again gives the same, and is not done again."""

    __tablename__ = "catalog_readings"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    file: Mapped[int] = mapped_column(ForeignKey("catalog_files.id"))
    ground: Mapped[str]  #: digest of the registry, the answers and the rules it was read with
    read_at: Mapped[datetime]
    refused: Mapped[FileFault | None] = mapped_column(Kept(FileFault))  #: where the file could not be read at all
    counts: Mapped[Counts] = mapped_column(Kept(Counts))
    sheets: Mapped[tuple[SheetFound, ...]] = mapped_column(Kept(tuple[SheetFound, ...]))
    __table_args__ = (UniqueConstraint("file", "ground"),)


class CatalogRow(Table):
    """One row of a list with what was found about it."""

    __tablename__ = "catalog_rows"
    reading: Mapped[int] = mapped_column(ForeignKey("catalog_readings.id"), primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    cells: Mapped[list[str]]
    faults: Mapped[tuple[Fault, ...]] = mapped_column(FAULTS)
    questions: Mapped[tuple[Question, ...]] = mapped_column(QUESTIONS)
    matched: Mapped[dict[str, str]]
    fact: Mapped[Fact | None] = mapped_column(FACT)


class NegativeProof(Table):
    """负面清单: a proof of the registry that a kind of organ must not be asked for, by the list that says so."""

    __tablename__ = "negative_proofs"
    source: Mapped[str] = mapped_column(ForeignKey("catalog_sources.key"), primary_key=True)
    proof: Mapped[str] = mapped_column(ForeignKey("proof_kinds.code"), primary_key=True)
    organ: Mapped[Organ] = mapped_column(choices(Organ, "forbidden_organ"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  #: as the list writes it
    document: Mapped[str]
    instead: Mapped[str]


class CatalogQuestion(Table):
    """待确认: what a person must say before a name counts. What one unit calls so another may use for something else: the answer
    settles it for the lists of that sender, or for all, now and in the future."""

    __tablename__ = "catalog_questions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    subject_key: Mapped[str]
    sender: Mapped[str] = mapped_column(default="", server_default="")  #: whose lists ask; empty: those that speak for all
    subject: Mapped[str]
    why: Mapped[str]
    candidates: Mapped[tuple[Candidate, ...]] = mapped_column(Kept(tuple[Candidate, ...]))
    places: Mapped[list[str]]  #: where it stands, the first few
    count: Mapped[int]  #: in how many rows
    units: Mapped[list[str]] = mapped_column(default=list, server_default="{}")  #: whose lists ask
    asked_at: Mapped[datetime]
    open: Mapped[bool] = mapped_column(default=True)  #: false once answered, or once no list raises it any more
    answer: Mapped[str | None]  #: a code; empty: it means nothing that could be listed
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    for_all: Mapped[bool] = mapped_column(default=False, server_default="false")  #: the answer holds for the lists of every sender
    __table_args__ = (UniqueConstraint("topic", "subject_key", "sender"),)


class CatalogDraft(Table):
    """草案: what the lists together would change of a published version."""

    __tablename__ = "catalog_drafts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)  #: of base and changes: the same lists give the same draft
    base: Mapped[int]  #: the version it was laid on; 0 before the first
    made_at: Mapped[datetime]
    checked_at: Mapped[datetime]  #: when a rebuild last came to the same
    sources: Mapped[tuple[DraftSource, ...]] = mapped_column(Kept(tuple[DraftSource, ...]))


class CatalogDraftLine(Table):
    """草案的一处: one entry that it would change, or that the rules keep out. There may be as many as the lists have rows."""

    __tablename__ = "catalog_draft_lines"
    draft: Mapped[UUID] = mapped_column(primary_key=True)  #: no foreign key: what a draft says is written before it is known
    unit: Mapped[str] = mapped_column(primary_key=True)
    matter: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[DraftLine] = mapped_column(choices(DraftLine, "draft_line"), primary_key=True)
    said: Mapped[dict[str, Any]]  #: as `ledger.tables.kept.CHANGE` or `BLOCKED` writes it


class Proposal(Table):
    """清单编制或调整 (obligations 5.1, 5.4): the changes that one unit files together."""

    __tablename__ = "proposals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ProposalKind] = mapped_column(choices(ProposalKind, "proposal_kind"))
    unit: Mapped[UnitCode] = mapped_column(index=True)  #: whose duty it is (reading 24)
    drafted_by: Mapped[UnitCode]  #: the unit itself, or its 行业主管部门 (obligation 5.1)
    standing: Mapped[ProposalStatus] = mapped_column(choices(ProposalStatus, "proposal_standing"))
    reason: Mapped[str]
    reason_date: Mapped[date | None]  #: 事由发生之日 (obligation 5.5)
    document: Mapped[str]  #: the law or notice that is the cause
    law_change: Mapped[int | None] = mapped_column(
        ForeignKey("register_entries.serial")
    )  #: the entry of 法规变动 that it answers (obligation 16.4)
    due_at: Mapped[datetime | None]  #: three working days later; None for a list, or while a year has no calendar
    missing_year: Mapped[int | None]
    reported_at: Mapped[datetime | None]
    late: Mapped[bool | None]
    base: Mapped[int]  #: the version it was laid on; 0 before the first
    version: Mapped[int | None] = mapped_column(ForeignKey("catalog_versions.number"))  #: that published it
    changes: Mapped[tuple[Change, ...]] = mapped_column(CHANGES)
    drafted_at: Mapped[datetime]


class ProposalStep(Table):
    """办理经过 of a proposal: who did what and when. Append-only."""

    __tablename__ = "proposal_steps"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    proposal: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    step: Mapped[Step] = mapped_column(choices(Step, "proposal_step"))
    at: Mapped[datetime]
    person: Mapped[str]
    unit: Mapped[UnitCode]
    record: Mapped[dict[str, Any]]  #: of a decision: members, date, result, document; of a return: why


class GuideHandover(Table):
    """办事指南交付 (obligation 13.2): the unit's guides say what this version of the list says. Append-only."""

    __tablename__ = "guide_handovers"
    serial: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit: Mapped[UnitCode]
    version: Mapped[int] = mapped_column(ForeignKey("catalog_versions.number"))
    at: Mapped[datetime]
    by: Mapped[str]
    __table_args__ = (UniqueConstraint("unit", "version"),)


class ChangeTask(Table):
    """后续更新 (obligations 13.1, 13.2): a matter's process and its guide are to follow a published change; acknowledged when done."""

    __tablename__ = "change_tasks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("catalog_versions.number"))
    matter: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    unit: Mapped[UnitCode] = mapped_column(index=True)
    what: Mapped[str]  #: process (办理流程, obligation 13.1) or guide (网上要素和办事指南, obligation 13.2)
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    note: Mapped[str | None]
    __table_args__ = (UniqueConstraint("version", "matter", "what"),)
