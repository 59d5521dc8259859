"""单元格取值: yes and no, methods, days, parameters, as departments write them."""

from __future__ import annotations

import re

from catalog.amounts import DAYS, FOREVER, WORKING_DAYS, NotUnderstood, amount
from catalog.cleaning import clean, clean_text, key, split_names
from catalog.method_sentences import by_words, is_afterwards, is_place, without_when
from catalog.remembering import remembered
from domain.limits import HandlingType
from domain.methods import Method
from domain.scope import Exclusion
from domain.spelling import fold

_YES = frozenset(("是", "有", "可", "可以", "能", "对", "需要", "应当", "y", "yes", "1", "true", "v", "√", "✓", "✔", "☑", "✅"))
_NO = frozenset(("否", "无", "不", "不可", "不能", "不需要", "n", "no", "0", "false", "×", "✗", "☐", "□"))
_METHODS = {
    Method.DATA_SHARING: (
        "数据共享",
        "共享",
        "电子证照",
        "信息共享",
        "数据核验",
        "系统核验",
        "网络核验",
        "联网核验",
        "部门共享",
        "共享核验",
        "电子证照核验",
        "电子证照共享",
        "电子证照调用",
        "电子证照调取",
        "证照共享",
        "大数据核验",
        "数据比对",
        "信息比对",
        "系统查询",
        "网上核验",
        "在线核验",
    ),
    Method.COMMITMENT: ("告知承诺", "承诺", "告知承诺制", "书面承诺", "个人承诺", "实行告知承诺", "告知承诺方式", "书面告知承诺"),
    Method.ISSUER: (
        "部门核验",
        "协查",
        "部门协查",
        "部门间核查",
        "部门核查",
        "部门间协查",
        "行政协助",
        "部门间核验",
        "协同核验",
        "函询",
        "出具单位核验",
        "人工核验",
        "部门间协助核查",
        "部门间信息核验",
        "部门协助核验",
        "发函核验",
        "函证",
        "电话核验",
    ),
}
_BY_NAME = {key(name): method for method, names in _METHODS.items() for name in names}
_HANDLING = {
    **dict.fromkeys(("1", "即办件", "即办"), HandlingType.IMMEDIATE),
    **dict.fromkeys(("2", "承诺件", "承诺"), HandlingType.PROMISED),
    **dict.fromkeys(("3", "99", "上报件", "其他", "其它"), HandlingType.OTHER),
}
_EXCLUSIONS = {key(item.label): item for item in Exclusion}
_LEVEL_WORDS = frozenset(
    map(key, ("法律", "行政法规", "法规", "地方性法规", "部门规章", "规章", "地方政府规章", "规范性文件", "司法解释", "国务院决定", "其他"))
)


#: More ideographs than a word of rank has: every clause, so that its key need not be made.
_NO_WORD = re.compile(f"(?:[^一-龥]*[一-龥]){{{max(map(len, _LEVEL_WORDS)) + 1}}}")
_LONG = 100  #: no word of rank is so long, with whatever punctuation; a clause is not compared letter by letter
_AT_ONCE = frozenset(map(key, ("0", "0个工作日", "0工作日", "0天", "当场", "当场办结", "即时", "即时办结", "即办", "立即", "马上办")))
LONGEST = 3650  #: days


def yes_or_no(text: str, default: bool) -> bool:
    """是, √, 有 … or 否, ×, 无 …; empty is `default`."""
    plain = text.strip()
    if not plain:
        return default
    if plain.casefold() in _YES:
        return True
    if plain.casefold() in _NO:
        return False
    raise NotUnderstood(f"“{plain}”不是“是”或“否”")


#: What numbers methods, 1. ① (一) 二、, and what stands between two of them.
_NUMBERS = re.compile(r"[(]?\d+[)]?[.、]?|(?<!\w)[(]?[一二三四五][)、.]+")
_BETWEEN = re.compile("[→>+]+|和|与|及|或者?|并|结合|加|先|再|然后|其次")


#: By which door an applicant comes: of the matter, and no way to check a proof.
_CHANNELS = re.compile("(窗口|网上|线上|线下|现场|大厅|自助|邮寄|掌上|移动端)(办理|申请|申报|受理)|全程网办|一窗受理|一网通办")
_REMARK = re.compile(r"[(]([^()]{2,40})[)]$")
#: What is said around the name of one: 通过数据共享方式, 采用告知承诺制办理.
_AROUND = re.compile("^(通过|采用|采取|实行|以|由|经)|(的?方式|途径|方式办理|办理|实现|为主|为辅|兜底)$")


