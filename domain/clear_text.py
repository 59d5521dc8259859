"""明文 (obligation 15.4): what is kept in clear names nobody. One guard for every field that is stored unencrypted.

Numbers of citizens (18 characters, and the 15 of before 1999), telephone numbers in the forms in which people write them,
and, where it is known whom a case is about, their names. In full width, in Chinese figures, with blanks, hyphens or marks that no
reader sees between the figures it is the same number. What needs to say more is kept encrypted (ledger.vault).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from domain.identity import names_a_citizen
from domain.spelling import fold, same_name, written_name

_FIGURES = str.maketrans("〇零○一幺二三四五六七八九壹贰叁肆伍陆柒捌玖", "00011" + "23456789" + "123456789")
_CHINESE = re.compile("[0-9〇零○一幺二三四五六七八九壹贰叁肆伍陆柒捌玖](?:[\\s·.-]*[0-9〇零○一幺二三四五六七八九壹贰叁肆伍陆柒捌玖]){6,}")
#: What stands between the figures of a number: whatever is neither figure nor letter. Not the point: it makes decimals.
_BETWEEN = re.compile(r"(?<=[0-9])(?:(?![.])[\W_]){1,3}(?=[0-9Xx])")
#: 15 figures in the blocks in which people write them. Lists of days and hours hold as many in other blocks.
_OLD_NUMBER = re.compile(
    r"(?<![0-9])(?=([0-9]{6}-?[0-9]{2}-?[0-9]{2}-?[0-9]{2}-?[0-9]{3}|(?:[0-9]{4}-){3}[0-9]{3}|(?:[0-9]-){14}[0-9])(?![0-9]))", re.ASCII
)
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split())
_ABROAD = r"(?:[(]?(?:\+|00)?[\s-]?86[)]?[\s-]?)"  #: 国家码
_APART = r"(?:(?![,、;])[\W_]){0,3}"
#: Blocks of 3, 4 and 4 whatever is between but the marks of lists; other blocks with blanks or strokes alone.
_MOBILE = re.compile(
    rf"(?<![0-9]){_ABROAD}?(?:[(]?1[3-9][0-9]{_APART}[0-9]{{4}}{_APART}[0-9]{{4}}|[(]?1[3-9][0-9][)\s_/·-]{{1,3}}[0-9]{{8}}"
    r"|(?!1[0-9]{2}[\s_/·-](?:19|20)[0-9]{2}[\s_/·-][0-9]{1,2}[\s_/·-])1[3-9][0-9](?:[\s_/·-]{0,3}[0-9]){8}|1[\s_/·-]{1,3}[3-9](?:[\s_/·-]{1,3}[0-9]){9})(?![0-9])",
    re.ASCII,
)
_LETTERED = re.compile(r"[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*", re.ASCII)  #: a number with letters of its office: BJ-2026-0001
#: 区号 with its number; in brackets, with a hyphen, or together. From abroad without the zero.
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z-])(?:{_ABROAD}?[(]?0|(?:\+|00)86[\s-]?)(?:10|2[0-9]|[3-9][0-9]{{2}})[\W_]{{0,3}}[2-9][0-9]{{2,3}}[\s-]?[0-9]{{4}}(?![0-9])",
    re.ASCII,
)
#: A number without 区号 is one where the words say so: seven or eight figures that are neither a day nor a 400 number.
_CALLED = re.compile(
    r"(?:电话|手机|座机|联系方式|致电|tel)[^0-9]{0,6}(?!(?:19|20)[0-9]{2}-?[01][0-9]-?[0-3][0-9](?![0-9]))(?![48]00(?:-?[0-9]){7}(?![0-9]))"
    r"[2-9][0-9]{2,3}-?[0-9]{4}(?![0-9])",
    re.ASCII | re.IGNORECASE,
)

LINE, TEXT = 100, 2000  #: how many characters of a name, and of a reason or a basis, are kept in clear
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ASCII_FIGURE = re.compile("[0-9]")
FEWEST = 7  #: figures of a telephone number
NUMBER, TELEPHONE, NAME = "公民身份号码", "电话号码", "当事人姓名"


def fault_of(text: str, most: int = LINE) -> str | None:
    """What keeps a line out of what is kept in clear, in Chinese; None: nothing."""
    if not 1 <= len(text) <= most:
        return f"应为 1 至 {most} 字"
    if not is_clean(text) or text != text.strip():
        return "含有首尾空白或不允许的字符"
    return f"不得含{what}" if (what := named(text)) else None


def is_clean(text: str, allowed: str = "") -> bool:
    """True where `text` has no control, format or surrogate characters: they hide, and NUL stops the database.

    Unassigned and private-use characters pass: rare names are written with them.
    """
    return all(char in allowed or unicodedata.category(char) not in _HIDDEN for char in text)


def named(text: str, people: Iterable[str] = ()) -> str | None:
    """What in a text says who somebody is, in Chinese; None: nothing. `people`: whom the case is about."""
    if _holds_figures(text):
        plain = _plain(folded := _folded(text))
        if names_a_citizen(plain) or _is_old_number(plain):
            return NUMBER
        if _MOBILE.search(folded) or _LANDLINE.search(folded) or _CALLED.search(plain):
            return TELEPHONE
    return NAME if names_one_of(text, people) else None


def named_by_number(text: str) -> str | None:
    """The same of a number or code that a department gives (办件编号, 工单编号): where letters stand in it too, the figures of
    a telephone may by chance."""
    if not _holds_figures(text):
        return None
    if names_a_citizen(_plain(_folded(text))):
        return NUMBER
    return None if _LETTERED.fullmatch(text) else named(text)


def _holds_figures(text: str) -> bool:
    """Enough for a telephone number, in whatever script: most texts hold none at all, and lists have many cells."""
    if len(text) < FEWEST:
        return False
    if text.isascii():
        return len(_ASCII_FIGURE.findall(text)) >= FEWEST
    return sum(map(str.isnumeric, text)) >= FEWEST  # 幺 is one too


def names_one_of(text: str, people: Iterable[str]) -> bool:
    """True where the name of one of these people stands in the text, however it is written. A name of one character is
    looked for alone: it stands in too many words."""
    meant = written_name(text).replace(" ", "").casefold()
    for name in people:
        wanted = written_name(name).replace(" ", "").casefold()
        if same_name(name, text) or (len(wanted) > 1 and wanted in meant):
            return True
    return False


def _folded(text: str) -> str:
    """Every script's figures, and those of Chinese numbers, as figures."""
    figures = "".join(mark if (value := unicodedata.digit(mark, None)) is None else str(value) for mark in fold(text))
    return _CHINESE.sub(lambda found: found[0].translate(_FIGURES), figures)


def _plain(folded: str) -> str:
    """One hyphen for whatever stands between two figures."""
    return _BETWEEN.sub("-", folded)


def _is_old_number(plain: str) -> bool:
    for found in _OLD_NUMBER.finditer(plain):
        number = found[1].replace("-", "")
        if number[:2] in _PROVINCES:
            try:
                date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
            except ValueError:
                continue
            return True
    return False
