"""`./run seals`: the register of seals (obligations 9.4, 15.5): what is in force and until when, register rows from a file, a renewal,
a seal's use log, and the platform's count against it.

What a command asks for another person confirms with his own key (`POST /v1/seals/{id}/confirm`): a command has none.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from uuid import UUID

from domain.refusal import Refusal
from domain.seals import KeyKind, SealKind
from runtime.commands.imports import Sheet, read_rows
from runtime.commands.verifications import operator
from runtime.failures import Failure, told
from runtime.progress import console
from settings import LOCAL, settings

if TYPE_CHECKING:
    from ledger.tables.effects import SealUse
    from ledger.tables.seals import RegisteredSeal

SHEET = Sheet("印章登记", ("印章种类", "印章名称", "单位", "证书文件", "密钥存放", "密钥标识"), ("备案编号", "备案日期"))
_KINDS = {kind.label: kind for kind in SealKind}
_KEYS = {kind.label: kind for kind in KeyKind}
_THEN = "由另一人确认制作(POST /v1/seals/{id}/confirm)、备案后启用(…/start)。"


def main(arguments: list[str]) -> int:
    """The exit code. Without a verb: the list; 1 where a seal is missing or ends within thirty days."""
    parser = argparse.ArgumentParser(prog="./run seals", description="印章登记:列出、导入、变更,导出用印记录")
    verbs = parser.add_subparsers(dest="verb", metavar="make-key|import|renew|uses|match|timestamps")
    made = verbs.add_parser("make-key", help="在密码模块中生成密钥,写出证书请求(PKCS #10);密钥不离开模块")
    made.add_argument("uri", help="密钥标识:pkcs11:token=…;object=…?module-path=…&pin-source=file:…")
    made.add_argument("--name", required=True, help="印章名称,写入证书的通用名(CN)")
    made.add_argument("--unit", required=True, help="单位名称,写入证书的组织(O)")
    made.add_argument("-o", "--output", type=Path, required=True, help="证书请求文件(PEM)")
    taken = verbs.add_parser("import", help="按表登记(逐行,待另一人确认)")
    taken.add_argument("file", type=Path, help=f"表头:{'、'.join(SHEET.required)};可有{'、'.join(SHEET.optional)}")
    renewed = verbs.add_parser("renew", help="申请变更:换证书、换密钥,待另一人确认")
    renewed.add_argument("seal", type=UUID, help="在用印章的编号")
    renewed.add_argument("--certificate", type=Path, required=True, help="新证书(PEM)")
    renewed.add_argument("--key-kind", choices=list(KeyKind), type=KeyKind, help="密钥存放;省略为与原来相同")
    renewed.add_argument("--key-reference", help="密钥标识;省略为与原来相同")
    exported = verbs.add_parser("uses", help="导出一枚印章的用印记录(CSV)")
    exported.add_argument("seal", type=UUID, help="印章编号")
    exported.add_argument("-o", "--output", type=Path, help="写入文件;省略为显示在屏幕上")
    matched = verbs.add_parser(
        "match", help="签章平台的签名记录(表头:用印记录;可有时间、凭证、摘要、流水号)与用印记录核对;有说不清的,退出码为 1"
    )
    matched.add_argument("seal", type=UUID, help="印章编号")
    matched.add_argument("file", type=Path)
    verbs.add_parser("timestamps", help="向印章目录 timestamps.txt 中的时间戳服务各要一个时间戳,说明哪个不按约定应答")
    options = parser.parse_args(arguments)
    if options.verb == "timestamps":
        return _timestamps()
    from ledger.actor import ACTOR

    ACTOR.set(operator())
    match options.verb:
        case "make-key":
            return _make_key(options)
        case "import":
            return _import(options.file)
        case "renew":
            return _renew(options)
        case "uses":
            return _export(options.seal, options.output)
        case "match":
            from runtime.commands import seal_log

            with told("核对签名次数"):
                return seal_log.told(options.file, _uses(options.seal))
    return _list()


def _make_key(options: argparse.Namespace) -> int:
    from asn1crypto import pem  # type: ignore[import-untyped]

    from connectors.faults import Fault
    from connectors.seal_module import ModuleKey

    if options.output.exists():  # looked at first: a key without its request would be left in the module
        raise Failure("生成密钥", f"{options.output} 已存在,没有生成密钥", "请换一个文件名。")
    try:
        key = ModuleKey.named(options.uri)
        request = key.request({"country_name": "CN", "organization_name": options.unit, "common_name": options.name})
        options.output.write_bytes(pem.armor("CERTIFICATE REQUEST", request))
    except Fault as fault:
        raise Failure("生成密钥", str(fault), "请按所述处理后重试。") from None
    except OSError:
        why = f"密钥 {key.label} 已在密码模块 {key.token} 中生成,但不能写入 {options.output}"
        raise Failure("生成密钥", why, "请在模块中删除该密钥,换一个可写的位置重试。") from None
    console.print(f"已在密码模块 {key.token} 中生成密钥 {key.label};证书请求:{options.output}。")
    console.print("请把证书请求交电子认证机构签发证书,再按 ./run seals import 登记;密钥标识写入印章目录的 <种类>.key.uri。")
    return 0


def _timestamps() -> int:
    """0 where each server answers as it should."""
    from connectors.timestamps import LIST, servers_of

    wrong = 0
    for server, words in (found := list(servers_of(settings().seals_dir).each())):
        console.print(f"{server}:{words or '正常'}")
        wrong += bool(words)
    if not found:
        console.print(f"没有配置时间戳服务({settings().seals_dir / LIST},每行一个网址):证明没有时间戳,级别 B-B。")
    return 1 if wrong else 0


def _list() -> int:
    from ledger.database import transaction
    from ledger.paging import every
    from ledger.sealing import seal_register

    now = settings().now()
    with transaction() as session:
        rows = list(every(lambda page: seal_register.listed(session, page)))
        counts = seal_register.uses_of_each(session)
        there = seal_register.in_force(session, now=now)
        ends = [one.id for one in seal_register.expiring(session, now=now)]
        for row in rows:
            console.print(_line(row, counts.get(row.id, (0, 0)), row.id in ends))
    for kind in SealKind:
        if kind not in there:
            console.print(f"没有在用的{kind.label}:待用印的核验等待。")
    return 1 if ends or len(there) < len(SealKind) else 0


def _line(row: RegisteredSeal, counts: tuple[int, int], ends: bool) -> str:
    until = f"证书至 {_at(row.valid_until)}{',即将到期,请申请变更' if ends else ''}" if row.valid_until else "没有证书"
    key = f"{row.key_kind.label} {row.key_reference}" if row.key_kind else "没有密钥"
    head = f"{row.id}  {row.name}({row.kind.label})  {row.unit}  {row.standing.label}"
    return f"{head}\n  {until};{key};备案 {row.filing_number or '无'};用印 {counts[0]} 次,形成证明 {counts[1]} 份"


def _import(file: Path) -> int:
    """Row by row: a bad one is named, the others are taken."""
    from ledger.database import transaction

    faults, taken = dict[int, str](), 0
    for line, row in read_rows(file, SHEET, faults):
        try:
            with transaction() as session:
                _register(session, row, file.parent)
            taken += 1
        except Refusal as refused:
            faults[line] = str(refused)
    console.print(f"共 {taken + len(faults)} 行:登记 {taken} 行,未登记 {len(faults)} 行。{_THEN if taken else ''}")
    for line, fault in sorted(faults.items()):
        console.print(f"第 {line} 行未登记:{fault}")
    return 1 if faults else 0


def _register(session: Any, row: Mapping[str, str], folder: Path) -> None:
    """Raises Refusal."""
    from ledger.sealing import seal_register
    from runtime.commands.import_rows import Around, RowRefused, day, kept_in_clear

    kept_in_clear(row)
    if empty := [name for name in SHEET.required if not row.get(name)]:
        raise RowRefused(f"{'、'.join(empty)}为空")
    for column, known in (("印章种类", _KINDS), ("密钥存放", _KEYS)):
        if row[column] not in known:
            raise RowRefused(f"{column}应为{'、'.join(known)}之一")
    try:
        pem = (folder / row["证书文件"]).read_text()
    except (OSError, ValueError):
        raise RowRefused(f"证书文件没有或读不了:{row['证书文件']}(与表放在同一目录)") from None
    on = day(row.get("备案日期", ""))
    if bool(row.get("备案编号")) != (on is not None):
        raise RowRefused("备案编号和备案日期须一并填写")
    filing = seal_register.Filing(row["备案编号"], on) if on else None
    now, kind = settings().now(), _KINDS[row["印章种类"]]
    before = seal_register.in_force(session, now=now).get(kind)
    unit = Around(session, {}).unit(row["单位"])
    seal = seal_register.apply(session, kind, row["印章名称"], unit, before.id if before else None, now=now, actor=operator()).id
    seal_register.ask_making(session, seal, pem, _KEYS[row["密钥存放"]], row["密钥标识"], filing, now=now, actor=operator())


def _renew(options: argparse.Namespace) -> int:
    from ledger.database import transaction
    from ledger.sealing import seal_register
    from ledger.sealing.certificates import SealRefused

    try:
        pem = options.certificate.read_text()
    except (OSError, ValueError):
        raise Failure("变更印章", f"证书文件没有或读不了:{options.certificate}", "请核对路径。") from None
    now = settings().now()
    with told("变更印章", "没有登记;原印章照用。"), transaction() as session:
        old = seal_register.find(session, options.seal)
        seal = seal_register.apply(session, old.kind, old.name, old.unit, old.id, now=now, actor=operator()).id
        key, reference = options.key_kind or old.key_kind, options.key_reference or old.key_reference or ""
        if key is None:
            raise SealRefused("原印章没有密钥,请写明 --key-kind 和 --key-reference。")
        seal_register.ask_making(session, seal, pem, key, reference, now=now, actor=operator())
    console.print(f"已申请变更 {seal}。{_THEN}启用以前原印章照用。")
    return 0


def _export(seal: UUID, output: Path | None) -> int:
    with ExitStack() as stack:
        try:
            out: TextIO = stack.enter_context(output.open("w", encoding="utf-8-sig", newline="")) if output else sys.stdout
        except OSError:
            raise Failure("导出用印记录", f"不能写入 {output}", "请核对路径。") from None
        with told("导出用印记录"):
            count = _write(seal, out)
    if output:
        console.print(f"{output}:{count} 次用印。")
    return 0


def _write(seal: UUID, out: TextIO) -> int:
    from domain.cells import safe

    table, count = csv.writer(out), 0
    table.writerow(("用印记录", "核验编号", "证明版本", "开始", "完成", "文件摘要(SHA-256)", "经办"))
    for one in _uses(seal):
        done = _at(one.completed_at) if one.completed_at else "没有形成证明"
        cells = one.id, one.verification, one.version, _at(one.started_at), done, one.digest or "", one.used_by
        table.writerow([safe(str(cell)) for cell in cells])
        count += 1
    return count


def _uses(seal: UUID) -> Iterator[SealUse]:
    """Page by page, each in a transaction of its own. Raises SealUnknown."""
    from ledger.database import transaction
    from ledger.paging import Page, PageRequest, every
    from ledger.sealing import seal_register

    def read(page: PageRequest) -> Page[SealUse]:
        with transaction() as session:
            seal_register.find(session, seal)
            found = seal_register.uses(session, seal, page)
            session.expunge_all()
            return found

    return every(read)


def _at(instant: datetime | None) -> str:
    return f"{instant.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}" if instant else ""
