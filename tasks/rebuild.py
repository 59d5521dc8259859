"""清单重建, step by step: read each list, draft, and show operators how far it is and what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from catalog import rebuild
from catalog.list_kinds import ListKind
from domain.blocking import Blocked
from domain.list_rows import DraftLine, DraftSource, ListFound
from domain.listing import Change, ChangeKind, described
from isolation.process import ProcessDied
from ledger.catalog import drafts
from ledger.database import transaction
from ledger.tables.catalog import CatalogDraft
from settings import settings
from tasks.own_process import in_own_process
from tasks.steps import in_ledger_thread, step

_SHOWN = 300  #: changes and blocked entries on the page; all of them are in the draft


@step("列出报送的清单 list the lists")
async def lists_that_came() -> list[str]:
    """The keys of the lists, in the order in which they are read."""
    return await in_ledger_thread(rebuild.source_keys)


@step("读取清单 read a list")
async def read_one_list(source: str) -> ListFound:
    """What was found in it, in counts. A file that makes its reader fall over is refused, and the next one is read."""
    now = settings().now()
    found = await in_ledger_thread(rebuild.known_reading, source, now)
    if found is None:
        try:
            found = await in_own_process(rebuild.read_source, source, now)
        except ProcessDied:
            found = await in_ledger_thread(rebuild.refuse_unreadable, source, now)
    return found


@step("形成草案 draft the list")
async def draft_the_list() -> str:
    """Lay all lists on the published one, and show the difference; gives the draft's id."""
    draft = UUID(await in_own_process(rebuild.draft_id, settings().now()))
    sources, shown = await in_ledger_thread(_shown, draft)
    await acreate_table_artifact(key="catalog-lists", table=[_counts(one) for one in sources], description="各清单读取结果")
    await acreate_markdown_artifact(key="catalog-draft", markdown=shown, description="清单草案")
    return str(draft)


def _shown(draft: UUID) -> tuple[tuple[DraftSource, ...], str]:
    with transaction() as session:
        found = session.get_one(CatalogDraft, draft)
        changes, blocked = islice(drafts.changes(session, draft), _SHOWN), islice(drafts.blocked(session, draft), _SHOWN)
        return found.sources, page(found.base, drafts.counts(session, draft), list(changes), list(blocked))


def page(base: int, counts: Mapping[DraftLine, int], changes: Sequence[Change], blocked: Sequence[Blocked]) -> str:
    """A draft as people read it: what would change, and what is blocked; of both the first."""
    said = "、".join(f"{kind.label} {counts.get(DraftLine(kind.value), 0)}" for kind in ChangeKind)
    lines = [f"# 清单草案(对照第 {base} 版)", "", f"{said};拦截 {counts.get(DraftLine.BLOCKED, 0)}。", ""]
    if changes:
        lines += ["| 调整 | 单位 | 事项 | 证明 | 内容 |", "|-|-|-|-|-|", *map(_change_line, changes), ""]
    if blocked:
        lines += ["## 拦截", "", "| 单位 | 事项 | 证明 | 原因 |", "|-|-|-|-|", *map(_blocked_line, blocked), ""]
    if sum(counts.values()) > len(changes) + len(blocked):
        lines.append(f"只列出前 {_SHOWN} 条,全部见接口 /v1/catalog/drafts/latest。")
    return "\n".join(lines)


def _change_line(change: Change) -> str:
    entry = change.entry
    what = "<br>".join(map(_cell, described(change)))
    return f"| {change.kind.label} | {entry.unit} | {_cell(entry.matter_name)} | {_cell(entry.proof_name)} | {what} |"


def _blocked_line(one: Blocked) -> str:
    why = "<br>".join(_cell(block.text) for block in one.blocks)
    return f"| {one.unit} | {_cell(one.matter_name)} | {_cell(one.proof_name)} | {why} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _counts(one: DraftSource) -> dict[str, str | int]:
    state = "未报送" if not one.files else "无法读取" if one.unreadable else "已读取"
    return {
        "清单": one.name,
        "种类": ListKind(one.kind).label,
        "单位": one.unit or "",
        "状态": state,
        "采用": one.accepted,
        "待确认": one.asked,
        "退回": one.refused,
    }
