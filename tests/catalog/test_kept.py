"""Rows that are kept as JSON: written as they always were, and read whatever program wrote them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from catalog import rebuild
from catalog.list_kinds import ListKind
from catalog.returning import file_for_sender
from domain.blocking import Block, Blocked, Place
from domain.limits import HandlingType
from domain.list_rows import (
    Candidate,
    Counts,
    DraftSource,
    Fact,
    Fault,
    FileFault,
    MatterFact,
    NegativeFact,
    ProofFact,
    Question,
    SheetFound,
    Silent,
    Topic,
)
from domain.listing import Change
from domain.methods import Method
from domain.scope import Exclusion
from ledger.catalog import drafts, intake
from ledger.tables.kept import CHANGES, FACT, Kept
from tests.catalog.test_assembling import ENTRY
from tests.catalog.test_rebuild import GOOD, JUSTICE, changes, rebuilt, rows, send, source
from tests.ledger.acting import do
from tests.ledger.filing import NOW

FULL = ProofFact(
    "P-1",
    "JUSTICE",
    "M-1",
    "《法》",
    "街道",
    "STREET",
    (Method.DATA_SHARING, Method.ISSUER),
    "licence_library",
    {"sid": "b"},
    ("关系", "住址"),
    60,
    45,
    Exclusion.ECOLOGY,
    "区政府",
    "文件",
    "不能保证安全",
    True,
    False,
    True,
    False,
    True,
)
#: What a row says -> as it was always kept: nothing of what it does not say, and null where it says that there is none.
FACTS: list[tuple[Fact, dict[str, Any]]] = [
    (MatterFact("M-1", "甲", "U"), {"code": "M-1", "name": "甲", "unit": "U"}),
    (
        MatterFact("M-1", "甲", "U", HandlingType.IMMEDIATE, None, False),
        {"code": "M-1", "name": "甲", "unit": "U", "handling": "immediate", "promised_days": None, "reviewed_above": False},
    ),
    (MatterFact("M-1", "甲", "U", formerly=("乙",)), {"code": "M-1", "name": "甲", "unit": "U", "formerly": ["乙"]}),
    (MatterFact("M-1", "甲", "U", promised_days=5), {"code": "M-1", "name": "甲", "unit": "U", "promised_days": 5}),
    (ProofFact("P-1", None, None), {"proof": "P-1", "unit": None, "matter": None}),
    (
        FULL,
        {
            "proof": "P-1",
            "unit": "JUSTICE",
            "matter": "M-1",
            "basis": "《法》",
            "issuer_text": "街道",
            "issuing_unit": "STREET",
            "methods": ["data_sharing", "issuer"],
            "source": "licence_library",
            "parameters": {"sid": "b"},
            "fields": ["关系", "住址"],
            "validity_days": 60,
            "limit_minutes": 45,
            "exclusion": "ecology",
            "exclusion_decided_by": "区政府",
            "exclusion_evidence": "文件",
            "no_commitment": "不能保证安全",
            "immediate": True,
            "database_backed": False,
            "sealed_when_negative": True,
            "outside_region": False,
            "checkable_online": True,
        },
    ),
]
ALTERED = replace(ENTRY, limit=timedelta(minutes=45), exclusion=Exclusion.ECOLOGY, parameters={"b": "1", "a": "2"})
CHANGED = (Change(ENTRY, ALTERED), Change(None, ENTRY), Change(ENTRY, None))
OTHERS: list[tuple[Any, Any, Any]] = [
    (
        tuple[Fault, ...],
        (Fault("cut_off", "证明名称", "不完整", "请补全"),),
        [{"code": "cut_off", "column": "证明名称", "text": "不完整", "remedy": "请补全", "blocks": True}],
    ),
    (
        tuple[Question, ...],
        (Question(Topic.UNIT, "园林局", "相近", (Candidate("U", "区园林局", 0.8),)),),
        [{"topic": "unit", "subject": "园林局", "why": "相近", "candidates": [{"code": "U", "name": "区园林局", "confidence": 0.8}]}],
    ),
    (FileFault, FileFault("password", "有密码", "请去掉"), {"code": "password", "text": "有密码", "remedy": "请去掉"}),
    (Counts, Counts(accepted=2, asked=1), {"accepted": 2, "asked": 1, "refused": 0}),
    (
        tuple[SheetFound, ...],
        (SheetFound("清单", ("序号",), ("备注",), ("事项编码",), unheard=("注",)),),
        [
            {"name": "清单", "header": ["序号"], "unused": ["备注"], "missing": ["事项编码"], "refused": "", "questions": []}
            | {"due": "", "unheard": ["注"]}
        ],
    ),
    (
        tuple[Blocked, ...],
        (Blocked("M-1", "甲", "P-1", "乙", "U", True, (Block("no_basis", "2.1", "没有", "请补"),), (Place("one", 1, 2),)),),
        [
            {
                "matter": "M-1",
                "matter_name": "甲",
                "proof": "P-1",
                "proof_name": "乙",
                "unit": "U",
                "standing": True,
                "blocks": [{"code": "no_basis", "obligation": "2.1", "text": "没有", "remedy": "请补"}],
                "rows": [["one", 1, 2]],
            }
        ],
    ),
    (
        tuple[DraftSource, ...],
        (DraftSource(key="one", name="清单", kind="proofs", unit=None, accepted=2),),
        [
            {
                "key": "one",
                "name": "清单",
                "kind": "proofs",
                "unit": None,
                "files": 1,
                "unreadable": 0,
                "accepted": 2,
                "asked": 0,
                "refused": 0,
            }
        ],
    ),
]


def read(column: Kept, kept: Any) -> Any:
    return column.read(json.loads(json.dumps(kept)))


@pytest.mark.parametrize(("fact", "kept"), FACTS)
def test_a_fact_is_kept_as_it_always_was(fact: Fact, kept: dict[str, Any]) -> None:
    assert FACT.written(fact) == kept and read(FACT, kept) == fact


@pytest.mark.parametrize(("kind", "value", "kept"), OTHERS)
def test_what_was_found_is_kept_as_it_always_was(kind: Any, value: Any, kept: Any) -> None:
    assert Kept(kind).written(value) == kept and read(Kept(kind), kept) == value


def test_what_a_list_says_of_nothing_is_not_kept_and_silence_is_not_no_promise() -> None:
    assert read(FACT, {"code": "M-1", "name": "甲", "unit": "U"}).promised_days is Silent.SILENT
    assert read(FACT, {"name": "户口", "instead": "户口簿"}) == NegativeFact("户口", "户口簿")
    sheet = {"name": "清单", "header": ["序号"], "unused": [], "missing": [], "refused": "", "questions": []}
    assert read(Kept(SheetFound), sheet).due == "", "as it was kept before lists said of days"


def test_a_field_that_is_no_more_is_passed_over_and_what_has_no_default_is_asked_for() -> None:
    assert read(FACT, FACTS[3][1] | {"gone": 1}) == FACTS[3][0]
    with pytest.raises(ValidationError):
        read(FACT, {"unit": None, "matter": None})


def test_changes_come_back_and_give_the_draft_the_digest_that_it_always_had(ledger: str) -> None:
    assert read(CHANGES, CHANGES.written(CHANGED)) == tuple(
        replace(one, **{side: replace(entry, issuing_unit_name=None) for side in ("before", "after") if (entry := getattr(one, side))})
        for one in CHANGED
    )
    kept = do(drafts.keep, base=3, lines=CHANGED, sources=(), now=NOW)
    assert kept.digest == "cfce608abce0374dc721cf1941573c0ad1281d104eefff0414851ff7349b79c0"
    assert do(drafts.keep, base=3, lines=iter(CHANGED), sources=(), now=NOW).id == kept.id


def test_what_an_earlier_program_kept_of_a_list_is_read_laid_on_the_list_and_sent_back(ledger: str, owner_url: str) -> None:
    """Before a sheet could be refused by itself, nothing was kept of that; before a list could be unreadable, neither."""
    source("one", ListKind.PROOFS, JUSTICE, complete=True)
    send("one", rows(GOOD, (2, "NONE-1", *GOOD[2:])))
    before = changes(rebuilt())
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE catalog_readings SET sheets = (SELECT jsonb_agg(one - 'refused') FROM jsonb_array_elements(sheets) one)")
        )
        connection.execute(
            text(
                "UPDATE catalog_drafts SET sources = (SELECT jsonb_agg(one - 'unreadable' - 'asked') FROM "
                "jsonb_array_elements(sources) one)"
            )
        )
    owner.dispose()
    (kept,) = do(drafts.newest).sources  # type: ignore[union-attr]
    assert (kept.accepted, kept.refused, kept.unreadable, kept.asked) == (1, 1, 0, 0)
    assert do(intake.states, None, "one")[0].reading.sheets[0].refused == ""
    assert changes(rebuild.make_draft(NOW)) == before and file_for_sender("one").startswith(b"PK")
