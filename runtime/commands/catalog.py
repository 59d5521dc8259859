"""`./run catalog`: hand in a list, rebuild, see what is asked and what would change, take the error file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from catalog.list_kinds import ListKind
from domain.clear_text import fault_of
from runtime.commands import list_preview
from runtime.commands.arguments import key, public
from runtime.commands.deciding import actor_of, add_by
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import Progress
from settings import LOCAL, settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run catalog", description="“无证明办事”清单:报送、重建、确认、退回")
    verbs = parser.add_subparsers(dest="verb", metavar="lists|preview|columns|put|rebuild|draft|questions|answer|errors")
    verbs.add_parser("lists", help="列出已登记的清单和读取结果(默认)")
    put = verbs.add_parser("put", help="登记一份清单并报送文件(CSV、XLSX、XLS、XML 2003、DOCX、网页)")
    put.add_argument("key", type=key, help="清单代号,如 justice-proofs")
    put.add_argument("file", type=Path)
    put.add_argument(
        "--kind",
        choices=[kind.value for kind in ListKind],
        help="首次登记必填:" + ";".join(f"{kind.value} {kind.label}" for kind in ListKind),
    )
    put.add_argument("--name", type=public, help="清单名称")
    put.add_argument("--unit", help="是哪个单位的清单(单位编码);上级下发的不填")
    put.add_argument("--document", type=public, help="上级清单的依据,如文号")
    put.add_argument("--complete", action="store_true", help="是该单位的全部条目:清单中没有的视为减少")
    list_preview.add_verbs(verbs)
    verbs.add_parser("rebuild", help="立即读取全部清单,形成草案(平时每夜自动进行)")
    verbs.add_parser("draft", help="查看最新草案")
    asked = verbs.add_parser("questions", help="列出待确认的名称")
    asked.add_argument("--limit", type=int, default=50)
    answer = verbs.add_parser("answer", help="确认一个名称指什么")
    answer.add_argument("id", type=UUID, help="问题编号")
    answer.add_argument("code", nargs="?", default="", help="单位、事项、证明的编码;不是其中任何一个的,省略")
    answer.add_argument("--for-all", action="store_true", help="对全部单位的清单有效;省略则只对提出问题的单位")
    add_by(answer, "answer_question")
    errors = verbs.add_parser("errors", help="导出退回报送单位的问题清单(XLSX)")
    errors.add_argument("key", help="清单代号")
    errors.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    act: Callable[[argparse.Namespace, Progress], int] = _VERBS[options.verb or "lists"]
    return act(options, Progress())


def _lists(_: argparse.Namespace, progress: Progress) -> int:
    from ledger.catalog import intake, versions
    from ledger.database import transaction

    with transaction() as session:
        for source in intake.sources(session):
            reading = intake.newest_reading(session, source.key)
            if reading is None:
                said = "尚未读取"
            elif reading.refused is not None:
                said = f"无法读取:{reading.refused.text}{reading.refused.remedy}"
            else:
                counts = reading.counts
                said = f"采用 {counts.accepted} 行,待确认 {counts.asked} 行,退回 {counts.refused} 行"
            progress.say(f"{source.key}  {source.name}({ListKind(source.kind).label})  {said}")
        progress.say(f"现行清单第 {versions.current(session)} 版。")
    return 0


def _put(options: argparse.Namespace, progress: Progress) -> int:
    from catalog.reading import OF_LISTS
    from ledger.catalog import intake
    from ledger.database import transaction

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise Failure("报送清单", f"读不到 {options.file}({error.strerror})", "请核对文件路径。") from None
    if len(content) > OF_LISTS.bytes:
        raise Failure("报送清单", f"文件超过 {OF_LISTS.bytes // 2**20} MB", "请删去图片和空白行,或拆成几个文件。")
    with told("报送清单"), transaction() as session:
        if intake.find(session, options.key) is None and not options.kind:
            raise Failure("报送清单", f"还没有登记清单 {options.key}", "首次报送请用 --kind 写明是哪种清单。")
        if options.kind:
            name = options.name or (options.key if fault_of(options.file.stem) else options.file.stem)
            intake.put_source(
                session,
                options.key,
                kind=options.kind,
                name=name,
                unit=options.unit,
                document=options.document or "",
                complete=options.complete,
                active=True,
            )
        intake.receive(session, options.key, options.file.name, content, now=settings().now(), actor=operator())
    progress.say(f"已收到 {options.file.name}。立即处理请执行 ./run catalog rebuild。")
    return 0


def _rebuild(options: argparse.Namespace, progress: Progress) -> int:
    from catalog import rebuild

    keys = rebuild.source_keys()
    with progress.step(f"读取 {len(keys)} 份清单") as note:
        for number, key in enumerate(keys, start=1):
            note(f"{number}/{len(keys)} {key}")
            rebuild.read_source(key, settings().now())
    with progress.step("形成草案"):
        rebuild.make_draft(settings().now())
    _lists(options, progress)
    return _draft(options, progress)


def _draft(_: argparse.Namespace, progress: Progress) -> int:
    from domain.list_rows import DraftLine
    from domain.listing import ChangeKind, described
    from ledger.catalog import drafts
    from ledger.database import transaction

    with transaction() as session:
        draft = drafts.newest(session)
        if draft is None:
            progress.say("还没有草案;请先执行 ./run catalog rebuild。")
            return 0
        found = drafts.counts(session, draft.id)
        counts = "、".join(f"{kind.label} {found[DraftLine(kind.value)]}" for kind in ChangeKind)
        at = f"{draft.checked_at.astimezone(LOCAL):%Y-%m-%d %H:%M}"
        progress.say(f"草案(对照第 {draft.base} 版,{at}):{counts};拦截 {found[DraftLine.BLOCKED]}。")
        for change in drafts.changes(session, draft.id):
            entry = change.entry
            progress.say(f"  {change.kind.label}  {entry.unit}  {entry.matter_name} · {entry.proof_name}  {';'.join(described(change))}")
        for one in drafts.blocked(session, draft.id):
            why = "".join(block.text + block.remedy for block in one.blocks)
            progress.say(f"  拦截  {one.unit}  {one.matter_name} · {one.proof_name}  {why}")
    return 0


def _questions(options: argparse.Namespace, progress: Progress) -> int:
    from domain.list_rows import Topic
    from ledger.catalog import questions
    from ledger.database import transaction
    from ledger.paging import PageRequest

    with transaction() as session:
        found = questions.questions(session, PageRequest(options.limit)).rows
        elsewhere = questions.elsewhere(session, found)
    for one in found:
        known = "、".join(f"{candidate.name}={candidate.code}" for candidate in one.candidates) or "无"
        topic = Topic(one.topic).label
        progress.say(f"{one.id}  {topic}“{one.subject}”({one.count} 行,如{one.places[0]}):{one.why}。候选:{known}")
        if others := "、".join(other.sender or "不限单位的清单" for other in elsewhere[one.id]):
            progress.say(f"    其他清单中也有:{others};确认时加 --for-all 一并确认。")
    if not found:
        progress.say("没有待确认的名称。")
    return 1 if found else 0


def _answer(options: argparse.Namespace, progress: Progress) -> int:
    from domain.list_rows import Topic
    from ledger.catalog import questions
    from ledger.database import transaction

    with transaction() as session:
        actor = actor_of(session, options.by, "answer_question", "确认")
        with told("确认", "请从 ./run catalog questions 所列的候选中选择,或先用 ./run import 登记。"):
            asked = questions.answer(session, options.id, options.code or None, for_all=options.for_all, now=settings().now(), actor=actor)
        if asked is None:
            raise Failure("确认", f"没有这个问题:{options.id}", "用 ./run catalog questions 查看。")
    none = "说到了表中的行" if asked.topic == Topic.TEXT else "不属于登记库"
    progress.say(f"“{asked.subject}”已确认为{options.code or none};下次重建时生效。")
    return 0


def _errors(options: argparse.Namespace, progress: Progress) -> int:
    from catalog.returning import file_for_sender

    try:
        with told("导出", "请先执行 ./run catalog rebuild。"):
            options.output.write_bytes(file_for_sender(options.key))
    except OSError as error:
        raise Failure("导出", f"写不了 {options.output}({error.strerror})", "请换一个可以写入的位置。") from None
    progress.say(f"已写入 {options.output}。")
    return 0


_VERBS: dict[str, Callable[[argparse.Namespace, Progress], int]] = {
    "lists": _lists,
    "preview": list_preview.look,
    "columns": list_preview.columns,
    "put": _put,
    "rebuild": _rebuild,
    "draft": _draft,
    "questions": _questions,
    "answer": _answer,
    "errors": _errors,
}
