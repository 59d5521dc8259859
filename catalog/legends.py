"""图例: marks and letters that a text over the table or the name of a column explains before any row is read: 带*的为本次取消 gives up
the rows that bear one, A为数据共享 is what A says under 核验方式 (obligations 2.1, 5.1).

What a note explains under the rows comes too late for them: `catalog.accepted_rows` has those asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean
from catalog.notes_under import Note
from catalog.rows_left import SIGNS, without_signs
from catalog.standing import Standing, in_cell, in_heading
from domain.spelling import fold

_TITLE = re.compile(f"(?P<title>[^()]*(清单|目录|名录|名单|表|台账))[(](?P<remark>[^()]*[{SIGNS}][^()]*)[)]")
_LABEL = re.compile("^(附?注|备注|说明|附|图例)\\d*[:.、]")
_LEAD = re.compile("^(为|是|的|均|都|表示|指)*(本次|此次|这次|本批|本轮|本年度?|今年)?")
_CLAUSES = re.compile("[,;。]")
_EXPLAINS = re.compile(f"[带标注打加有]?[{SIGNS}]+(号|符号)?(的|者)?(为|表示|是|代表|指|均|已)?(?!.*[{SIGNS}])")
_SIGN = re.compile(f"[{SIGNS}]")
_ONLY_SIGNS = re.compile(f"[{SIGNS}]+")
_MEANS = "(?:为|表示|代表|是指|是|指|对应)"
_LETTER = "[A-Ha-h①②③④⑤⑥⑦⑧]"
#: A为共享, ①表示告知承诺; of the numbers that number things (1.数据共享) only in the name of a column.
_CODED = re.compile(rf"(?<![A-Za-z0-9])[“\"]?(?P<code>{_LETTER}|\d)[”\"]?\s*{_MEANS}[:]?(?P<what>[^,;。、()]{{2,20}})")
_IN_NAME = re.compile(rf"(?<![A-Za-z0-9])(?P<code>{_LETTER}|\d)\s*[.、:=—-]?\s*(?P<what>[\u4e00-\u9fff]{{2,12}})")
#: 核验方式代码:①数据共享 ②告知承诺.
_LISTED = re.compile(r"(?<=[:\s、,;])(?P<code>[A-H①②③④⑤⑥⑦⑧])\s*(?P<what>[\u4e00-\u9fff]{2,12})")
_APART = re.compile("[、,;/+和及与\\s]+")


class Legend(NamedTuple):
    """What bears one of `gone` is given up; `signs`: all marks that are explained; `codes`: what a letter says of how a proof is
    checked."""

    gone: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    codes: Mapping[str, str] = {}

    def gives_up(self, names: Iterable[str | None], row: Iterable[str]) -> bool:
        """Whether a row bears such a mark: at either end of one of its names, or in a cell of its own."""
        ends = {one for text in names if text for one in (text.strip()[:1], text.strip()[-1:])}
        alone = {one for text in row if len(text) < _MOST and _ONLY_SIGNS.fullmatch(text) for one in text}
        return any(fold(one) in self.gone for one in ends | alone)

    def bare(self, name: str) -> str:
        """A name without the explained marks at its ends."""
        while name and (fold(name[0]) in self.signs or fold(name[-1]) in self.signs):
            name = (name[1:] if fold(name[0]) in self.signs else name[:-1]).strip()
        return name

    def methods(self, text: str) -> str:
        """The methods that the letters of a cell stand for; the text as it is where it holds anything else."""
        plain = fold(text).strip().upper()
        parts = list(plain) if plain.isalnum() and len(plain) <= len(self.codes) else [part for part in _APART.split(plain) if part]
        return "、".join(self.codes[part] for part in parts) if parts and all(part in self.codes for part in parts) else text


_MOST = 4  #: marks in a cell that holds nothing else


def legends_apart(text: str) -> tuple[str, ...]:
    """A title and the legend that stands behind it in brackets, and what a legend says of each mark: ▲为新增 | ★为取消; any other text
    alone."""
    found = _TITLE.fullmatch(fold(text).strip())
    title, legend = ((found["title"],), found["remark"]) if found else ((), text)
    clauses = [clause for clause in _CLAUSES.split(_LABEL.sub("", clean(fold(legend)))) if clause]
    if len(clauses) > 1 and all(map(_EXPLAINS.match, clauses)):
        return (*title, *clauses)
    return (*title, legend)


def legend_of(notes: Iterable[Note], above: Iterable[str], lines: Iterable[str], columns: Iterable[str]) -> Legend:
    """What they explain: `notes`: what is said of rows over the table, `above`: whatever stands there, `lines`: of the top of the sheet;
    `columns`: names of columns."""
    signs = {sign for text in above if _EXPLAINS.match(plain := clean(fold(text))) for sign in _SIGN.findall(plain)}
    gone = {sign for note in notes if _gives_up(note) for sign in note.signs}
    codes = _codes(_CODED, lines) or _codes(_LISTED, above)
    for name in columns:
        if "(" in (plain := fold(name)):
            codes |= _codes(_CODED, [plain]) or _codes(_IN_NAME, [plain[plain.index("(") :]])
    return Legend(frozenset(gone), frozenset(signs), codes)


def _gives_up(note: Note) -> bool:
    """Whether it says of those that bear a mark that they are given up, at once, and nothing else of any."""
    more = (note.numbers, note.named, note.vague, note.back, note.but, note.others, note.is_dated, note.doubts, note.parts, note.heads)
    if note.said is not Standing.CANCELLED or not note.is_legend or not note.signs or any(more):
        return False
    what = _LEAD.sub("", without_signs(_LABEL.sub("", clean(fold(note.text))))).rstrip("。;")
    return Standing.CANCELLED in (in_cell(what), in_heading(what))  # of what is 下放 nobody knows whether it is given up


def _codes(form: re.Pattern[str], texts: Iterable[str]) -> dict[str, str]:
    """Those of one text that explains two or more."""
    for text in texts:
        found = {match["code"].upper(): match["what"] for match in form.finditer(fold(text)) if _is_method(match["what"])}
        if len(found) > 1:
            return found
    return {}


def _is_method(text: str) -> bool:
    try:
        return bool(values.methods(text))
    except NotUnderstood:
        return False
