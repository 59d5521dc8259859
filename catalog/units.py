"""单位名称: what a department's name says besides its name: of which level it is, and whether it is a unit at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from catalog.cleaning import key


class Level(StrEnum):
    """行政层级, as the name tells it."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "national": "国家级",
            "province": "省级",
            "city": "市级",
            "district": "区(县)级",
            "town": "镇街级",
            "village": "村居级",
            "unknown": "级别不明",
        }[self.value]


class Vague(StrEnum):
    """Why something written as an issuer is none that could be asked."""

    APPLICANT = "applicant"  #: the applicant's own paper: no office ever held it
    CLASS = "class"  #: a kind of office, not an office: 公安机关
    NOBODY = "nobody"  #: 有关部门, 所在单位: whoever


_APPLICANT = ("经营者", "申请人", "本人", "当事人", "申请单位", "申办人", "企业自备", "申请人自备", "自备", "个人")
_NOBODY = (
    "有关部门",
    "相关部门",
    "有关单位",
    "相关单位",
    "所在单位",
    "工作单位",
    "用人单位",
    "原单位",
    "单位",
    "主管部门",
    "主管单位",
    "行业主管部门",
    "上级部门",
    "第三方",
    "第三方机构",
    "中介机构",
    "其他",
    "其他部门",
    "其他单位",
    "出具单位",
    "开具单位",
    "各单位",
    "所属单位",
    "人才中心",
)
_SELF = tuple(
    whose + what
    for whose in "我本"
    for what in ("局", "委", "办", "单位", "部门", "机关", "中心", "院", "行", "镇", "街道", "处", "校", "公司")
)
_CLASS_ENDINGS = ("机关", "部门", "机构")
_CLASSES = (
    "人民政府",
    "乡镇人民政府",
    "镇人民政府",
    "街道办事处",
    "乡镇街道",
    "镇街",
    "派出所",
    "村委会",
    "居委会",
    "村居委会",
    "村居民委员会",
    "社区居委会",
    "村民委员会",
    "居民委员会",
    "社区",
    "人民法院",
    "法院",
    "医院",
    "医疗机构",
    "学校",
    "银行",
    "保险公司",
    "基层群众性自治组织",
    "公证处",
    "街道",
)
_VILLAGE = re.compile("(村|社区|居)(民)?(委会|委员会)$|社区$|基层群众性自治组织|村居")


@dataclass(frozen=True)
class UnitName:
    """A unit's name taken apart: `core` is what is left without the region, `level` what the region said; `region` names
    another place than ours, empty where it is ours or goes without saying."""

    core: str
    level: Level
    region: str = ""


def vagueness(name: str) -> Vague | None:
    """Why `name` is no unit that could be asked, or None."""
    plain = key(name)
    if is_self(name):
        return Vague.NOBODY
    if plain in _APPLICANT_KEYS:
        return Vague.APPLICANT
    if plain in _NOBODY_KEYS or plain.endswith("所在单位"):
        return Vague.NOBODY
    if plain in _CLASS_KEYS or plain.endswith(_CLASS_ENDINGS) or "以上" in plain:
        return Vague.CLASS
    return None


def is_self(name: str) -> bool:
    """True for 我局, 本单位: whoever writes so means itself."""
    return key(name) in _SELF_KEYS


@lru_cache(maxsize=100_000)
def take_apart(name: str, district: str) -> UnitName:
    """Core, level and region of a name. `district`: our district's full name, 山东省枣庄市市中区, in which 市 is not
    the city."""
    plain = key(name)
    ours = _parts(district)
    for prefix in ours.own:
        if plain.startswith(prefix) and len(plain) > len(prefix) + 1:
            return UnitName(plain.removeprefix(prefix), _by_ending(plain) or Level.DISTRICT)
    if found := re.match("^(中华人民共和国|国家)", plain):
        return UnitName(plain[found.end() :] or plain, Level.NATIONAL)
    if found := re.match("^((?:[^省市区县]{2,6}省)?(?:[^省市区县]{1,6}市)?[^省市区县]{0,5}(?<!社)[区县])(?![域级])(?=.{2,})", plain):
        core = plain[found.end() :]
        return UnitName(core, _by_ending(core) or Level.DISTRICT, _foreign(found[1], ours.short))
    if found := re.match("^((?:[^省市区县]{2,6}省)?[^省市区县]{0,5}市)(?!场|容|级|政(?!府|法|协))(?=.{2,})", plain):
        core = plain[found.end() :]
        return UnitName(core, _by_ending(core) or Level.CITY, _foreign(found[1], ("市", ours.city, ours.province + ours.city)))
    if found := re.match("^([^省市区县]{0,5}省)(?=.{2,})", plain):
        return UnitName(plain[found.end() :], Level.PROVINCE, _foreign(found[1], ("省", ours.province)))
    return UnitName(plain, _by_ending(plain) or Level.UNKNOWN)


def _foreign(prefix: str, ours: tuple[str, ...]) -> str:
    return "" if prefix in ours else prefix


def _by_ending(plain: str) -> Level | None:
    if _VILLAGE.search(plain):
        return Level.VILLAGE
    return Level.TOWN if re.search("(街道办事处|镇人民政府|乡人民政府|街道|镇政府|乡政府)$", plain) and len(plain) > 5 else None


@dataclass(frozen=True)
class _District:
    province: str
    city: str
    own: tuple[str, ...]  #: every way to begin a name of ours, the longest first
    short: tuple[str, ...] = ("区", "县")  #: how it is called for short: 县民政局 is none of a 区


@lru_cache(maxsize=16)
def _parts(district: str) -> _District:
    found = re.match("^(?P<province>[^省]*省)?(?P<city>.{1,6}?市)?(?P<district>.*)$", key(district))
    assert found is not None
    province, city, own = (found[name] or "" for name in ("province", "city", "district"))
    if not own:
        return _District(province, city, ())
    begins = {province + city + own, city + own, own}
    return _District(province, city, tuple(sorted(begins, key=len, reverse=True)), (own[-1],))


_APPLICANT_KEYS, _NOBODY_KEYS, _CLASS_KEYS, _SELF_KEYS = (frozenset(map(key, names)) for names in (_APPLICANT, _NOBODY, _CLASSES, _SELF))
