"""清单重建 of 20,000 rows: reading, matching, validating, comparing; beside it pandas, which only reads the same file."""

from __future__ import annotations

import io
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pandas
from openpyxl import Workbook

from catalog import rebuild
from catalog.headers import ListKind
from domain.limits import HandlingType
from ledger.catalog import intake
from ledger.database import transaction
from ledger.registry import registry
from settings import settings

_KEY, _UNIT, _MATTERS, _PROOFS = "bench", "370402-JUSTICE", 4000, 300
_HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "核验内容")


@dataclass(frozen=True)
class Lists:
    """Seconds for the whole rebuild in a process of its own, that process's memory at most, and pandas' seconds."""

    rows: int
    seconds: float
    megabytes: float
    pandas_seconds: float
    accepted: int


def measure(rows: int) -> Lists:
    """Every fiftieth row names a proof that nobody knows, every ninety-seventh an issuer that is none."""
    _register()
    content = _workbook(rows)
    with transaction() as session:
        intake.put_source(session, _KEY, name="基准清单", kind=ListKind.PROOFS.value, unit=_UNIT, document="", complete=False)
        intake.receive(session, _KEY, "基准.xlsx", content, now=settings().now(), actor="bench")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        seconds, megabytes, accepted = pool.submit(_rebuild, settings().now()).result()
    began = time.monotonic()
    pandas.read_excel(io.BytesIO(content), engine="openpyxl")
    return Lists(rows, seconds, megabytes, time.monotonic() - began, accepted)


def _rebuild(now: datetime) -> tuple[float, float, int]:
    began = time.monotonic()
    found = rebuild.read_source(_KEY, now)
    rebuild.make_draft(now)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.monotonic() - began, used, found.accepted


def _register() -> None:
    with transaction() as session:
        registry.put_matters(
            session,
            [
                {"code": f"B-{number:05d}", "name": f"第{number}项行政审批服务", "unit": _UNIT, "handling": HandlingType.PROMISED}
                for number in range(_MATTERS)
            ],
        )
        registry.put_proofs(
            session,
            [
                {"code": f"B-{number:03d}", "name": f"第{number}类情况证明", "basis": "《办法》", "validity_days": 30}
                for number in range(_PROOFS)
            ],
        )


def _workbook(rows: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("清单")
    sheet.append(_HEADER)
    for number in range(rows):
        proof = f"第{number * 7 % _PROOFS}类情况证明" if number % 50 else f"没有人认识的证明{number}"
        issuer = "光明路街道办事处" if number % 97 else "公安机关"
        matter = f"B-{number % _MATTERS:05d}"
        sheet.append((number, matter, proof, f"《办法》第{number % 90}条", issuer, "部门核验", "甲、乙"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
