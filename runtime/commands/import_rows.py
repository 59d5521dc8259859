"""名册各行: how a row of each register is read. What is wrong with it is said in Chinese, for whoever keeps the file.

A column that the file does not have says nothing, and leaves what is registered; an empty cell takes it away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import values
from catalog.amounts import amount
from catalog.cleaning import clean, key, split_names
from catalog.days import day_of
from domain.blocking import Organ
from domain.clear_text import LINE, TEXT, named
from domain.identity import is_uscc, tidy
from domain.limits import HandlingType
from domain.notices import is_mail_address
from domain.refusal import Refusal
from domain.roles import Role
from domain.systems import SystemLevel
from ledger.registry.register_checks import CODE_IN_WORDS, is_code
from ledger.tables.registry import Unit
from settings import settings

Row = Mapping[str, str]

ROLES = {
    "代办员": Role.AGENT,
    "督办员": Role.SUPERVISOR,
    "专班办公室": Role.OFFICE,
    "公布员": Role.PUBLISHER,
    "管理员": Role.ADMINISTRATOR,
    "运维": Role.OPERATOR,
    "领导": Role.LEADER,
}
KINDS = {"政务服务单位": "government", "公共服务单位": "public_service"}
ORGANS = {"村(居)民委员会": Organ.COMMUNITY, "公安派出所": Organ.POLICE, "其他": Organ.OTHER, "": Organ.OTHER}


class RowRefused(Refusal):
    """What is wrong with one row, for the person who keeps the file."""


@dataclass(frozen=True)
class Around:
    """What a row may refer to: the registers, and the other rows of its file by their code."""

    session: Session
    rows: Mapping[str, Row]

    def unit(self, text: str) -> str:
        """The code of a registered unit, written as code or as name."""
        named = self.session.execute(select(Unit.code, Unit.name)).tuples()
        found = next((code for code, name in named if code == text or key(name) == key(text)), None)
        if found is None:
            raise RowRefused(f"没有这个单位编码或名称:{text},请先导入单位")
        return found


def unit(row: Row, around: Around) -> dict[str, Any]:
    _need(row, "单位编码", "单位名称", "单位类别")
    if row["单位类别"] not in KINDS:
        raise RowRefused(f"单位类别应为{'或'.join(KINDS)}")
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "统一社会信用代码": ("uscc", _uscc),
        "别名": ("aliases", lambda text: list(split_names(text))),
        "行业": ("sector", clean),
        "行业主管部门": ("drafting_unit", lambda text: _drafting_unit(text, around) if text else None),
        "行政区划": ("region", _region),
        "单位性质": ("organ", _organ),
        "应参加改革": ("takes_part", lambda text: values.yes_or_no(text, True)),
        "在用": ("active", lambda text: values.yes_or_no(text, True)),
    }
    return {"code": _code(row, "单位编码"), "name": clean(row["单位名称"]), "kind": KINDS[row["单位类别"]], **_optional(row, readers)}


def person(row: Row, around: Around) -> dict[str, Any]:
    _need(row, "人员编码", "姓名", "单位编码", "岗位")
    names = split_names(row["岗位"])
    if not names:
        raise RowRefused("岗位为空")
    if unknown := [name for name in names if name not in ROLES]:
        raise RowRefused(f"不认识的岗位:{'、'.join(unknown)};应为{'、'.join(ROLES)}")
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "在岗": ("active", lambda text: values.yes_or_no(text, True)),
        "邮箱": ("mail", _mail),
    }
    return {
        "code": _code(row, "人员编码"),
        "name": clean(row["姓名"]),
        "unit": around.unit(row["单位编码"]),
        "roles": [ROLES[name].value for name in names],
        **_optional(row, readers),
    }


def matter(row: Row, around: Around) -> dict[str, Any]:
    _need(row, "事项编码", "事项名称", "单位编码", "办件类型")
    handling = values.handling(row["办件类型"])
    promised = handling is HandlingType.PROMISED
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "承诺时限": ("promised_days", lambda text: values.promised_days(text, promised)),
        "市级以上审核": ("reviewed_above", lambda text: values.yes_or_no(text, False)),
        "在用": ("active", lambda text: values.yes_or_no(text, True)),
    }
    return {
        "code": _code(row, "事项编码"),
        "name": clean(row["事项名称"]),
        "unit": around.unit(row["单位编码"]),
        "handling": handling,
        **_optional(row, readers),
    }


def proof(row: Row, around: Around) -> dict[str, Any]:
    _need(row, "证明编码", "证明名称")
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "别名": ("aliases", lambda text: list(split_names(text))),
        "设定依据": ("basis", lambda text: values.basis("", text)),
        "出具单位": ("issuing_unit", lambda text: around.unit(text) if text else None),
        "核验内容": ("fields", lambda text: list(split_names(text))),
        "有效天数": ("validity_days", lambda text: amount(clean(text), values.LONGEST, {"天": 1, "日": 1}) or 30),
        "否定结果盖章": ("sealed_when_negative", lambda text: values.yes_or_no(text, False)),
        "另有规定": ("otherwise", clean),
        "取消": ("cancelled", lambda text: values.yes_or_no(text, False)),
    }
    return {"code": _code(row, "证明编码"), "name": clean(row["证明名称"]), **_optional(row, readers)}


def database(row: Row, around: Around) -> dict[str, Any]:
    _need(row, "数据库编码", "数据库名称", "责任单位")
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "数据来源": ("source", lambda text: text or None),
        "接入日期": ("connected_since", day),
        "说明": ("note", clean),
    }
    return {
        "code": _code(row, "数据库编码"),
        "name": clean(row["数据库名称"]),
        "owner": around.unit(row["责任单位"]),
        **_optional(row, readers),
    }


def system(row: Row, around: Around) -> dict[str, Any]:
    """业务系统 (obligation 8.1): without a word on it a department's own is to be connected, and one from above the city is not."""
    _need(row, "系统编码", "系统名称", "单位编码")
    level = _level(row.get("建设层级", ""))
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "建设层级": ("level", _level),
        "应对接": ("should_connect", lambda text: values.yes_or_no(text, not level.above)),
        "未对接原因": ("why_not", clean),
        "在用": ("active", lambda text: values.yes_or_no(text, True)),
    }
    found = _optional(row, readers)
    if "建设层级" in row:
        found.setdefault("should_connect", not level.above)
    return {"code": _code(row, "系统编码"), "name": clean(row["系统名称"]), "unit": around.unit(row["单位编码"]), **found}


