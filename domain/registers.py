"""登记册: what nobody can compute and a person enters (obligations 4.1, 4.2, 5.8, 6.1, 8.1, 14.1, 15.1, 15.3, 16.4, 19.1): kinds, and
the fields of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    PAST = "past"  #: a day that has come
    MEMBERS = "members"  #: codes of members of the 工作专班, separated by 、
    CHOICE = "choice"  #: one of the field's words, or of those that the district configured


@dataclass(frozen=True)
class Field:
    """A column of a register, named as people read it."""

    name: str
    kind: FieldKind = FieldKind.TEXT
    needed: bool = True
    decided: bool = False  #: by the 专班 office, of what the unit has entered before; nobody decides of the own unit
    later: bool = False  #: empty when it is entered, and filled in once it has happened: what it is about is the same thing still
    choices: tuple[str, ...] = ()  #: empty: the district's own words (`faults`)
    hint: str = ""  #: what whoever fills it in has to know beside its name


class RegisterKind(StrEnum):
    """Which register."""

    DEVICES = "devices"
    SYSTEMS = "systems"
    PUBLICITY = "publicity"
    RESPONSIBILITY = "responsibility"
    TRAINING = "training"
    INSPECTIONS = "inspections"
    INSPECTION_PLANS = "inspection_plans"
    MEMBERS = "members"
    DECISIONS = "decisions"
    LAW_CHANGES = "law_changes"
    COLLECTIONS = "collections"

    @property
    def about(self) -> Register:
        return REGISTERS[self]


@dataclass(frozen=True)
class Register:
    """`purpose`: what it is for, in a sentence. `by_office`: only the 专班 office enters it; the others each unit for itself, and the
    office for any. `judges`: an entry judges the unit that it is about, so that 回避 applies.

    `moved`: where it is entered now; what stands in it is kept and read.
    """

    obligation: str
    name: str
    purpose: str
    fields: tuple[Field, ...]
    by_office: bool = False
    moved: str = ""
    judges: bool = False


_K, _D, _N, _Y = RegisterKind, FieldKind.DAY, FieldKind.NUMBER, FieldKind.YES
#: 索取增加的证明的理由 (obligation 5.8): in principle none is asked for, so that each is an exception with its reason.
COLLECTING = ("核验渠道故障", "核验结果不能满足审查需要", "法律法规要求留存原件", "其他")
#: What an inspection that found no problem says in 发现问题 (obligation 19.1); anything else is a problem to be put right.
NOTHING_FOUND = ("无", "没有", "无问题", "未发现", "未发现问题", "没有发现问题")
#: 工作专班 decides on: whatever it coordinates, guides, supervises (obligation 4.1).
DECISIONS = ("统筹协调", "指导督导", "重大问题", "清单编制和调整", "督导检查", "其他")
REGISTERS: Mapping[RegisterKind, Register] = MappingProxyType(
    {
        _K.DEVICES: Register(
            "6.1",
            "设备登记册",
            "各窗口配备了哪些人脸识别、扫码枪等设备,各有几台。",
            (Field("窗口"), Field("设备"), Field("数量", _N), Field("启用日期", _D, False)),
        ),
        _K.SYSTEMS: Register(
            "8.1",
            "应对接自建系统登记册",
            "本单位自建、应当对接的业务系统;原有的登记留作查阅。",
            (Field("系统"), Field("层级"), Field("已对接", _Y), Field("对接日期", _D, False), Field("未对接原因", needed=False)),
            moved="自建系统改在登记库登记(PUT /v1/registry/systems/{code} 或 ./run import systems),是否已对接由系统按调用记录得出。",
        ),
        _K.PUBLICITY: Register(
            "14.1",
            "公开宣传登记册",
            "政策解读、宣传和回应关切:哪一天、在哪里、公开了什么。",
            (Field("日期", FieldKind.PAST), Field("媒体"), Field("标题"), Field("地址", needed=False)),
        ),
        _K.RESPONSIBILITY: Register(
            "15.1",
            "责任制登记册",
            "主要领导、分管领导的职务和岗位责任制的文件。",
            (Field("主要领导职务"), Field("分管领导职务"), Field("岗位责任制文件"), Field("印发日期", FieldKind.PAST)),
        ),
        _K.TRAINING: Register(
            "15.3",
            "培训登记册",
            "哪一天、什么内容、多少学时的培训,有哪些人员参加。",
            (Field("日期", FieldKind.PAST), Field("内容"), Field("学时", _N), Field("参训人员", FieldKind.PEOPLE)),
        ),
        _K.INSPECTIONS: Register(
            "19.1",
            "督导检查登记册",
            "检查了哪个单位,发现什么问题,整改到哪一天,哪一天办结。",
            (
                Field("检查日期", FieldKind.PAST),
                Field("内容"),
                Field("发现问题"),
                Field("整改期限", _D, False),
                Field("办结日期", FieldKind.PAST, False, later=True),
                Field("计划序号", _N, False, hint="督导检查计划中这一条的序号;不在计划内的不填"),
            ),
            by_office=True,
            judges=True,
        ),
        _K.INSPECTION_PLANS: Register(
            "19.1", "督导检查计划", "计划哪一天检查哪个单位、检查什么。", (Field("计划日期", _D), Field("内容")), by_office=True
        ),
        _K.MEMBERS: Register(
            "4.2",
            "工作专班成员名册",
            "工作专班由哪些人员组成,各是什么职责,从哪一天到哪一天。",
            (
                Field("人员", FieldKind.PEOPLE),
                Field("职责", FieldKind.CHOICE),
                Field("起始日期", _D),
                Field("截止日期", _D, False, later=True),
            ),
            by_office=True,
        ),
        _K.DECISIONS: Register(
            "4.1",
            "工作专班决定登记册",
            "工作专班作出的决定,由哪些成员参加,结果怎样。",
            (
                Field("种类", FieldKind.CHOICE, choices=DECISIONS),
                Field("日期", FieldKind.PAST),
                Field("议题"),
                Field("参加成员", FieldKind.MEMBERS),
                Field("结果"),
                Field("文件", needed=False),
            ),
            by_office=True,
        ),
        _K.LAW_CHANGES: Register(
            "16.4",
            "法规变动登记册",
            "哪些法规变动了,从哪一天施行;须调整清单的单位三个工作日内报送。",
            (
                Field("法规"),
                Field("施行日期", _D),
                Field("公布日期", _D, False),
                Field("涉及证明", needed=False),
                Field("无需调整的理由", needed=False),
            ),
            by_office=True,
        ),
        _K.COLLECTIONS: Register(
            "5.8",
            "索取增加的证明登记册",
            "清单调整增加的证明确需索取的,哪个事项、什么理由,由工作专班办公室批准。",
            (
                Field("事项", hint="清单中的事项编码"),
                Field("证明", hint="清单中的证明编码"),
                Field("理由", FieldKind.CHOICE, choices=COLLECTING),
                Field("说明", needed=False),
                Field("批准", _Y, needed=False, decided=True, later=True),
            ),
        ),
    }
)


def faults(kind: RegisterKind, values: Mapping[str, str], today: date, configured: Sequence[str] = ()) -> dict[str, str]:
    """What is wrong with an entry: field -> what it should be. `configured`: the words of a choice that names none itself."""
    fields = {field.name: field for field in kind.about.fields}
    wrong = {name: "登记册没有这一栏。" for name in values if name not in fields}
    for name, field in fields.items():
        text = values.get(name, "")
        if not text:
            if field.needed:
                wrong[name] = "缺少这一栏。"
        elif fault := _fault(field, text, today, configured):
            wrong[name] = fault
    if not wrong and kind is RegisterKind.MEMBERS and "" < values.get("截止日期", "") < values["起始日期"]:
        return {"截止日期": "不能早于起始日期。"}  # nobody is a member for less than no time (obligation 4.2)
    return wrong or (_inspected(values) if kind is RegisterKind.INSPECTIONS else {})


def _inspected(values: Mapping[str, str]) -> dict[str, str]:
    """Obligation 19.1: what was found is put right by a day, and nothing is before it was looked at."""
    days = {name: day for name in ("整改期限", "办结日期") if (day := values.get(name, ""))}
    wrong = {name: "不能早于检查日期。" for name, day in days.items() if day < values["检查日期"]}
    nothing = values["发现问题"].rstrip("。") in NOTHING_FOUND
    if "整改期限" not in days and not nothing:
        wrong["整改期限"] = "发现问题的须填整改期限;没有发现问题的,“发现问题”填“无”。"
    if nothing and days:
        wrong |= dict.fromkeys(days, "没有发现问题的,不填整改期限和办结日期;有问题的,写明问题。")
    return wrong


def _fault(field: Field, text: str, today: date, configured: Sequence[str]) -> str:
    match field.kind:
        case FieldKind.DAY | FieldKind.PAST if not _is_day(text):
            return "应为日期,例如 2026-03-04。"
        case FieldKind.PAST if date.fromisoformat(text) > today:
            return "不能是将来的日期。"
        case FieldKind.CHOICE if text not in (words := field.choices or tuple(configured)):
            return f"应为{'、'.join(words)}之一。"
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
