"""办事指南材料清单 (obligation 13.2): what the list says of each matter's proofs, as an XLSX for the editors of the provincial site.

The columns bear the names of the provincial matter library's fields of a material, as far as the list knows them; beside them what our
list adds. Other materials of a matter are not in the list, and not in the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.cells import safe
from domain.listing import ChangeKind, Key, key_of
from domain.scope import CatalogEntry
from gateway.catalog.published_documents import not_needed, why_excluded
from ledger.catalog import guide_handovers, published
from ledger.catalog.published import AT_ONCE, Wanted
from ledger.tables.catalog import CatalogVersion
from ledger.tables.registry import Unit
from settings import LOCAL

#: 材料 of the matter library (material_name, is_need, material_type, source_type, source_explain, by_law, fill_explain), of which matter
#: (task_code, task_name, dept_name, dept_code), and what our list adds.
COLUMNS = (
    "实施编码",
    "事项名称",
    "实施主体",
    "实施主体编码",
    "材料名称",
    "材料必要性",
    "材料类型",
    "来源渠道",
    "来源渠道说明",
    "要求提供材料的依据",
    "填报须知",
    "是否免提交",
    "获取方式",
    "证明编码",
    "变动",
)
_NOT_THERE = "不再要求这项材料,请从材料清单中删去。"
Row = tuple[str, ...]


@dataclass(frozen=True)
class Guides:
    """A unit's materials as version `version` says them; `since`: only what differs from that version, None: all."""

    unit_name: str
    version: CatalogVersion
    since: int | None
    rows: list[Row]


def guides(session: Session, unit: str, version: int | None = None, *, changed: bool = False) -> Guides:
    """The materials of every matter of a unit, and of those that were merged into it; `changed`: only what differs from what was handed
    over last, with what is to be taken out. Raises `UnknownVersion`."""
    now = published.version_of(session, version)
    handed_over, name = guide_handovers.reached(session, unit), session.get_one(Unit, unit).name
    after = _materials(session, dict.fromkeys(handed_over, now.number))
    if not changed:
        return Guides(name, now, None, [(*row, "") for _, row in sorted(after.items())])
    before = _materials(session, {code: min(reached, now.number) for code, reached in handed_over.items()})
    rows: list[Row] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if new is None and old is not None:
            rows.append((*old[:5], "", "", "", "", "", _NOT_THERE, "", "", old[13], ChangeKind.REMOVE.label))
        elif new is not None and new != old:
            rows.append((*new, (ChangeKind.ALTER if old else ChangeKind.ADD).label))
    return Guides(name, now, min(handed_over[unit], now.number), rows)


def _materials(session: Session, versions: Mapping[str, int]) -> dict[Key, Row]:
    """The rows of each unit as its version has them, without 变动."""
    units = {row.code: row for row in session.scalars(select(Unit))}
    found: dict[Key, Row] = {}
    for code, version in versions.items():
        offset = 0
        while version and (page := published.page(session, version, Wanted(unit=code), offset=offset)):
            found |= {key_of(one.entry): _row(one.entry, units) for one in page}
            offset += len(page)
            if len(page) < AT_ONCE:
                break
    return found


def _row(entry: CatalogEntry, units: Mapping[str, Unit]) -> Row:
    why, home = why_excluded(entry), units[entry.unit]
    how = "、".join(method.label for method in entry.methods) if why is None else "申请人提交"
    issuer = units.get(entry.issuing_unit or "")
    channel = "" if issuer is None else "政府部门核发" if issuer.kind == "government" else "其他"
    return (
        entry.matter,
        entry.matter_name,
        home.name,
        home.uscc or "",
        entry.proof_name,
        "必要" if why else "非必要",
        "证件证书证明",
        channel,
        f"由{issuer.name}出具" if issuer else "",
        entry.basis,
        f"须提交。{why}" if why else not_needed(entry),
        "否" if why else "是",
        how,
        entry.proof,
    )


def workbook(found: Guides) -> bytes:
    """XLSX: first the sheet to upload, every cell text, then what it is."""
    book = Workbook(write_only=True)
    _fill(book, "材料清单", (COLUMNS, *found.rows))
    published_at = f"{found.version.published_at.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    compared = "全部" if found.since is None else f"与上次交付的第 {found.since} 版相比有变动的" if found.since else "尚未交付过,全部为增加"
    notes = (
        ("单位", found.unit_name),
        ("清单版本", f"第 {found.version.number} 版({published_at} 公布)"),
        ("内容", compared),
        ("说明", "只含清单所列的证明材料;事项的其他申请材料不在清单中,也不在本表中,请勿因此删去。"),
    )
    _fill(book, "说明", notes)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(book: Workbook, title: str, rows: Iterable[Iterable[str]]) -> None:
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([safe(text) for text in row])  # texts, none of which is a formula
