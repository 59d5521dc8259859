"""明文 (15.4): what is kept in clear names nobody. One guard for every field that is stored unencrypted.

Numbers of citizens (18 characters, and the 15 of before 1999), telephone numbers in the forms in which people write them,
and, where it is known whom a case is about, their names. In full width, in Chinese figures, with blanks, hyphens or marks that no
reader sees between the figures it is the same number. What needs to say more is kept encrypted (ledger.vault).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from domain.identity import names_a_citizen
from domain.spelling import fold, same_name, written_name

_FIGURES = str.maketrans("〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖", "000" + "123456789" * 2)
_CHINESE = re.compile("[〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖](?:[\\s·.-]*[〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖]){6,}")
#: What people write between the figures of a number.
_BETWEEN = re.compile(r"(?<=[0-9])[\s\u2010-\u2015\u2212_/·,、~-]+(?=[0-9Xx])")
_OLD_NUMBER = re.compile(r"(?<![0-9])[1-8][0-9]{5}([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}(?![0-9])", re.ASCII)
_MOBILE = re.compile(r"(?<![0-9])(?:(?:\+|00)?-?86-?)?(?:1-?[3-9](?:-?[0-9]){9}|1[3-9][0-9][.][0-9]{4}[.][0-9]{4})(?![0-9])", re.ASCII)
_LETTERED = re.compile(r"[A-Za-z0-9._-]*[A-Za-z][A-Za-z0-9._-]*", re.ASCII)  #: a number with letters of its office: BJ-2026-0001
#: 区号 with its number; in brackets, with a hyphen, or together.
_LANDLINE = re.compile(r"(?<![0-9A-Za-z-])[(]?0(?:10|2[0-9]|[3-9][0-9]{2})[)]?[\s-]*[2-9][0-9]{2,3}-?[0-9]{4}(?![0-9])", re.ASCII)
#: A number without 区号 is one where the words say so.
_CALLED = re.compile(r"(?:电话|手机|座机|联系方式|致电|tel)[^0-9]{0,6}(?:[0-9]-?){6,11}[0-9]", re.ASCII | re.IGNORECASE)

_FEWEST = 7  #: figures of a telephone number
NUMBER, TELEPHONE, NAME = "公民身份号码", "电话号码", "当事人姓名"


def named(text: str, people: Iterable[str] = ()) -> str | None:
    """What in a text says who somebody is, in Chinese; None: nothing. `people`: whom the case is about."""
    if sum(map(str.isnumeric, text)) >= _FEWEST:  # most texts hold no number at all, and lists have many cells
        plain = _plain(text)
        if names_a_citizen(plain) or _is_old_number(plain):
            return NUMBER
        if _MOBILE.search(plain) or _LANDLINE.search(plain) or _CALLED.search(plain):
            return TELEPHONE
    return NAME if names_one_of(text, people) else None


def named_by_number(text: str) -> str | None:
    """The same of a number or code that a department gives (办件编号, 工单编号): where letters stand in it too, the figures of
    a telephone may by chance."""
    plain = _plain(text)
    if names_a_citizen(plain):
        return NUMBER
    return None if _LETTERED.fullmatch(text) else named(text)


def names_one_of(text: str, people: Iterable[str]) -> bool:
    """True where the name of one of these people stands in the text, however it is written. A name of one character is
    looked for alone: it stands in too many words."""
    meant = written_name(text).replace(" ", "").casefold()
    for name in people:
        wanted = written_name(name).replace(" ", "").casefold()
        if same_name(name, text) or (len(wanted) > 1 and wanted in meant):
            return True
    return False


def _plain(text: str) -> str:
    """Figures as figures, and one hyphen for whatever stands between two of them."""
    folded = _CHINESE.sub(lambda found: found[0].translate(_FIGURES), fold(text))
    return _BETWEEN.sub("-", folded)


def _is_old_number(plain: str) -> bool:
    for found in _OLD_NUMBER.finditer(plain.replace("-", "")):
        try:
            date(1900 + int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
        return True
    return False
