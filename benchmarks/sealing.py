"""Make + seal, alone on one core: what one proof costs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from connectors.seal import LocalSeals, SealService, SealUse
from domain.numbers import new_number
from domain.seals import SealKind
from proofs.code import new_code, verify_url
from proofs.page import SEAL_BOX, ProofPage, render
from proofs.seal_image import draw_seal
from sandbox.people import PERSONS
from settings import settings
from tasks.sealing import seal_names, seals
from tests.seal_module import installed, softhsm


@dataclass(frozen=True)
class Sealing:
    """CPU milliseconds for one proof, and proofs a second on one core. `module_ms`: CPU with the key in SoftHSM2; None: not installed."""

    cpu_ms: float
    per_second: float
    module_ms: float | None = None


def measure(count: int = 200) -> Sealing:
    """With the key of a file, and beside it with one in a module."""
    found = _measure(seals(), count)
    if not installed():
        return found
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, softhsm(Path(folder), seal_names()) as module:
        inside = _measure(LocalSeals(module.seals, seal_names(), True, draw_seal), count)
    return replace(found, module_ms=inside.cpu_ms)


def _measure(service: SealService, count: int) -> Sealing:
    """Different pages each time: the same page again would come from Typst's cache."""
    for index in range(5):
        service.sign(render(_page(index)), _use(index))
    pages = [(_page(index), index) for index in range(count)]
    cpu, wall = time.process_time(), time.monotonic()
    for page, _ in pages:
        service.sign(render(page), SealUse(id=str(uuid4()), verification=page.number, seal=SealKind.SHARE, box=SEAL_BOX))
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    return Sealing(1000 * cpu / count, count / wall)


def _page(index: int) -> ProofPage:
    person, now = PERSONS[index % len(PERSONS)], datetime.now(UTC)
    number = _number(index)
    return ProofPage(
        number=number,
        kind="户籍证明",
        body="经共享数据查询,关于被核验人的“户籍证明”核验结果为“属实”,具体内容如下。",
        fields=(
            ("姓名", person.name),
            ("公民身份号码", person.id_number),
            ("户主姓名", person.name),
            ("与户主关系", "户主"),
            ("户别", "家庭户"),
            ("住址", f"枣庄市市中区演示路{index}号"),
        ),
        requesting_unit="市中区行政审批服务局",
        making_unit="枣庄市公安局市中分局",
        retrieved_at=now,
        method="数据共享",
        purpose=f"办理“公共租赁住房申请”(办件编号 BENCH-{index})",
        seal_name=seal_names()[SealKind.SHARE],
        verify_url=verify_url(settings().public_url, number, new_code()),
        sealed_answer="属实",
        source_system="枣庄市电子证照库",
    )


_numbers: dict[int, str] = {}


def _number(index: int) -> str:
    return _numbers.setdefault(index, new_number(datetime.now(UTC)))


def _use(index: int) -> SealUse:
    return SealUse(id=str(uuid4()), verification=_number(index), seal=SealKind.SHARE, box=SEAL_BOX)
