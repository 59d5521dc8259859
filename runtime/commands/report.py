"""`./run report`: make the report of a week, a range of days or a unit, and write its three files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from runtime.commands.arguments import public
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import Progress, console
from settings import settings

if TYPE_CHECKING:
    from reports.issuing import Kind
    from reports.model import Period

_KINDS: tuple[Kind, ...] = ("pdf", "xlsx", "html")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run report", description="编制周报(已编制的原样取出),写出 PDF、XLSX、HTML")
    parser.add_argument("period", nargs="?", default="", help="2026-W10、2026-03-04(所在的一周)或 2026-03-02..2026-03-15;省略为上周")
    parser.add_argument("--unit", default="", help="只编制这个单位的(单位编码);省略为全区")
    parser.add_argument("--again", metavar="REASON", type=public, help="按现行口径重新编制一版,并写明原因")
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="FOLDER", help="写到哪个文件夹;省略为当前文件夹")
    parser.add_argument("--cases", metavar="KEY", help="只列出一个指标的个案(键见工作簿“按条文”和周报数据的 cases)")
    options, progress = parser.parse_args(arguments), Progress()
    from reports import periods

    with told("周报"):
        period = periods.parse(options.period) if options.period else periods.last_week(settings().now())
        if options.cases:
            return _list(period, options.unit, options.cases)
        report = _make(period, options.unit, options.again or "", progress)
    _write(report, options.output, progress)
    return 0


def _list(period: Period, unit: str, key: str) -> int:
    """What stands behind one figure, as the ledger says it now."""
    from ledger.database import transaction
    from reports.cases import cases

    offset: int | None = 0
    while offset is not None:
        with transaction() as session:
            found = cases(session, period, unit, key, now=settings().now(), offset=offset)
        if offset == 0:
            console.print(f"{key}:分子 {found.part},分母 {found.whole}")
        for line in found.lines:
            console.print(f"{'●' if line.counted else '○'} {line.number}")
        offset = found.next_offset
    return 0


def _make(period: Period, unit: str, reason: str, progress: Progress) -> UUID:
    """The newest version, made where there is none or where another is asked for."""
    from ledger.database import transaction
    from ledger.outbox import reports
    from reports import issuing

    with transaction() as session:
        issuing.order(session, period, unit, now=settings().now(), actor=operator(), reason=reason, again=bool(reason))
        ordered = reports.ordered(session, (period.start, period.end), unit)
    for wanted in ordered:
        with progress.step(f"编制{period.label}第{wanted.version}版") as note:
            note("1/3 计算数据")
            snapshot = issuing.snapshot(wanted, settings().now())
            note("2/3 排版")
            layouts = issuing.lay_out(snapshot)
            note("3/3 存档")
            issuing.keep(wanted, snapshot, layouts, now=settings().now(), actor=operator())
    with transaction() as session:
        found = reports.newest(session, period.start, period.end, unit)
        assert found is not None
        return found.id


def _write(report: UUID, folder: Path, progress: Progress) -> None:
    from ledger.database import transaction
    from reports import issuing, periods
    from reports.letters import file_name, title
    from reports.summary import key_figures
    from reports.wording import typeset

    with transaction() as session:
        row, figures = issuing.read(session, report)
        files = {file_name(row, kind): issuing.bytes_of(row, kind) for kind in _KINDS}
    progress.say(title(row))
    for label, figure in key_figures(figures):
        progress.say(typeset(f"  {label}:{figure}"))
    for note in figures.notes:
        progress.say(typeset(f"  说明:{note}"))
    if periods.is_week(figures.period) and not row.scope and not settings().report_readers:
        progress.warn("没有配置收件人(PROOFLESS_REPORT_READERS),周报不会自动发送。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
            progress.say(f"已写入 {folder / name}")
    except OSError as error:
        raise Failure("周报", f"写不了 {folder}({error.strerror})", "请换一个可以写入的位置;周报已存档,再次运行即可取出。") from None
