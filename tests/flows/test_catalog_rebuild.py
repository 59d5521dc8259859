"""清单重建 as a flow, against a real Prefect server: progress, counts and the difference are there for operators."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import pytest

from catalog import rebuild
from catalog.list_kinds import ListKind
from flows.catalog_rebuild import catalog_rebuild
from isolation.process import ProcessDied
from ledger.catalog import drafts, intake
from tasks import rebuild as steps
from tasks.own_process import in_own_process
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.ledger.acting import do
from tests.ledger.filing import NOW
from tests.stack import Stack


def send(key: str, content: bytes) -> None:
    do(intake.put_source, key, name=f"{key}清单", kind=ListKind.PROOFS.value, unit="370402-JUSTICE", document="", complete=False)
    do(intake.receive, key, "清单.xlsx", content, now=NOW, actor="test")


def artifact(stack: Stack, key: str) -> dict[str, Any]:
    body = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    (found,) = stack.prefect.http.post("/artifacts/filter", json=body).raise_for_status().json()
    return dict(found)


def test_the_run_shows_progress_counts_and_what_would_change(stack: Stack) -> None:
    send("good", workbook([HEADER, GOOD]))
    send("broken", b"PK\x03\x04broken")
    asyncio.run(catalog_rebuild())
    draft = do(drafts.newest)
    assert draft is not None and do(drafts.counts, draft.id).total() == 1
    page = artifact(stack, "catalog-draft")["data"]
    assert "增加 0、变更 1、减少 0;拦截 0。" in page and "| 变更 | 370402-JUSTICE | 法律援助申请 | 经济困难证明 |" in page
    counts = json.loads(artifact(stack, "catalog-lists")["data"])
    assert [one["状态"] for one in counts] == ["无法读取", "已读取"]
    assert artifact(stack, "catalog-progress")["data"] == 100.0
    asyncio.run(catalog_rebuild())
    again = do(drafts.newest)
    assert again is not None and again.id == draft.id


def test_a_file_that_makes_its_reader_fall_over_is_refused_and_the_next_is_read(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    send("a", workbook([HEADER, GOOD]))

    async def die(*_: Any) -> None:
        raise ProcessDied

    monkeypatch.setattr(steps, "in_own_process", die)
    assert asyncio.run(steps.read_one_list.fn("a")).unreadable == 1
    reading = do(intake.newest_reading, "a")
    assert reading is not None and reading.refused is not None and "结构异常" in reading.refused.text
    assert rebuild.known_reading("a", NOW) is not None


def fall_over() -> None:
    os.abort()


def take_too_much() -> int:
    return len(bytearray(3 * 2**30))


@pytest.mark.parametrize("way", [fall_over, take_too_much])
def test_what_kills_its_own_process_kills_no_other(way: Any) -> None:
    with pytest.raises(ProcessDied):
        asyncio.run(in_own_process(way))
    assert asyncio.run(in_own_process(os.getpid)) != os.getpid()


def test_what_the_function_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_own_process(divmod, 1, 0))