@remembered
def methods(text: str) -> tuple[Method, ...]:
    """核验方式 in the order in which they are written; empty where they say nothing of how a proof is got: 事后核查, 窗口办理."""
    found: list[Method] = []
    for clause in split_names(_NUMBERS.sub("、", fold(text))):
        said = without_when(clause) if found else clause
        if (method := _method(said)) is not None:
            found.append(method)
        elif said and not is_afterwards(said) and not _CHANNELS.fullmatch(said):
            found += _several(said)
    return tuple(dict.fromkeys(found))


def names_method(text: str) -> bool:
    """True for what is the name of one, and nothing else."""
    return key(text) in _BY_NAME


def _several(clause: str) -> list[Method]:
    found = []
    for name in split_names(_BETWEEN.sub("、", clause)):
        if (method := _method(name)) is not None:
            found.append(method)
        elif not is_afterwards(name):
            raise NotUnderstood(f"不认识的核验方式“{name}”")
    return found


def _method(text: str) -> Method | None:
    """By its name, else by what is said in words; a bracket behind it may say with whom, and when."""
    plain = key(text)
    if found := _BY_NAME.get(plain) or _BY_NAME.get(_AROUND.sub("", plain)) or by_words(text):
        return found
    remark = _REMARK.search(text)
    if remark is None or not (what := remark[1]):
        return None
    method = _method(text[: remark.start()])
    return method if is_place(what) or not without_when(what) or (method is not None and _method(what) is method) else None


def handling(text: str) -> HandlingType:
    """办件类型, by word or by the code of the standard."""
    try:
        return _HANDLING[clean(text)]
    except KeyError:
        raise NotUnderstood(f"不认识的办件类型“{clean(text)}”") from None


def promised_days(text: str, promised: bool) -> int | None:
    """承诺时限 in working days. What is done at once (即办件) promises none: 0, 当场, 即时."""
    if not promised and key(clean(text)) in _AT_ONCE:
        return None
    return amount(clean(text), LONGEST, WORKING_DAYS)


_NO_DAYS = re.compile("(当年|本年度?|当次|一次性?|单次|当日|每次)(内)?(有效|使用|使用有效)?")


def validity(text: str) -> int | None:
    """有效期 in days; what ends at no time lasts as long as a list can say; None for what is no number of them: 当年有效."""
    if _NO_DAYS.fullmatch(clean(fold(text))):
        return None
    return LONGEST if clean(fold(text)) in FOREVER else amount(clean(text), LONGEST, DAYS)


def parameters(text: str) -> dict[str, str]:
    """来源参数: name=value, several of them separated."""
    found = {}
    for part in re.split("[;\uff1b\n]", text):
        if not part.strip():
            continue
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not re.fullmatch(r"\w{1,40}", name) or not value:
            raise NotUnderstood(f"“{part.strip()}”应写成 名称=值")
        found[name] = value
    return found


def exclusion(text: str) -> Exclusion | None:
    """不适用情形, by the words of article 2."""
    plain = key(clean(text))
    if not plain:
        return None
    try:
        return _EXCLUSIONS[plain]
    except KeyError:
        raise NotUnderstood(f"“{clean(text)}”不是第二条所列情形;应为{'、'.join(item.label for item in Exclusion)}之一") from None


#: 同第3行, 见序号2, 与上述相同: what stands somewhere else; marks that say nothing.
_ELSEWHERE = re.compile(
    "同上.*|[(]?(同|与|如|见|详见|参见|参照)(上|前|左|右|第?[\\d一二三四五六七八九十]+|序号\\d+)(面|述|一)?(行|条|项|栏|格|款|个|列|号|表)?"
    "(所述|所列)?(相?同|一致)?[)]?。?|(上|前)一?(行|条|项|述|款)?相?同|[^\\w]+"
)
_LONGEST_REFERENCE = 16


def refers(text: str) -> bool:
    """True for a text that only says that what is meant stands in another cell or row."""
    return 0 < len(text) < _LONGEST_REFERENCE and _only_refers(text)


@remembered
def _only_refers(text: str) -> bool:
    return bool(plain := clean(fold(text))) and _ELSEWHERE.fullmatch(plain) is not None


def written_out(text: str) -> str:
    """A text that stands for itself, clean. Raises NotUnderstood where it only refers to another cell or row."""
    if refers(text):
        raise NotUnderstood(f"“{clean(text)}”指的是别处的内容")
    return clean(text)


def names(text: str) -> tuple[str, ...]:
    """Several names in one cell. Raises NotUnderstood as `written_out` does."""
    return split_names(written_out(text))


def basis(name: str, text: str) -> str:
    """设定依据 in one text. A word that only says of what rank a law is (法规) names no law."""
    parts = [part for part in (clean_text(name), clean_text(text) if text else "") if part and not _is_level(part)]
    return "\n".join(dict.fromkeys(parts)) if len(parts) > 1 else "".join(parts)


def _is_level(text: str) -> bool:
    return not _NO_WORD.match(text) and len(text) <= _LONG and key(text) in _LEVEL_WORDS
