"""表头: find it under titles and notes, read it in two rows where it has two, and know its columns by any usual name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.cleaning import key, without_brackets
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet

_LOOK_AT = 20  #: rows in which a header may stand
HEADER_WITHIN = _LOOK_AT + 1  #: with its second row

#: Field -> the names under which departments write it. Spelling, width, case and punctuation do not matter.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "sequence": ("序号", "编号", "no"),
    "proof_code": ("证明编码", "证明代码", "证明编号"),
    "proof": (
        "证明名称",
        "证明事项名称",
        "证明材料名称",
        "证明事项",
        "需提交的证明",
        "材料名称",
        "取消的证明名称",
        "保留的证明名称",
        "证明材料",
        "证明",
        "需提交证明名称",
        "申请材料名称",
    ),
    "matter_code": ("事项编码", "实施编码", "基本编码", "事项代码", "实施清单编码", "itemcode", "task_code", "catalog_code", "办理项编码"),
    "matter": (
        "证明用途",
        "用途",
        "事项名称",
        "办理事项",
        "办理项名称",
        "政务服务事项名称",
        "公共服务事项名称",
        "业务办理项名称",
        "涉及事项",
        "适用事项",
        "对应事项",
        "task_name",
        "办事事项",
        "事项",
        "对应政务服务事项",
        "对应政务服务事项名称",
        "对应事项名称",
        "证明用途及对应事项",
        "涉及的政务服务事项",
        "办理事项名称",
        "服务事项名称",
        "使用事项",
    ),
    "main_matter": ("主项名称", "主项", "大项名称"),
    "basis": (
        "设定依据",
        "法律依据",
        "设定依据依据名称文号及条文内容",
        "依据名称文号及条文内容",
        "依据名称",
        "by_law",
        "要求提供材料的依据",
        "法律法规依据",
        "依据",
        "设定的法律法规依据",
        "政策依据",
        "设定依据名称",
    ),
    "basis_text": ("依据条文及内容", "条文内容", "依据条文", "具体条款"),
    "basis_level": ("效力层级", "依据层级", "依据效力层级"),
    "unit": (
        "索要单位",
        "需求单位",
        "要求单位",
        "办事单位",
        "部门",
        "实施主体",
        "实施单位",
        "单位",
        "单位名称",
        "责任单位",
        "主管部门",
        "实施机构",
        "dept_name",
        "部门名称",
        "证明需求单位",
        "使用单位",
        "索要部门",
        "需求部门",
        "要求提供单位",
        "要求出具证明的单位",
        "索要证明单位",
        "办理单位",
        "办理部门",
        "实施部门",
        "责任部门",
        "用证单位",
    ),
    "unit_code": ("部门编码", "实施主体编码", "统一社会信用代码", "单位编码", "dept_code", "组织机构代码"),
    "standing": ("取消或保留", "保留或取消", "清理意见", "清理结果", "处理意见", "处理结果", "清理建议"),
    "issuer": (
        "开具单位",
        "出具单位",
        "证明开具单位",
        "证明出具单位",
        "核发单位",
        "出具部门",
        "开具部门",
        "出具机构",
        "制发单位",
        "出具机关",
        "开具机关",
        "出证单位",
        "核发部门",
        "出具证明单位",
        "证明出具部门",
        "发证机关",
        "协查单位",
        "核验单位",
    ),
    "level_national": ("行使层级国家级",),
    "level_province": ("行使层级省部级", "行使层级省级", "省级"),
    "level_city": ("行使层级市级", "市级"),
    "level_county": ("行使层级县级", "行使层级区级", "县级", "区县级"),
    "level_town": ("行使层级乡级及其他", "行使层级乡镇级及其他", "行使层级乡镇级", "乡镇级", "乡级及其他"),
    "level": ("行使层级", "use_level"),
    "matter_type": ("事项类型", "task_type", "权力类型"),
    "handling": ("办件类型", "project_type"),
    "promised_days": ("承诺办结时限", "承诺时限", "承诺期限", "promise_day"),
    "region": ("行政区划", "区划代码", "行政区划代码", "areacode"),
    "methods": (
        "核验方式",
        "免提交方式",
        "免提交核验方式",
        "替代方式",
        "核验途径",
        "办理方式",
        "取消后的办理方式",
        "实现方式",
        "替代措施",
        "核查方式",
        "办理途径",
        "取消后办理方式",
        "免证方式",
        "免提交途径",
    ),
    "no_commitment": ("不能实行告知承诺及保留原因", "不能实行告知承诺原因", "不实行告知承诺的原因", "保留原因"),
    "source": ("数据来源", "共享来源", "数据源"),
    "parameters": ("来源参数", "共享参数", "证照类型代码", "接口编码"),
    "fields": ("核验内容", "需核验的内容", "核验字段", "所需内容", "数据项"),
    "validity_days": ("有效期", "有效天数", "证明有效期"),
    "limit_minutes": ("核验时限", "核验时限分钟", "办理时限分钟"),
    "immediate": ("可立即核验", "即时核验"),
    "database_backed": ("有数据库依托", "数据库依托"),
    "sealed_when_negative": ("否定结果盖章", "不属实也出具"),
    "exclusion": ("不适用情形", "排除情形", "排除类别"),
    "exclusion_decided_by": ("认定机关", "排除认定机关", "认定单位"),
    "exclusion_evidence": ("认定依据", "排除认定依据", "认定文件"),
    "outside_region": ("区外出具", "应由区外出具"),
    "checkable_online": ("可网络核验", "能否网络核验"),
    "reviewed_above": ("市级以上审核", "审核环节在市级以上"),
    "negative": (
        "不应由基层群众性自治组织出具的证明",
        "不应出具的证明",
        "公安派出所不再出具证明的事项",
        "不再出具证明的事项",
        "不予出具的证明",
        "负面清单证明名称",
    ),
    "instead": ("以何证件代之", "替代证件", "办理指引"),
    "remark": ("备注", "说明", "完整否"),
}
_BY_NAME = {key(name): field for field, names in SYNONYMS.items() for name in names}


class ListKind(StrEnum):
    """What a list is, and the columns without which it says nothing."""

    MATTERS = "matters"  #: 事项清单
    PROOFS = "proofs"  #: 证明事项清单, “无证明办事”清单
    COMMITMENTS = "commitments"  #: 实行告知承诺制的证明事项清单
    NEGATIVE_COMMUNITY = "negative_community"  #: 不应由村(居)委会出具的证明
    NEGATIVE_POLICE = "negative_police"  #: 公安派出所不再出具的证明

    @property
    def label(self) -> str:
        return {
            "matters": "事项清单",
            "proofs": "证明事项清单",
            "commitments": "告知承诺制证明事项清单",
            "negative_community": "不应由基层群众性自治组织出具的证明清单",
            "negative_police": "公安派出所不再出具的证明清单",
        }[self.value]

    @property
    def required(self) -> tuple[tuple[str, ...], ...]:
        """One of each group must be there."""
        if self is ListKind.MATTERS:
            return (("matter", "main_matter"), ("unit", "unit_code"))
        if self in (ListKind.PROOFS, ListKind.COMMITMENTS):
            return (("proof", "proof_code"), ("matter", "matter_code", "unit"))
        return (("negative", "proof"),)

    @property
    def expected(self) -> tuple[str, ...]:
        """Columns that it should have: without them its rows say less than the flows need."""
        return {
            ListKind.MATTERS: ("matter_code", "handling", "promised_days"),
            ListKind.PROOFS: ("matter_code", "basis", "issuer", "methods", "fields"),
            ListKind.COMMITMENTS: ("basis",),
        }.get(self, ())


@dataclass(frozen=True)
class Header:
    """Which field each column is: column -> field; `unused` names columns that say nothing to us. `first` is the first
    row of data (0-based)."""

    columns: Mapping[int, str]
    names: tuple[str, ...]
    unused: tuple[str, ...]
    first: int


def find_header(sheet: Sheet, kind: ListKind) -> Header:
    """The header that knows most columns. Raises FileRefused where none has what this kind of list needs."""
    best: Header | None = None
    for row in range(min(_LOOK_AT, len(sheet.rows))):
        for depth in (2, 1):
            header = _header(sheet, row, depth)
            if header and _is_enough(header, kind) and (best is None or len(header.columns) > len(best.columns)):
                best = header
    if best is None:
        wanted = "、".join("或".join(f"“{SYNONYMS[field][0]}”" for field in group) for group in kind.required)
        seen = "、".join(cell for cell in _widest(sheet)[:12] if cell) or "(空)"
        raise FileRefused("no_header", f"没有找到{kind.label}的表头。应有列:{wanted};看到的是:{seen}。", "请补上表头后重新报送。")
    return best


def _header(sheet: Sheet, row: int, depth: int) -> Header | None:
    if row + depth > len(sheet.rows):
        return None
    above, below = sheet.rows[row], sheet.rows[row + depth - 1]
    columns: dict[int, str] = {}
    names, unused = [], []
    for column in range(max(len(above), len(below))):
        top = above[column] if column < len(above) else ""
        sub = below[column] if depth == 2 and column < len(below) else ""
        field = _field(top, "" if sub == top else sub)
        names.append(" ".join(dict.fromkeys(part for part in (top, sub) if part)))
        if field and field not in columns.values():
            columns[column] = field
        elif top or sub:
            unused.append(names[-1])
    if depth == 2 and not _has_sub_headers(above, below, sheet, row):
        return None
    return Header(columns, tuple(names), tuple(unused), row + depth) if columns else None


def _has_sub_headers(above: tuple[str, ...], below: tuple[str, ...], sheet: Sheet, row: int) -> bool:
    """A second header row says something where the first one is spread over several columns or is silent."""
    spread = any(line == row and width > 1 for (line, _), width in sheet.spans.items())
    silent = any(_field("", cell) for top, cell in zip(above, below, strict=False) if cell and not top)
    return (spread or silent) and any(_field(top, cell) for top, cell in zip(above, below, strict=False) if cell != top)


def _field(top: str, sub: str) -> str | None:
    """By both together, then by the lower, then by the upper name; with bracketed remarks and without."""
    for text in (top + sub, sub, top):
        for name in (text, without_brackets(text)):
            if name and (field := _BY_NAME.get(key(name))):
                return field
    return None


def _is_enough(header: Header, kind: ListKind) -> bool:
    found = set(header.columns.values())
    return all(found & set(group) for group in kind.required)


def _widest(sheet: Sheet) -> tuple[str, ...]:
    return max(sheet.rows[:_LOOK_AT], key=lambda row: sum(map(bool, row)), default=())
