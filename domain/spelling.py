"""同名: when two writings are the same name, of a person or of a thing. Nothing else in the system compares names.

Characters are folded by Unicode's own tables and by nothing else: compatibility forms (NFKC), and the radicals and
strokes that text copied out of a PDF holds in place of ideographs, which NFKC leaves alone
(`equivalent_ideographs.tsv`). What no table folds stays itself, so that the two differ and a person is asked: no
character that a reader sees vanishes before a comparison. For comparing only; what people read stays as written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from pathlib import Path


def _ideographs() -> dict[int, int]:
    lines = Path(__file__).with_name("equivalent_ideographs.tsv").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {int(one, 16): int(other, 16) for one, other in pairs}


_IDEOGRAPHS = _ideographs()
#: What no reader sees: zero-width marks, marks of direction, the soft hyphen. Joiners stay: scripts spell with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: Every form in which a keyboard, a font or an old register writes 间隔号 (GB/T 15834: U+00B7).
_DOTS = str.maketrans(dict.fromkeys("\u02d9\u0387\u2022\u2027\u2219\u22c5\u25cf\u2e31\u2e33\u30fb\uff65\ua78f\u318d\u1427\u16eb", "\u00b7"))
#: The apostrophe and the hyphen of names in Latin letters (O'Brien, Anne-Marie), as telephones and word processors set them.
_LATIN_MARKS = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u02b9\u00b4\u2032", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
)
_STOP_FOR_DOT = re.compile(f"(?<=[{_CJK}])[.](?=[{_CJK}])")  # no Chinese name holds a full stop
_LATIN = "A-Za-z.,'\u00c0-\u024f\u2019-"
_NEEDLESS_SPACE = re.compile(f"(?<![{_LATIN}]) | (?![{_LATIN}])")
_SAYING = frozenset("#%&@\u00a7\u2030\u2031")  #: punctuation to Unicode, and yet said aloud
#: Punctuation between two figures, by what it does there: brackets of any make, dashes of any length.
_APART = {"Ps": ")", "Pe": ")", "Pi": ")", "Pf": ")", "Pd": "-"}


def fold(text: str) -> str:
    """The characters that are meant: radicals as ideographs, compatibility forms as plain ones, nothing invisible."""
    # Twice: what NFKC takes apart may hold a form that the table knows, and a form of the table may be a compatibility one.
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_IDEOGRAPHS))
    return unicodedata.normalize("NFC", folded.translate(_IDEOGRAPHS))


@lru_cache(maxsize=50_000)
def words(text: str) -> str:
    """What two spellings of a proof's, a unit's or a matter's name have in common: width, case, brackets, spaces and
    punctuation left aside. Between two figures punctuation stays (3-5 is not 35), and so does every symbol."""
    folded = fold(text).strip()
    runs = [(marks, "".join(run)) for marks, run in groupby(folded, _is_punctuation)]
    kept = []
    for place, (marks, run) in enumerate(runs):
        if not marks:
            kept.append(run)
        elif 0 < place < len(runs) - 1 and runs[place - 1][1][-1].isdecimal() and runs[place + 1][1][0].isdecimal():
            kept.append(_APART.get(unicodedata.category(found := run.strip()[:1] or " "), found))
    return ("".join(kept) or folded).casefold()


def written_name(name: str) -> str:
    """A person's name as registers write it, for asking them: 间隔号 as U+00B7, spaces between Latin words alone."""
    folded = fold(name.translate(_DOTS).translate(_LATIN_MARKS)).translate(_DOTS)
    return _STOP_FOR_DOT.sub("\u00b7", _NEEDLESS_SPACE.sub("", " ".join(folded.split())))


def same_name(one: str, other: str) -> bool:
    """Whether two writings are one person's name, or one body's: spaces, width, case and the form of 间隔号 left aside.

    A 间隔号 more or less, or any other character, is another name: a person decides.
    """
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return written_name(name).replace(" ", "").casefold()


def _is_punctuation(mark: str) -> bool:
    return (unicodedata.category(mark)[0] in "PZ" and mark not in _SAYING) or mark.isspace()
