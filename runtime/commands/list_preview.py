"""`./run catalog preview`, `./run catalog columns`: a list looked at before it is handed in, and what its columns are, said once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.commands.arguments import key, public
from runtime.commands.deciding import actor_of, add_by
from runtime.failures import Failure, told
from runtime.progress import Progress
from settings import LOCAL, settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from catalog.list_kinds import ListKind
    from catalog.preview import ColumnRead, Preview, SheetRead
    from domain.list_rows import DraftLine
    from ledger.tables.catalog import CatalogSource


def add_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The two, among the others of `./run catalog`."""
    look = verbs.add_parser("preview", help="报送之前预览一份文件:各列怎样理解、前十行、不清楚的地方、会有哪些变动;什么也不保存")
    look.add_argument("key", type=key, help="清单代号;还没有登记的,请写明 --kind")
    look.add_argument("file", type=Path)
    look.add_argument("--kind", help="清单种类,同 put")
    look.add_argument("--unit", help="是哪个单位的清单(单位编码)")
    look.add_argument("--complete", action="store_true", help="是该单位的全部条目")
    said = verbs.add_parser("columns", help="列出或说明一个单位的清单中各列是什么(说明一次,今后都有效)")
    said.add_argument("key", type=key, help="清单代号")
    said.add_argument("name", nargs="?", type=public, help="表头的写法")
    what = said.add_mutually_exclusive_group()
    what.add_argument("--is", dest="field", metavar="项", help="是哪一项,如 methods 或“核验方式”")
    what.add_argument("--unused", action="store_true", help="不使用这一列")
    what.add_argument("--take-back", action="store_true", help="撤回说明;下次重建时重新询问")
    add_by(said, "say_column", required=False)


def look(options: argparse.Namespace, progress: Progress) -> int:
    """Exit code 1 where the list cannot be read or waits for a word on a column."""
    from catalog.list_kinds import ListKind
    from catalog.preview import Previewed, preview
    from catalog.reading import OF_LISTS
    from ledger.catalog import intake
    from ledger.database import transaction

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Failure("预览清单", f"读不到 {options.file}({error.strerror})", "请核对文件路径。") from None
    if len(content) > OF_LISTS.bytes:
        raise Failure("预览清单", f"文件超过 {OF_LISTS.bytes // 2**20} MB", "请删去图片和空白行,或拆成几个文件。")
    with transaction() as session:
        known = intake.find(session, options.key)
        kind = known.kind if known else options.kind
        if kind not in list(ListKind):
            raise Failure("预览清单", f"还没有登记清单 {options.key}", "请用 --kind 写明是哪种清单:" + "、".join(ListKind) + "。")
        about = Previewed(
            options.key,
            ListKind(kind),
            known.unit if known else options.unit,
            known.name if known else options.key,
            known.document if known else "",
            known.complete if known else options.complete,
        )
    found = preview(about, content, on=settings().now().astimezone(LOCAL).date())
    for line in described(about.kind, found):
        progress.say(line)
    return 1 if found.refused or found.waits else 0


def described(kind: ListKind, found: Preview) -> list[str]:
    """A preview as people read it, line by line."""
    lines = [f"{kind.label}预览(什么也没有保存)"]
    if found.refused:
        lines.append(f"不能读取:{found.refused.text}{found.refused.remedy}")
    for sheet in found.sheets:
        lines += _sheet(sheet, read=not (sheet.refused or found.refused))
    if not found.refused:
        short = "" if found.whole else "(只读了前一部分)"
        lines.append(f"采用 {found.counts.accepted} 行,待确认 {found.counts.asked} 行,退回 {found.counts.refused} 行{short}。")
    for what, unclear in (("待确认", found.questions), ("退回", found.faults)):
        for one in unclear.values():
            lines.append(f"  {what}({one.what}):{len(one.subjects)} 种,{one.rows} 处。如 {';'.join(one.examples)}")
    if found.changes is None:
        lines.append(f"会有哪些变动:{found.unchanged}")
    else:
        said = "、".join(f"{name} {found.changes[line]}" for name, line in _lines())
        lines.append(f"与现行清单相比:{said};与其他清单矛盾 {found.contradictions}。")
    if found.waits:
        lines.append("请先说明标“待说明”的列:./run catalog columns 代号 表头 --is 项(或 --unused) --by 人员。")
    return lines


def _lines() -> list[tuple[str, DraftLine]]:
    from domain.list_rows import DraftLine

    return [("减少", DraftLine.REMOVE), ("变更", DraftLine.ALTER), ("增加", DraftLine.ADD), ("拦截", DraftLine.BLOCKED)]


def _sheet(sheet: SheetRead, *, read: bool) -> list[str]:
    lines = [f"工作表“{sheet.name}”" if sheet.name else "表格"]
    if sheet.refused:
        lines.append(f"  没有读取:{sheet.refused}")
    lines += [f"  列“{column.name}” → {_meaning(column)}" for column in sheet.columns]
    if sheet.missing:
        lines.append(f"  应有而没有的列:{'、'.join(sheet.missing)}")
    if sheet.unheard:
        lines.append(f"  没有采用的文字(没有改动任何一行;说到某些行的,请在行中写明):{';'.join(sheet.unheard)}")
    for row in sheet.rows:
        lines.append(
            f"  第 {row.line} 行 {row.verdict.label if read else ''}  " + " | ".join(cell.replace("\n", " ") for cell in row.cells)
        )
    return lines


def _meaning(column: ColumnRead) -> str:
    from catalog.columns import label

    like = "、".join(f"{one.name}({one.code})" for one in column.candidates)
    if column.field is not None:
        return label(column.field) + ("(已由人说明)" if column.said else "")
    if column.said:
        return "不使用(已由人说明)"
    if column.asked:
        return f"待说明,像是{like}"
    return f"没有用到{',像是' + like if like else ''}"


def columns(options: argparse.Namespace, progress: Progress) -> int:
    from catalog.columns import label
    from ledger.catalog import columns as said_columns
    from ledger.catalog import intake
    from ledger.database import transaction

    with transaction() as session:
        source = intake.find(session, options.key)
        if source is None:
            raise Failure("说明列", f"没有登记清单 {options.key}", "用 ./run catalog lists 查看已登记的清单。")
        if options.name:
            _say(session, options, source)
        for row in said_columns.said(session, source.unit):
            at = f"{row.answered_at.astimezone(LOCAL):%Y-%m-%d %H:%M}" if row.answered_at else ""
            progress.say(f"{row.subject} → {label(row.answer) if row.answer else '不使用'}  {row.answered_by}  {at}")
    return 0


def _say(session: Session, options: argparse.Namespace, source: CatalogSource) -> None:
    from catalog.column_names import BY_NAME
    from catalog.columns import meant, subject
    from catalog.list_kinds import ListKind
    from ledger.catalog import columns as said_columns

    if not options.by or not (options.field or options.unused or options.take_back):
        raise Failure("说明列", "没有写明是什么、由谁说明", "请写 --is 项、--unused 或 --take-back,并写 --by 人员编码。")
    actor, kind = actor_of(session, options.by, "say_column", "说明列"), ListKind(source.kind)
    named = subject(kind.label, options.name)
    with told("说明列", f"可以写的项:{'、'.join(sorted(kind.reads))}。"):
        if options.take_back:
            said_columns.take_back(session, source.unit, named)
        else:
            field = "" if options.unused else BY_NAME.get(options.field, options.field)
            said_columns.say(session, source.unit, named, meant(field, kind.reads, kind.label), now=settings().now(), actor=actor)
