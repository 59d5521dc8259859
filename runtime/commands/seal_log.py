"""`./run seals match`: the signatures that an e-seal platform counted, against our record of uses (obligations 9.4, 9.5).

The platform's log is a table with a column 用印记录: the `clientData` that came with each signature. A use may have been signed more
than once: who was cut off between signature and record continues the same use, and one proof reaches anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from runtime.commands.imports import Sheet, read_rows
from runtime.progress import console

if TYPE_CHECKING:
    from ledger.tables.effects import SealUse

LOG = Sheet("签章平台的签名记录", ("用印记录",), ("时间", "凭证", "摘要", "流水号"))
_SHOWN = 20  #: lines of one kind


@dataclass
class Matched:
    """Our uses by what the platform counted. `unknown`: its signatures for no use of this seal, with their lines."""

    signatures: int = 0
    once: int = 0
    again: list[tuple[SealUse, int]] = field(default_factory=list)
    unfinished: list[tuple[SealUse, int]] = field(default_factory=list)
    unsigned: list[SealUse] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)

    @property
    def explained(self) -> bool:
        return not self.unsigned and not self.unknown


def match(uses: Iterable[SealUse], lines: Iterable[tuple[int, str]]) -> Matched:
    """`lines`: of the platform's log, number and use."""
    signed, where, found = Counter[UUID](), dict[UUID, list[tuple[int, str]]](), Matched()
    for line, text in lines:
        found.signatures += 1
        try:
            use = UUID(text.strip())
        except ValueError:
            found.unknown.append((line, text))
            continue
        signed[use] += 1
        where.setdefault(use, []).append((line, text))
    for one in uses:
        count = signed[one.id]
        where.pop(one.id, None)
        if one.completed_at is None:
            found.unfinished += [(one, count)] if count else []
        elif not count:
            found.unsigned.append(one)
        elif count > 1:
            found.again.append((one, count))
        else:
            found.once += 1
    found.unknown = sorted([*found.unknown, *(place for places in where.values() for place in places)])
    return found


def told(file: Path, uses: Iterable[SealUse]) -> int:
    """The exit code: 1 where a count is not explained."""
    faults = dict[int, str]()
    found = match(uses, [(line, row["用印记录"]) for line, row in read_rows(file, LOG, faults)])
    proofs = found.once + len(found.again)
    console.print(f"平台记录签名 {found.signatures} 次;有签名且形成证明的用印 {proofs} 次,其中 {found.once} 次签名恰好一次。")
    _list(f"{len(found.again)} 次用印不止一个签名:签名后未及记录即中断,由下一次处理续用,交出的证明只有一份:", map(_counted, found.again))
    _list(f"{len(found.unfinished)} 次用印有签名、没有形成证明(正在办理或等待处理),签名没有交给任何人:", map(_counted, found.unfinished))
    _list(f"{len(found.unsigned)} 份证明在平台记录中没有签名,请核对平台记录的起止和印章编号:", map(_named, found.unsigned))
    wrong = [f"第 {line} 行 {text[:60]}" for line, text in found.unknown]
    _list(f"{len(wrong)} 次签名不属于这枚印章的用印记录,请立即与平台查明:", wrong)
    _list(f"{len(faults)} 行读不了:", (f"第 {line} 行:{fault}" for line, fault in sorted(faults.items())))
    if found.explained and not faults:
        console.print("平台的次数与用印记录相符。")
    return 0 if found.explained and not faults else 1


def _list(head: str, lines: Iterable[str]) -> None:
    if every := list(lines):
        console.print("\n  ".join([head, *every[:_SHOWN], *([f"……另有 {len(every) - _SHOWN} 行"] if len(every) > _SHOWN else [])]))


def _named(one: SealUse) -> str:
    return f"{one.id}  {one.verification}"


def _counted(counted: tuple[SealUse, int]) -> str:
    return f"{_named(counted[0])}  签名 {counted[1]} 次"
