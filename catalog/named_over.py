"""标题里的事项和单位: which matter and which unit a heading, a title or the name of a sheet means, for rows that have no column for it.

A name of the registry means itself. One that stands in a longer text, or that only looks like a matter or a unit, is handed on as it is
written: then it is asked, and no row speaks of every matter because its own stands over it.
"""

from __future__ import annotations

import re

from catalog.cleaning import clean, without_brackets
from catalog.headings import Around
from catalog.numbering import without_number
from catalog.registry import Registry
from catalog.sheet_names import matter_of_sheet
from catalog.units import Level, take_apart
from domain.list_rows import Topic

_PAPERS = re.compile("(所需|需要?|涉及|办理|应|的)*(提交|提供)?(的)?(证明|事项|材料|清单|目录|名录|一览表|表)+$")
_FRONT = re.compile("^((办理|服务|政务服务)?事项(名称)?|业务(名称)?|证明用途|(申请)?办理)[:\uff1a]?")
#: What stands behind it is a matter, whatever it is called.
_LABEL = re.compile("^((办理|服务|政务服务)?事项(名称)?|业务名称|证明用途)[:\uff1a]")
#: 供热开户, 廉租房申请; 行政许可 and the like are no matter but a kind of them.
#: What an office does with it stands at its end.
ACTS = "核发|审批|审核|许可|核准|备案|登记|变更|延期|注销|换发|补发|认定|给付|年检"
_LIKE_A_MATTER = re.compile(f"(申请|申领|办理|补贴|救助|补助|开户|过户|{ACTS})$")
_KINDS = re.compile(
    "(各类|其他|有关|涉及|[省市区县]级|本级|部门|单位|行政|政务|公共|服务|权力|许可|审批|审核|核准|备案|登记|确认|给付|奖励|征收|处罚|强制|裁决"
    "|检查|办理|申请|、|和|及|与)+"
)
_LIKE_A_UNIT = re.compile(
    "[\u4e00-\u9fff]{1,20}([局委厅]|委员会|办事处|人民政府|分局|公司)$|(?!.*([乡镇各]|其他))[\u4e00-\u9fff]{2,8}街道$"
)
#: 填报单位:, and what a unit does to its proofs: 区民政局取消的证明事项 is the unit's.
_WHOSE = re.compile(
    "^((填报|报送|上报|编制|制表|责任|实施|主管|承办)(单位|部门|机关)|(单位|部门|机关)(名称)?)([(\uff08][公盖签]?章[)\uff09])?[:\uff1a ]"
)
_FURTHER = re.compile(
    "(填[表报]|制表|审核|联系|负责|报送|日期|时间|[附备]?注[:\uff1a]|说明[:\uff1a]).*$", re.S
)  #: what else stands in the same line
#: Whose a title says a list is: 市中区教育局2026年证明事项清单, and not 安徽省民政厅规范性文件设定的证明事项清单.
_HEAD = re.compile(
    "(?P<unit>(?:(?!根据|按照|依据|关于|经|由|向|报|各|全|有关|部门|单位|下放|上收|划转|划归|[移转]交|归口|承接)[\u4e00-\u9fff]){1,20}?"
    "([局厅]|委员会|联合会|总工会|妇联|残联|团区?委|委(?![托员派任])|街道办事处|街道|[镇乡]人民政府|[镇乡](?=$|[^人村街]))(机关)?)"
    "(?P<rest>(?!.{0,12}(设定|制定|制发|出台|印发|下发|统一|要求))(关于.*|\\d.*|.*(证明|事项|材料|清单|目录|名录|表|通知|公告|决定)|(?<=局).{1,8}[科股室处]|))$"
)
_DOES = re.compile("(拟|决定|建议|予以|继续)*(取消|保留|废止|清理|不再(索要|保留|要求))的?$")
_SHORTEST, _LONGEST = 4, 60
NO_SUB_ITEM = ("", "无子项")


def named_over(registry: Registry, text: str, is_title: bool) -> tuple[str | None, str | None]:
    """Matter and unit that this text names, as they are to be read in a cell; None: it names none."""
    plain = clean(without_brackets(without_number(text))).strip(":。;,")
    if not plain or len(plain) > _LONGEST:
        return None, None
    bare = _FRONT.sub("", _PAPERS.sub("", plain))
    for name in dict.fromkeys((plain, bare)):
        if name and registry.is_matter(name):
            return (text if _has_another_code(registry, text, name) else name), None
    if bare and _LABEL.match(plain):
        return bare, None
    if (unit := _unit(registry, plain, is_title)) is not None:
        return None, unit
    if is_title and (matter := _matter_of_title(plain)):
        return matter, None
    if registry.matters.stands_in(plain, _SHORTEST):
        return plain, None
    if not is_title and len(bare) >= _SHORTEST and _LIKE_A_MATTER.search(bare) and not _KINDS.fullmatch(bare):
        return bare, None
    if len(bare) >= _SHORTEST and not _KINDS.fullmatch(bare) and registry.matters.has_within(bare):
        return bare, None
    return None, None


