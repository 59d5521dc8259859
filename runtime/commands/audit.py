"""`./run audit`: the record for an auditor, who checks it with `audit/verify.py` on a machine of his own."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from pathlib import Path

from runtime.failures import Failure, told
from runtime.progress import Progress, console
from settings import settings

_NOTED = 1.0  #: seconds between two remarks


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run audit", description="台账存证:导出供审计的全部记录(不含个人信息),显示最新存证")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="export|head|why")
    exported = verbs.add_parser("export", help="导出到一个空目录,用 python audit/verify.py 目录 离线核对")
    exported.add_argument("folder", type=Path, metavar="目录")
    verbs.add_parser("head", help="显示最新一次存证,供另存、另行公布")
    reasons = verbs.add_parser("why", help="一项核验的时限依据,用 python audit/why.py 离线重算")
    reasons.add_argument("number", metavar="核验编号")
    reasons.add_argument("-o", "--output", type=Path, metavar="文件", help="写到哪个文件;省略为 核验编号.json")
    options = parser.parse_args(arguments)
    if options.verb == "export":
        return _export(options.folder)
    return _head() if options.verb == "head" else _why(options.number, options.output or Path(f"{options.number}.json"))


def _export(folder: Path) -> int:
    from sqlalchemy import create_engine, text
    from sqlalchemy.orm import Session

    from ledger.record import exporting
    from runtime.commands.backup import reach

    progress, last = Progress(), time.monotonic()
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Failure("导出审计记录", f"目录 {folder} 不是空的", "没有写入任何内容。请换一个空目录。")
        with ExitStack() as ending, told("导出审计记录"), progress.step("导出审计记录") as note:
            # Nothing is decrypted or written: what is left where the master keys are lost must still be had, though nothing runs.
            reach(ending, lost=True)
            bare = create_engine(settings().database_url(), hide_parameters=True)
            ending.callback(bare.dispose)
            session = ending.enter_context(Session(bare))
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))

            def written(done: int, of: int) -> None:
                nonlocal last
                if time.monotonic() - last >= _NOTED:
                    last = time.monotonic()
                    note(f"{done:,} / {of:,} 条")

            lines = exporting.export(session, folder, written)
    except OSError as error:
        raise Failure("导出审计记录", f"不能写到 {folder}:{error.strerror}", "请换一个可写、空间足够的目录;写了一半的请删除。") from None
    console.print(f"共 {lines:,} 条,已写到 {folder}。核对:python audit/verify.py {folder}(可在任何装有 Python 和 cryptography 的机器上)。")
    return 0


def _head() -> int:
    from ledger.database import transaction
    from ledger.record import heads

    with told("显示存证"), transaction() as session:
        newest = heads.last(session)
        console.print(newest.note.rstrip("\n"))
        console.print(f"\n存证公钥:{heads.public_key()}")
    return 0


def _why(number: str, file: Path) -> int:
    from ledger.database import transaction
    from ledger.deadlines import grounds

    with told("导出时限依据"), transaction() as session:
        found = grounds.grounds(session, number)
    try:
        file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise Failure("导出时限依据", f"不能写到 {file}:{error.strerror}", "请用 -o 写明可写的位置。") from None
    console.print(f"已写到 {file}。重算:python audit/why.py {file}(可加 --earlier 3:若早 3 分钟送达会怎样)。")
    return 0
