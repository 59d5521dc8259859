"""清单重建 at a province's size: reading, matching, validating, comparing; beside it pandas, which only reads the same file.

The rows are mixed as those of a real library of 1.09 million matters: 3.9 % without a limit, 20.6 % without materials, one
clause of 31,834 characters, pages of a web server's errors in cells; every other one is another entry.
"""

from __future__ import annotations

import gc
import multiprocessing
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pandas
import psutil

from catalog import rebuild
from catalog.list_kinds import ListKind
from domain.limits import HandlingType
from ledger.catalog import intake
from ledger.database import transaction
from ledger.registry import registry
from settings import settings

_KEY, _UNIT, _MATTERS, _PROOFS = "bench", "370402-JUSTICE", 4000, 300
_HEADER = ("序号", "事项编码", "证明名称", "设定依据", "开具单位", "核验方式", "核验内容", "核验时限")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEETS}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHEETS}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="清单" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
}


@dataclass(frozen=True)
class Lists:
    """Seconds for reading and for the draft in a process of its own, what its processes and PostgreSQL's for it had at most
    (each, and all at one moment), and pandas' seconds and memory."""

    rows: int
    accepted: int
    read_seconds: float
    draft_seconds: float
    processor_seconds: float
    megabytes: dict[str, float]
    megabytes_together: float
    pandas_seconds: float
    pandas_megabytes: float

    @property
    def seconds(self) -> float:
        return self.read_seconds + self.draft_seconds


def measure(rows: int) -> Lists:
    """Every fiftieth row names a proof that nobody knows, every ninety-seventh an issuer that is none."""
    _register()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.xlsx"
        _write(file, rows)
        with transaction() as session:
            intake.put_source(session, _KEY, name="基准清单", kind=ListKind.PROOFS.value, unit=_UNIT, document="", complete=False)
            intake.receive(session, _KEY, "基准.xlsx", file.read_bytes(), now=settings().now(), actor="bench")
        with _alone() as pool, _memory(pool) as most:
            accepted, read, draft, processor = pool.submit(_rebuild, settings().now()).result()
        with _alone() as pool, _memory(pool) as most_of_pandas:
            pandas_seconds = pool.submit(_pandas, file).result()
    together, theirs = most.pop("all"), most_of_pandas["all"]
    return Lists(rows, accepted, read, draft, processor, most, together, pandas_seconds, theirs)


def _rebuild(now: datetime) -> tuple[int, float, float, float]:
    gc.freeze()  # as a process of its own does (`isolation`)
    began, used = time.monotonic(), time.process_time()
    found = rebuild.read_source(_KEY, now)
    read = time.monotonic()
    rebuild.make_draft(now)
    return found.accepted, read - began, time.monotonic() - read, time.process_time() - used


def _pandas(file: Path) -> float:
    began = time.monotonic()
    pandas.read_excel(file, engine="openpyxl")
    return time.monotonic() - began


@contextmanager
def _alone() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(int).result()
        yield pool


@contextmanager
def _memory(pool: ProcessPoolExecutor) -> Iterator[dict[str, float]]:
    """What the process, those that read for it, and the servers of PostgreSQL that began meanwhile had for themselves, in MB."""
    most: dict[str, float] = {"all": 0.0}
    (pid,) = pool._processes
    own, ended = psutil.Process(pid), threading.Event()
    older = {one.pid for one in _servers()}

    def watch() -> None:
        while not ended.wait(2):
            now: dict[str, float] = {}
            servers = [one for one in _servers() if one.pid not in older]
            for name, processes in (("rebuild", [own]), ("its reader", _children(own)), ("PostgreSQL", servers)):
                for one in processes:
                    try:
                        now[name] = now.get(name, 0.0) + one.memory_full_info().uss / 2**20
                    except psutil.Error:
                        continue  # it has ended meanwhile
            for name, megabytes in (*now.items(), ("all", sum(now.values()))):
                most[name] = max(most.get(name, 0.0), megabytes)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        ended.set()
        watching.join()


def _servers() -> list[psutil.Process]:
    return [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]  # asked at once: some end meanwhile


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


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


def _write(file: Path, rows: int) -> None:
    """As Excel writes it, texts aside in a table of their own."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, part)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for line in range(1, rows + 2):
                cells = _HEADER if line == 1 else _row(line - 2, rows)
                row = "".join(_cell(f"{chr(65 + column)}{line}", cell, texts) for column, cell in enumerate(cells) if cell != "")
                sheet.write(f'<row r="{line}">{row}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">'.encode())
            for text in texts:
                part.write(f"<si><t>{escape(text)}</t></si>".encode())
            part.write(b"</sst>")


def _row(number: int, rows: int) -> tuple[str | int, ...]:
    proof = f"第{(number // _MATTERS + number) % _PROOFS}类情况证明" if number % 50 else f"没有人认识的证明{number // 50 % 5000}"
    basis = f"《关于第{number % 5000}号事项的管理办法》第{number % 90}条"
    if number == rows // 2:
        basis = "《办法》" + "条" * 31_830
    elif number % 1009 == 3:
        basis = "<html><head><title>502 Bad Gateway</title></head><body>" + "<hr>nginx" * 20 + f"{number % 7}</body></html>"
    material, limit = number % 1000 >= 206, number % 1000 // 3 >= 13
    issuer = "光明路街道办事处" if number % 97 else "公安机关"
    matter = f"B-{number % _MATTERS:05d}"
    return number + 1, matter, proof if material else "", basis, issuer, "部门核验", "甲、乙", 30 if limit else ""


def _cell(place: str, cell: str | int, texts: dict[str, int]) -> str:
    if isinstance(cell, int):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
