"""A proof of a synthetic person, and the seals to seal it with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.seal import LocalSeals, SealUse
from domain.seals import SealKind
from proofs.code import verify_url
from proofs.page import SEAL_BOX, ProofPage
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals

NUMBER = "HY20261123ABCDEFGH"
CODE = "AAECAwQFBgcICQoLDA0ODw"
NAMES = {SealKind.SHARE: "市中区证照数据共享查询核验专用章", SealKind.ISSUER: "市中区电子证明核实信息专用章"}

_PAGE = ProofPage(
    number=NUMBER,
    kind="户籍证明",
    body="经共享数据查询,下列登记信息与办理事项所需信息一致,特此证明。",
    fields=(
        ("姓名", "演示甲"),
        ("公民身份号码", "370402189001010011"),
        ("出生日期", "1890年1月1日"),
        ("户籍地址", "山东省枣庄市市中区演示街道演示社区1号"),
    ),
    requesting_unit="枣庄市市中区行政审批服务局",
    making_unit="枣庄市公安局市中分局",
    retrieved_at=datetime(2026, 11, 23, 18, 5, 9, tzinfo=UTC),
    method="数据共享",
    purpose="办理“公民子女入学登记”(办件编号 SZ-2026-000123)",
    seal_name=NAMES[SealKind.SHARE],
    verify_url=verify_url("https://proof.example.invalid", NUMBER, CODE),
    sealed_answer="属实",
    source_system="枣庄市电子证照库",
)


def page(**changes: Any) -> ProofPage:
    return replace(_PAGE, **changes)


def use(seal: SealKind = SealKind.SHARE, verification: str = NUMBER) -> SealUse:
    return SealUse("0b9f3c3e-6a51-4f0e-9d5c-5f2a4f6f7a10", verification, seal, SEAL_BOX)


def seals(folder: Path) -> LocalSeals:
    ensure_development_seals(folder, NAMES)
    return LocalSeals(folder, NAMES, True, draw_seal)
