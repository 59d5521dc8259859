"""事项清单, row by row: which matter of which unit, by its code; what is unclear is asked, what is wrong goes back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, clean_code
from catalog.codes import CodeKind, DepartmentCode, read_code
from catalog.name_questions import FORMERLY
from catalog.numbering import without_number
from catalog.registry import NOT_A_UNIT, Registry
from catalog.row_standing import standing
from catalog.standing import Standing
from catalog.units import is_self
from catalog.verdicts import ONLY_OWN, RowNotes
from domain.limits import HandlingType
from domain.list_rows import Candidate, MatterFact, Silent, Topic

_INSIDE = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{18})(?![0-9A-Z])")  #: an 实施编码 carries its unit's code


def read_matter(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> MatterFact | None:
    """What a row says of a matter; None where it cannot be used. The reasons are in `notes`."""
    name = without_number(cells.get("matter", "")) or without_number(cells.get("main_matter", ""))
    code = clean_code(cells.get("matter_code", ""))
    if not name:
        notes.fault("name_empty", "matter", "事项名称为空。", "请填写事项名称。")
    if not code:
        notes.fault("code_empty", "matter_code", "事项编码为空。", "请填写实施清单中的事项编码。")
    elif not re.fullmatch(r"[\w.\-]{1,64}", code, re.ASCII):
        notes.fault("code_wrong", "matter_code", f"事项编码“{code[:40]}”含有空格或其他字符。", "请核对事项编码。")
    if "main_matter" in cells and not clean(cells["main_matter"]):
        notes.fault("main_unclassified", "main_matter", "主项名称为空或“未分类”。", "请归入主项。", blocks=False)
    if _is_elsewhere(cells, notes, registry):
        return None  # whose it is there need not be asked here
    if standing(cells, notes) is Standing.CANCELLED:
        notes.fault("matter_cancelled", "standing", "写明“取消”,不能登记为在用事项。", "请从表中删去;已登记的,请专班办公室停用。")
    unit = _unit(cells, code, notes, registry)
    if unit is not None and not registry.may_name(unit):
        notes.fault("unit_of_another", "unit", f"“{registry.units.name(unit)}”不是报送本清单的单位,也不由其编制清单。", ONLY_OWN)
        return None
    handling: HandlingType | None = None
    days: int | Silent | None = Silent.SILENT
    above: bool | None = None
    try:
        if text := cells.get("handling", ""):
            handling = values.handling(text)
        elif "handling" in cells:
            notes.fault("handling_empty", "handling", "办件类型为空;新事项暂按“其他”计时。", "请填写即办件或承诺件。", blocks=False)
        if "promised_days" in cells:
            days = values.promised_days(cells["promised_days"], handling is HandlingType.PROMISED)
        if "reviewed_above" in cells:
            above = values.yes_or_no(cells["reviewed_above"], False)
    except NotUnderstood as wrong:
        notes.fault("value_wrong", "handling", f"{wrong}。", "请按表头要求填写。")
    formerly = tuple(filter(None, cells.get(FORMERLY, "").split("\n")))
    return None if unit is None else MatterFact(code, name, unit, handling, days, above, formerly)


def _is_elsewhere(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> bool:
    region = clean(cells.get("region", ""))
    elsewhere = bool(region) and not region.startswith(registry.region)
    if elsewhere:
        text = f"行政区划“{region}”不是本区({registry.region})。"
        notes.fault("other_region", "region", text, "不是本区事项的,请从表中删去;属本区的,请改正区划代码。")
    return elsewhere


def _unit(cells: Mapping[str, str], code: str, notes: RowNotes, registry: Registry) -> str | None:
    """By name, by organisation code, by the code inside the 实施编码: they must agree."""
    text, written = clean(cells.get("unit", "")), read_code(cells.get("unit_code", ""))
    if is_self(text):
        text = ""  # said by whoever sent it, or by its code
    if written.fault:
        notes.fault("unit_code", "unit_code", f"部门编码“{written.value}”{written.fault}", "", blocks=False)
    by_code = {found for one in (written, *_codes_inside(code)) if (found := _by_code(one, registry))}
    if len(by_code) > 1:
        notes.fault("unit_codes_disagree", "unit_code", "部门编码与事项编码指向不同的单位。", "请核对两个编码。")
        return None
    if not text:
        if by_code:
            notes.matched("unit", "组织机构代码一致")
            return by_code.pop()
        if registry.sender is not None:
            notes.matched("unit", "报送本清单的单位")
            return registry.sender
        notes.fault("unit_empty", "unit", "部门为空。", "请填写部门全称。")
        return None
    match = registry.unit(Topic.UNIT, text)
    if match.code == NOT_A_UNIT:
        notes.fault("unit_none", "unit", f"“{text}”不是办事单位(已人工确认)。", "请填写部门全称。")
        return None
    if match.code is None and by_code:
        # A code copied from the row above looks like this too: that 林业局 bears the code of 水务局 makes it no 水务局.
        name = registry.units.name(code := by_code.pop())
        others = tuple(one for one in match.candidates if one.code != code)
        notes.ask(Topic.UNIT, text, f"所填编码是“{name}”的,名称却不一致,需要确认", (Candidate(code, name, 0.8), *others))
        return None
    if match.code is None:
        notes.ask(Topic.UNIT, text, match.why, match.candidates)
        return None
    if by_code and match.code not in by_code:
        notes.fault("unit_disagrees", "unit", f"部门“{text}”与所填编码不是同一单位。", "请核对部门名称和编码。")
        return None
    notes.matched("unit", match.why)
    return match.code


def _codes_inside(code: str) -> list[DepartmentCode]:
    return [one for text in _INSIDE.findall(code.upper()) if (one := read_code(text)).kind is CodeKind.USCC]


def _by_code(code: DepartmentCode, registry: Registry) -> str | None:
    found = registry.units.by_organisation(code.organisation) if code.organisation else None
    return found.code if found else None
