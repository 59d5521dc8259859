"""证件号码: whose number is well formed, what it says of a birth, and when two writings are one number.

A form that no rule describes is not refused: who holds a genuine document is a person with rights, and a source or the
issuing unit says whether the number exists. What is checked is what a slip of the pen breaks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from domain.roles import IdType

#: GB 32100-2015, alphabet and weights of the check character; I, O, S, V, Z are not used.
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_FORM = re.compile(f"[{_USCC}]{{2}}[0-9]{{6}}[{_USCC}]{{10}}", re.ASCII)
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_FORMS: Mapping[IdType, re.Pattern[str]] = MappingProxyType(
    {
        IdType.CITIZEN_ID: re.compile(r"[1-8][0-9]{16}[0-9X]", re.ASCII),
        IdType.HMT_RESIDENCE: re.compile(r"8[123]0000[0-9]{11}[0-9X]", re.ASCII),  # 香港, 澳门, 台湾
        # Since December 2023: 9 and 17 more, the last one a check character as of a citizen's number; before: three
        # letters of a country and 12 figures.
        IdType.PERMANENT_RESIDENCE: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}", re.ASCII),
        # The last two figures of eleven count the cards of the same person.
        IdType.HK_MACAO_PERMIT: re.compile(r"[HM][0-9]{8}([0-9]{2})?", re.ASCII),
        IdType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}([0-9]{2}[A-Z]?)?", re.ASCII),
        IdType.PASSPORT: re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}", re.ASCII),
    }
)
#: Eighteen figures, each perhaps after a hyphen, a blank or a point; looked for from every place where one may begin.
_INSIDE = re.compile(r"(?<![0-9])(?=([0-9](?:[ .\u00b7-]?[0-9]){16}[ .\u00b7-]?[0-9X])(?![0-9]))", re.ASCII)
#: What people write between the groups of a number, and around the count of cards: 12345678(01).
_BETWEEN = re.compile(r"[\s()\u00b7.-]")


def tidy(number: str) -> str:
    """A number as documents print it: half width, capitals, nothing between its characters."""
    folded = unicodedata.normalize("NFKC", number).upper()
    return _BETWEEN.sub("", re.sub("[\u2010-\u2015\u2212]", "-", folded))


def is_wrong(id_type: IdType, number: str, today: date) -> bool:
    """True where a tidy number cannot be one of its kind: its form, its check character, a birth after `today`."""
    if id_type is IdType.USCC:
        return not is_uscc(number)
    if not _FORMS[id_type].fullmatch(number):
        return True
    if not _EIGHTEEN.fullmatch(number) or id_type in (IdType.PASSPORT, IdType.TAIWAN_PERMIT):
        return False
    born = birth_date(number)
    return born is None or born > today or number[-1] != _mod_11_2(number[:-1])


def is_citizen_number(text: str) -> bool:
    """公民身份号码 (GB 11643) by form, date and check character, those of 港澳台居民居住证 among them."""
    right = _FORMS[IdType.CITIZEN_ID].fullmatch(text) and text[-1] == _mod_11_2(text[:-1])
    return bool(right) and birth_date(text) is not None


def names_a_citizen(text: str) -> bool:
    """True where the number of a citizen or of a permanent resident stands in a text that travels in addresses and records.

    In full-width figures or with hyphens or blanks between it is one too; eighteen figures whose date or check character
    is wrong are a number of something else.
    """
    folded = unicodedata.normalize("NFKC", re.sub("[\u2010-\u2015\u2212]", "-", text)).upper()
    found = [re.sub("[^0-9X]", "", one[1]) for one in _INSIDE.finditer(folded)]
    return any(is_citizen_number(one) or not is_wrong(IdType.PERMANENT_RESIDENCE, one, date.max) for one in found)


def birth_date(number: str) -> date | None:
    """The day of birth in a number of 18 characters; None where there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_uscc(number: str) -> bool:
    """统一社会信用代码 (GB 32100-2015, with A for the army's and N for village bodies in its first place)."""
    if not _USCC_FORM.fullmatch(number):
        return False
    total = sum(_USCC.index(mark) * weight for mark, weight in zip(number, _USCC_WEIGHTS, strict=False))
    return number[-1] == _USCC[-total % 31]


def same_number(id_type: IdType, one: str, other: str) -> bool:
    """Whether two writings are one person's number."""
    return person_key(id_type, one) == person_key(id_type, other)


def person_key(id_type: IdType, number: str) -> tuple[str, str]:
    """What finds a person: the space in which the number counts, and the number without what changes with each card.

    The number of a 港澳台居民居住证 is a 公民身份号码: whichever of the two somebody calls it, it is one person.
    """
    number = tidy(number)
    if id_type is IdType.HMT_RESIDENCE:
        return IdType.CITIZEN_ID.value, number
    if id_type is IdType.HK_MACAO_PERMIT:
        return id_type.value, number[:9]
    if id_type is IdType.TAIWAN_PERMIT:  # eight for life, two that count the cards, a check letter on the older ones
        return id_type.value, number[:8]
    return id_type.value, number


def _mod_11_2(body: str) -> str:
    """The check character of ISO 7064 MOD 11-2, as GB 11643 uses it."""
    rest = 0
    for figure in body:
        rest = (rest + int(figure)) * 2 % 11
    return "0123456789X"[(12 - rest) % 11]
