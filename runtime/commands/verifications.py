"""`./run stuck`, `resume`, `proof` and `verify`: what an operator does with single verifications."""

from __future__ import annotations

import argparse
import getpass
import os
from datetime import datetime
from pathlib import Path

from runtime.failures import Failure, told
from runtime.progress import console
from settings import LOCAL, settings


def operator() -> str:
    """Who acts, for the record: the person who is logged in on this machine."""
    return f"operator:{getpass.getuser()}"


def stuck(arguments: list[str]) -> int:
    """待人工处理: what waits for a person, why, and what to do. Exit code 1 where there is something."""
    argparse.ArgumentParser(prog="./run stuck", description="列出待人工处理的核验、原因和办法").parse_args(arguments)
    from ledger.casework import watch
    from ledger.database import transaction
    from ledger.lifecycle import remedies
    from ledger.outbox.alarms import standing_alarms

    with transaction() as session:
        waiting = watch.stuck(session)
        known = {item.number for item in waiting}
        alarms = [alarm for alarm in standing_alarms(session) if alarm.subject not in known]
    # In lines, not in a table: its folds would break the commands that people copy.
    for item in waiting:
        console.print(f"{item.number}({_since(item.since)})\n  原因:{item.reason}\n  办法:{item.remedy}")
        for command in remedies.commands(item.number, item.remedy):
            console.print(f"        {command}")
    if not waiting:
        console.print("没有待人工处理的核验。")
    if alarms:
        console.print("\n告警:")
    for alarm in alarms:
        console.print(f"  {alarm.message}({_since(alarm.raised_at)})")
    return 1 if waiting else 0


def _since(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%m-%d %H:%M} 起"


def resume(arguments: list[str]) -> int:
    """Go on with a paused verification, or try one again that waits for a person."""
    parser = argparse.ArgumentParser(prog="./run resume", description="恢复被暂停的核验,或重试待人工处理的核验")
    parser.add_argument("number", help="核验编号")
    number = parser.parse_args(arguments).number
    from ledger.casework import attention
    from ledger.database import transaction
    from ledger.tables.verifications import Verification

    with told("恢复", "用 ./run stuck 查看待处理的核验。"), transaction() as session:
        row = session.get(Verification, number)
        act = attention.resume if row is None or row.paused_at is not None else attention.retry
        act(session, number, now=settings().now(), actor=operator())
    console.print(f"{number} 已恢复,执行器将继续处理。")
    return 0


def proof(arguments: list[str]) -> int:
    """Write a sealed proof to a file: the reading is on the record (obligation 15.4)."""
    parser = argparse.ArgumentParser(prog="./run proof", description="导出一份电子证明(调阅会留痕)")
    parser.add_argument("number", help="核验编号")
    parser.add_argument("-o", "--output", type=Path, required=True, help="写到哪个文件")
    parser.add_argument("--extended", action="store_true", help="附上后续时间戳(PAdES B-LTA);还没有的,与送达时的文件相同")
    options = parser.parse_args(arguments)
    from domain.proof_form import Form
    from ledger import audit
    from ledger.cases import cases
    from ledger.database import transaction
    from ledger.sealing import papers
    from ledger.tables.verifications import Verification

    with transaction() as session:
        row = session.get(Verification, options.number)
        made = papers.delivered_proof(session, row) if row else None
        if row is None or made is None:
            why = "没有这个核验编号" if row is None else f"还没有电子证明(现状:{row.state.label})"
            raise Failure("导出", why, "请核对编号;未送达的核验请稍后再试。")
        stages = papers.stages(session, made) if options.extended else ()
        file = papers.open_whole(made, stages, cases.key_of(session, row.case))
        audit.record_access(session, row.number, "proof", actor=operator(), unit=None, now=settings().now())
        session.flush()
        _write(options.output, file)  # within the transaction: a file that cannot be written was not read
    console.print(f"已写入 {options.output}")
    if options.output.suffix.lower() in {one.suffix for one in Form} - {made.form.suffix}:
        console.print(f"注意:这份电子证明是 {made.form.label} 文件,文件名的后缀应为 {made.form.suffix}。")
    return 0


def _write(file: Path, content: bytes) -> None:
    """A file that its owner alone may read, from its first byte on."""
    try:
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
    except OSError as error:
        raise Failure("导出", f"写不了 {file}({error.strerror})", "请换一个可以写入的位置。") from None


def verify(arguments: list[str]) -> int:
    """Check a file that somebody holds: genuine and unchanged (exit code 0), or why not (1)."""
    parser = argparse.ArgumentParser(prog="./run verify", description="核验一份电子证明文件的真伪")
    parser.add_argument("file", type=Path)
    parser.add_argument("--status-list", type=Path, metavar="清单", help="不查台账,按保存的撤销状态清单(/status-lists/编号)离线核验")
    parser.add_argument("--keys", type=Path, metavar="公钥", help="保存的 /status-lists,内有清单的公钥;省略为本系统的")
    options = parser.parse_args(arguments)
    file = options.file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Failure("核验文件", f"读不到 {file}({type(error).__name__})", "请核对文件路径。") from None
    from gateway.public.judging import judged

    try:
        authorities = (settings().seals_dir / "ca.crt.pem").read_bytes()
    except OSError:
        raise Failure("核验文件", f"{settings().seals_dir} 中没有印章证书", "先运行一次 ./run up,或配置印章目录。") from None
    if options.status_list:
        from runtime.commands.offline import judged_offline

        when = None
        said, facts, algorithm = judged_offline(content, authorities, options.status_list, options.keys, settings().now())
    else:
        found = judged(content, authorities, settings().now())
        said, facts, when, algorithm = found.text, found.facts, found.when, found.algorithm
    console.print(said)
    for one in facts.told(by_list=options.status_list is not None):
        console.print(f"  {one.verdict_name:　<4} {one.name}:{one.text}")
    if when is not None:
        console.print(f"用印时间:{when.text}")
    if algorithm:
        console.print(f"签章算法:{algorithm}")
    return 0 if facts.intact and facts.whole and facts.ours and facts.current is not False else 1