def whose(text: str) -> str:
    """The unit that 填报单位: and the like name; empty for any other text."""
    found = _WHOSE.match(text.strip())
    return _FURTHER.sub("", text.strip()[found.end() :]).strip() if found else ""


def _unit(registry: Registry, text: str, is_title: bool) -> str | None:
    """The unit that a text names. A title or the name of a sheet says whose a unit's own list is, where that is another's; a list of
    all may be made by anybody."""
    for name in dict.fromkeys((text, _DOES.sub("", _PAPERS.sub("", whose(text) or text)))):
        code = registry.unit(Topic.UNIT, name).code if name else None
        if not is_title and (code or _LIKE_A_UNIT.fullmatch(name)):
            return name
        if is_title and code and not registry.may_name(code) and not name.endswith("政府"):
            return name
    return _unit_of_title(registry, text) if is_title and registry.sender is not None else None


def _unit_of_title(registry: Registry, text: str) -> str | None:
    """The unit at the beginning of a title, or of what 填报单位: names, that is another than the sender; None: it is the sender, or no
    unit at all."""
    head = _HEAD.match(whose(text) or text)
    if head is None:
        return None
    name, found = head["unit"], registry.unit(Topic.UNIT, head["unit"])
    if found.code is not None:
        return None if registry.may_name(found.code) or name.endswith("区人民政府") else name
    return None if registry.sender is None or _is_short_for(name, registry.units.name(registry.sender), registry.units.district) else name


def _is_short_for(name: str, whole: str, district: str) -> bool:
    """区卫健局, 市卫健局 are short for 市中区卫生健康局; 滕州市卫健局 is another one."""
    short, long = take_apart(name, district), take_apart(whole, district)
    left = iter(long.core)
    return not short.region and all(letter in left for letter in short.core.replace("厅", "局"))


_TO = re.compile(
    "(至|到|给|入|(归口|[移转划]?交|由|划转|下放|转)(至|到|给)?)(?P<unit>[\u4e00-\u9fff]{2,10}?)(统一|直接|负责)*(实施|办理|承[担接办]|行使|管理|的|事项|证明|$)"
)
_OF_A_TOWN = re.compile("[镇乡]|街道?")


def goes_to_sender(registry: Registry, text: str) -> bool:
    """True for a text that says that its rows went to whoever sends the list: 下放至街道 of a street."""
    if registry.sender is None:
        return False
    whole = registry.units.name(registry.sender)
    if take_apart(whole, registry.units.district).level is Level.TOWN and _OF_A_TOWN.search(text):
        return True
    found = _TO.search(without_brackets(text))
    return found is not None and _is_short_for(found["unit"], whole, registry.units.district)


_WHEN = re.compile("^([\u4e00-\u9fff]{1,6}?[省市区县](?!级|直))*(关于)?(\\d{2,4}年?度?)?的?")
_NEEDS = re.compile("(所需|需要?|申请|业务|办理)(提交|提供)?的?$")


def _matter_of_title(plain: str) -> str | None:
    """公证证明材料清单, 办理公证所需材料: what may be a matter that nobody registered."""
    head = _HEAD.match(plain)
    whole = _WHEN.sub("", head["rest"] if head else plain)
    if not (papers := _PAPERS.search(whole)) or not re.search("证明|材料", papers[0]) or re.search("设定|文件", whole):
        return None
    bare = _NEEDS.sub("", _FRONT.sub("", whole[: papers.start()])).removesuffix("的")
    is_act = _LIKE_A_MATTER.search(bare) is not None and not _KINDS.fullmatch(bare)
    return bare if is_act or matter_of_sheet(bare.replace("、", "")) else None


def _has_another_code(registry: Registry, text: str, name: str) -> bool:
    """True for 法律援助申请(DEMO-0001) where that is the code of another matter."""
    codes = [code for code in _CODE.findall(text) if registry.matters.knows(code)]
    return bool(codes) and not set(codes) & set(registry.matters.named(name))


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{4,}")


def put_over(cells: dict[str, str], around: Around, beside: list[str], registry: Registry) -> str:
    """What a row of proofs without a column of matters says of that: the item of another rank beside it, or what stands over it. The
    name of a matter in a column that is not read (`beside`), where it does neither."""
    items = (cells[field] for field in ("sub_matter", "main_matter") if field in cells)
    named = next((text for text in items if clean(text) not in NO_SUB_ITEM), None)
    if named is not None or around.matter is not None:
        cells["matter"] = named or around.matter or ""
        return ""
    return next((text for text in beside if len(text) > 1 and registry.is_matter(clean(text))), "")
