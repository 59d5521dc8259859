"""登记册: what nobody can compute and a person enters (6.1, 8.1, 14.1, 15.1, 15.3, 19.1): kinds, and the fields of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class FieldKind(StrEnum):
    """How a field is read."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    YES = "yes"
    PEOPLE = "people"  #: codes of the unit's people, separated by 、


@dataclass(frozen=True)
class Field:
    """A column of a register, named as people read it."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    needed: bool = True


class RegisterKind(StrEnum):
    """Which register."""

    DEVICES = "devices"
    SYSTEMS = "systems"
    PUBLICITY = "publicity"
    RESPONSIBILITY = "responsibility"
    TRAINING = "training"
    INSPECTIONS = "inspections"

    @property
    def about(self) -> Register:
        return REGISTERS[self]


@dataclass(frozen=True)
class Register:
    """`by_office`: only the 专班 office enters it; the others each unit for itself, and the office for any.

    `moved`: where it is entered now; what stands in it is kept and read.
    """

    obligation: str
    name: str
    fields: tuple[Field, ...]
    by_office: bool = False
    moved: str = ""


_K, _D, _N, _Y = RegisterKind, FieldKind.DAY, FieldKind.NUMBER, FieldKind.YES
REGISTERS: Mapping[RegisterKind, Register] = MappingProxyType(
    {
        _K.DEVICES: Register("6.1", "设备登记册", (Field("窗口"), Field("设备"), Field("数量", _N), Field("启用日期", _D, False))),
        _K.SYSTEMS: Register(
            "8.1",
            "应对接自建系统登记册",
            (Field("系统"), Field("层级"), Field("已对接", _Y), Field("对接日期", _D, False), Field("未对接原因", needed=False)),
            moved="自建系统改在登记库登记(PUT /v1/registry/systems/{code} 或 ./run import systems),是否已对接由系统按调用记录得出。",
        ),
        _K.PUBLICITY: Register("14.1", "公开宣传登记册", (Field("日期", _D), Field("媒体"), Field("标题"), Field("地址", needed=False))),
        _K.RESPONSIBILITY: Register(
            "15.1", "责任制登记册", (Field("主要领导职务"), Field("分管领导职务"), Field("岗位责任制文件"), Field("印发日期", _D))
        ),
        _K.TRAINING: Register(
            "15.3", "培训登记册", (Field("日期", _D), Field("内容"), Field("学时", _N), Field("参训人员", FieldKind.PEOPLE))
        ),
        _K.INSPECTIONS: Register(
            "19.1",
            "督导检查登记册",
            (Field("检查日期", _D), Field("内容"), Field("发现问题"), Field("整改期限", _D, False), Field("办结日期", _D, False)),
            by_office=True,
        ),
    }
)


def faults(kind: RegisterKind, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an entry: field -> what it should be."""
    fields = {field.name: field for field in kind.about.fields}
    wrong = {name: "登记册没有这一栏。" for name in values if name not in fields}
    for name, field in fields.items():
        text = values.get(name, "")
        if not text:
            if field.needed:
                wrong[name] = "缺少这一栏。"
        elif fault := _fault(field.kind, text):
            wrong[name] = fault
    return wrong


def _fault(kind: FieldKind, text: str) -> str:
    match kind:
        case FieldKind.DAY if not _is_day(text):
            return "应为日期,例如 2026-03-04。"
        case FieldKind.NUMBER if not (text.isascii() and text.isdigit() and len(text) < 10):
            return "应为整数。"
        case FieldKind.YES if text not in ("是", "否"):
            return "应为“是”或“否”。"
        case _:
            return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def people_of(text: str) -> list[str]:
    """The codes in a field of people."""
    return [code for code in (part.strip() for part in text.replace(",", "、").split("、")) if code]