def _level(text: str) -> SystemLevel:
    found = next((level for level in SystemLevel if text in ("", level.label)), None)
    if found is None:
        raise RowRefused(f"建设层级应为{'、'.join(level.label for level in SystemLevel)}")
    return found


def _optional(row: Row, readers: Mapping[str, tuple[str, Callable[[str], Any]]]) -> dict[str, Any]:
    found = {}
    for column, (field, read) in readers.items():
        if column in row:
            try:
                found[field] = read(row[column])
            except values.NotUnderstood as wrong:
                raise RowRefused(f"{column}:{wrong}") from None
    return found


#: What is checked by its own form, or is the address of an official in office.
_OWN_FORM = frozenset({"统一社会信用代码", "邮箱"})
_MOST_NAMES = {"别名": 30, "核验内容": 60}
_LONG = frozenset({"设定依据", "说明", "未对接原因"})


def kept_in_clear(row: Row) -> None:
    """Raise `RowRefused` where a cell says who somebody is, or is longer than the API takes: registers are kept in clear."""
    for column, text in row.items():
        if column not in _OWN_FORM and (what := named(text)):
            raise RowRefused(f"{column}含有{what}")
        names = split_names(text) if column in _MOST_NAMES else [text]
        if len(names) > _MOST_NAMES.get(column, 1):
            raise RowRefused(f"{column}超过 {_MOST_NAMES[column]} 个")
        if max(map(len, names), default=0) > (most := TEXT if column in _LONG else LINE):
            raise RowRefused(f"{column}超过 {most} 字")


def _need(row: Row, *names: str) -> None:
    if empty := [name for name in names if not row.get(name)]:
        raise RowRefused(f"{'、'.join(empty)}为空")


def _code(row: Row, name: str) -> str:
    if not is_code(row[name]):
        raise RowRefused(f"{name}须{CODE_IN_WORDS}")
    return row[name]


def _uscc(text: str) -> str | None:
    code = tidy(text)
    if code and not is_uscc(code):
        raise RowRefused("统一社会信用代码校验位不对;暂无的可留空(待补)")
    return code or None


def _drafting_unit(text: str, around: Around) -> str:
    """Registered already, or another row of the file."""
    by_name = {key(row["单位名称"]): other for other, row in around.rows.items()}
    return text if text in around.rows else by_name.get(key(text)) or around.unit(text)


def _region(text: str) -> str:
    if text and not re.fullmatch(r"\d{6}", text, re.ASCII):
        raise RowRefused("行政区划应为六位数字代码")
    return text or settings().region


def _organ(text: str) -> Organ:
    plain = text.replace("\uff08", "(").replace("\uff09", ")")
    if plain not in ORGANS:
        raise RowRefused(f"单位性质应为{'、'.join(filter(None, ORGANS))}")
    return ORGANS[plain]


def _mail(text: str) -> str | None:
    if text and not is_mail_address(text):
        raise RowRefused("邮箱不是一个邮件地址;没有的可留空")
    return text or None


def day(text: str) -> date | None:
    """As `day_of`. Raises RowRefused."""
    try:
        return day_of(text)
    except ValueError as why:
        raise RowRefused(str(why)) from None
