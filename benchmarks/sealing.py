"""Make + seal, alone on one core: what one proof costs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from connectors.seal import LocalSeals, SealService, SealUse
from connectors.timestamps import TimestampServers, servers_of
from domain.numbers import new_number
from domain.proof_form import Form
from domain.seals import SealKind
from proofs.code import new_code, verify_url
from proofs.ofd.document import render_ofd
from proofs.page import SEAL_BOX, ProofPage, render
from proofs.seal_image import draw_seal
from proofs.signed_code import SignedCode, digest_of, signed
from runtime.services.development_keys import ensure_development_seals
from sandbox.people import PERSONS
from settings import settings
from tasks.sealing import seal_names, seals
from tests.seal_module import installed, softhsm
from tests.timestamps import authority


@dataclass(frozen=True)
class Sealing:
    """CPU milliseconds for one proof, and proofs a second on one core. `module_ms`: CPU with the key in SoftHSM2, `stamped_ms`: with a
    timestamp from a server on this machine; None: not installed. `sm2_ms`: CPU with a key of SM2 in a file; `ofd_ms`: the same as OFD."""

    cpu_ms: float
    per_second: float
    module_ms: float | None = None
    stamped_ms: float | None = None
    sm2_ms: float | None = None
    ofd_ms: float | None = None


def measure(count: int = 200) -> Sealing:
    """With the key of a file, and beside it with one of SM2, with one in a module, and with a timestamp."""
    found = _measure(seals(), count)
    with TemporaryDirectory() as folder:
        ensure_development_seals(Path(folder) / "seals", seal_names(), "sm2")
        national = LocalSeals(Path(folder) / "seals", seal_names(), True, draw_seal, Form.OFD)
        found = replace(found, sm2_ms=_measure(national, count).cpu_ms, ofd_ms=_measure(national, count, make=render_ofd).cpu_ms)
    if installed():
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder, softhsm(Path(folder), seal_names()) as module:
            inside = _measure(LocalSeals(module.seals, seal_names(), True, draw_seal), count)
        found = replace(found, module_ms=inside.cpu_ms)
    if shutil.which("openssl"):
        with TemporaryDirectory() as folder, authority(Path(folder)) as server:
            server.serves(Path(folder))
            stamped = _measure(seals(), count, servers_of(Path(folder)))
        found = replace(found, stamped_ms=stamped.cpu_ms)
    return found


def _measure(
    service: SealService, count: int, servers: TimestampServers | None = None, make: Callable[[ProofPage], bytes] = render
) -> Sealing:
    """Different pages each time: the same page again would come from Typst's cache."""
    servers = servers or TimestampServers([])
    for index in range(5):
        _make(service, servers, _page(index), make)
    pages = [_page(index) for index in range(count)]
    cpu, wall = time.process_time(), time.monotonic()
    for page in pages:
        _make(service, servers, page, make)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    return Sealing(1000 * cpu / count, count / wall)


def _make(service: SealService, servers: TimestampServers, page: ProofPage, make: Callable[[ProofPage], bytes]) -> None:
    use = SealUse(id=str(uuid4()), verification=page.number, seal=SealKind.SHARE, box=SEAL_BOX, room=servers.room)
    page = replace(page, verify_url=_signed(page))
    stamped = servers.stamp(service.sign(make(page), use))
    assert not stamped.faults, stamped


def _signed(page: ProofPage) -> str:
    """The code's address with its signed word, as a worker makes it."""
    code, said = new_code(), [value for _, value in page.fields[:2]]
    word = SignedCode(page.number, 0, 1, datetime.now(UTC), digest_of(code, page.number, page.kind, page.sealed_answer, *said))
    return verify_url(settings().public_url, page.number, code, signed(bytes(range(48)), word))


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
        verify_url=verify_url(settings().public_url, number, ""),
        sealed_answer="属实",
        source_system="枣庄市电子证照库",
    )


_numbers: dict[int, str] = {}


def _number(index: int) -> str:
    return _numbers.setdefault(index, new_number(datetime.now(UTC)))
