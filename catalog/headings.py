"""小标题: what stands around the rows of a table: headings between them and over it, title, name of the sheet. It holds for the next
tables of the same page too, until something of its rank stands there (obligations 2.1, 5.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from catalog.asides import apart, is_aside
from catalog.cleaning import clean, without_brackets
from catalog.numbering import DEPTHS, is_numbered, without_number
from catalog.said_over import Doubt, doubt, moves
from catalog.several_names import one_suffices
from catalog.sheet_names import MAY_BE_MATTER, matter_of_sheet
from catalog.standing import Standing, in_heading, in_title
from domain.spelling import fold

#: 取消的证明事项, 继续保留的证明材料: no proof is called so.
_SECTION = re.compile(
    "(以下|拟|决定|建议|予以|继续|不再)*(取消|保留|废止|停止执行|停止使用|沿用)(或?(调整|规范|清理))?(的|类)?(证明|事项|材料|清单|目录|部分|名称)+"
)

_TABLE = re.compile(r"(清单|目录|名单|名录|表|台账)([(].*)?$")
#: 户籍类, 其他材料, 申请人身份证明: which papers, and no other matter.
_KIND = re.compile(
    ".*(类|其[他它]|有关|相关|基本|必备|必要|必须|可选|补充|辅助|通用|共性|身份|以下|下列|原件|复印件|情形|情况|本表|填写).*|(?!.*(所需|办理|申请)).*证明|[市区县镇省]级|(申请人?|所需|应?提交|证明|材料|事项|清单|目录|部分|的)+"
)
_LONGEST = 30  #: a heading; what is longer is a sentence


def is_title(text: str) -> bool:
    """True for what a table is called: …清单, …目录(2026年)."""
    return _TABLE.search(clean(fold(text))) is not None


def is_heading(text: str) -> bool:
    """True for one, or for a text that says of the rows below what becomes of them."""
    return is_numbered(text) or _SECTION.fullmatch(without_brackets(clean(fold(text)))) is not None


class Around(NamedTuple):
    """What stands around a row: what it says becomes of the proof; `unclear`: words of which nobody knows what they say of it; the
    column beside it, meant for something else, in which 取消 stands; the matter and the unit that are named over it, where no
    column names one (empty: one was, over other rows); the words by which one of the proofs below suffices; those by which it may not
    stand (上收市级的事项), and by which it may not be meant at all (旧版); those that say so from a day on that is still to come."""

    said: Standing | None = None
    unclear: str = ""
    beside: str = ""
    matter: str | None = None
    unit: str | None = None
    either: str = ""
    gone: str = ""
    void: str = ""
    later: str = ""


AROUND_NOTHING = Around()

#: What a text says becomes of the rows, and which matter and unit it names over them.
Hears = Callable[[str], Standing | None]
Names = Callable[[str, bool], tuple[str | None, str | None]]


def _names_nothing(_text: str, _is_title: bool) -> tuple[None, None]:
    return None, None


class _Over(NamedTuple):
    """What a heading or a title says."""

    said: Standing | None = None
    text: str = ""
    matter: str | None = None
    unit: str | None = None
    doubt: Doubt | None = None


class Headings:
    """What stands over the rows: each heading until one that stands as high or higher. One without a number stands under the numbered
    one before it; of two such beside each other, the second of which does not say what becomes of its rows, nobody knows. Asked of
    one page: the tables of a document or a web page one after another, or one sheet of a workbook.

    `kind`: what this kind of list says of all its rows; `hears`, `names`, `doubts`, `is_later`: what a text says of them."""

    def __init__(
        self,
        sheet: str = "",
        kind: Standing | None = None,
        hears: Hears = in_heading,
        names: Names = _names_nothing,
        doubts: Callable[[str], Doubt | None] = doubt,
        is_later: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.hears, self._names, self._doubts, self._is_later = hears, names, doubts, is_later
        self._kind = _Over(kind, "清单种类")
        said, (matter, unit) = hears(sheet), names(sheet, True)
        says_nothing = said is None and matter is None and unit is None and self._doubt(sheet) is None
        self._sheet = _Over(said, sheet, matter_of_sheet(sheet) if says_nothing else matter, unit, self._doubt(sheet))
        self._title = self._column = _Over()
        self._over: dict[float, _Over] = {}
        self._unclear = self._either = ""
        self._has_named = False  #: a matter stands over rows of this page
        self._is_first = True
        self._around: Around | None = None
        self._margin = _Over()

    def prints(self, margins: Iterable[str]) -> None:
        """This is printed over and under the pages of the rows that follow."""
        over = [_Over(in_title([text], self.hears), text, doubt=self._doubt(text)) for text in apart(margins) if not is_aside([text])]
        self._margin = next((one for one in over if one.doubt or one.said in (Standing.CANCELLED, Standing.OPEN)), _Over())
        self._around = None

    def begin(self, over: Iterable[str], column: str = "") -> None:
        """A table begins under these lines; its column of proofs is called so."""
        titles: list[str] = []
        ends = either = ""
        for text in apart(over):
            either = text if one_suffices(text) else either
            plain = clean(fold(text))
            is_sentence = plain.endswith("。")
            is_short = len(plain) <= _LONGEST and not is_sentence
            if is_numbered(text) and not is_sentence:  # names of matters may be long
                self.met(text)
            elif self.hears(text) is not None or is_title(text) or plain.startswith("附件"):
                self._over, self._unclear = {}, ""
                titles.append(text)
                ends = text
            elif (is_short or (not is_sentence and any(self._names(text, False)))) and not self._is_first and not is_aside([text]):
                self.met(text)
            else:
                titles.append(text)
        self._titled(titles, ends)
        self._column = _Over(self.hears(column), column, doubt=self._doubt(column))
        self._is_first = False
        self._either = either or (column if one_suffices(column) else "")
        self._around = None

    def _titled(self, lines: list[str], ends: str) -> None:
        """What holds until the next title: that of these lines. One that says nothing after one that did leaves it open."""
        said = in_title(lines, self.hears)
        named = [found for line in lines if any(found := self._names(line, True))]
        matter, unit = named[-1] if named else (None, None)
        if said is None and ends and self._title.said is not None:
            said = Standing.OPEN
        telling = next((line for line in reversed(lines) if self.hears(line) is not None), "")
        doubted = next(
            (line for line in reversed(lines) if self._doubt(line) is not None and (line[:1] == "附" or not is_aside([line]))), ""
        )
        if said is not None or matter is not None or unit is not None or ends or doubted:
            self._title = _Over(said, telling or doubted or ends or lines[-1], matter, unit, self._doubt(doubted))

    def met(self, text: str, said: Standing | None = None) -> None:
        """A heading stands here; `said`: what it says, where that is not what is heard in it."""
        plain = clean(fold(text))
        self._either = text if one_suffices(text) else ""
        found = _Over(said or self.hears(plain), text, *self._names(text, False), None if said else self._doubt(plain))
        if not is_numbered(plain) and found.said is not None and is_title(plain):
            self._over, self._unclear, self._title, self._around = {}, "", found, None
            return
        number = next((depth for depth, form in enumerate(DEPTHS) if form.match(plain)), None)
        depth = max((at for at in self._over if at == int(at)), default=0) + 0.5 if number is None else number
        beside = self._over.get(depth) if number is None else None
        self._around = None
        bare = without_number(plain).strip(":")
        if found == _Over(text=text) and MAY_BE_MATTER.fullmatch(bare) and not _KIND.fullmatch(bare):
            found = found._replace(matter=bare)  # who leaves it out lets the rows below speak of the matter above, or of every one
        names_nothing = found.matter is found.unit is None
        if names_nothing and found.said is None and self._title.matter and not _KIND.fullmatch(without_number(plain)):
            self._title = self._title._replace(matter="")  # 二、公证 under 法律援助申请证明材料清单: another matter, for all that is known
        if number is None and names_nothing and found.said is None and found.doubt is None:
            if beside is not None and beside.said is not None:
                self._unclear = text
            elif beside is not None and beside.matter is not None and (plain[:2] in ("其他", "其它") or not _KIND.fullmatch(plain)):
                self._over[depth] = found._replace(matter="")
            return
        if names_nothing and beside is not None and beside.said is None:
            found = found._replace(matter=beside.matter, unit=beside.unit)  # 取消的证明 under its matter, neither with a number
        self._has_named = self._has_named or found.matter is not None
        self._over = {at: what for at, what in self._over.items() if at < depth}
        self._over[depth] = found
        self._unclear = text if beside is not None and beside.said is not None and found.said is None else ""

    @property
    def in_section(self) -> bool:
        """Whether a heading says what becomes of the rows that follow."""
        return any(what.said is not None for what in self._over.values())

    @property
    def has_named(self) -> bool:
        """Whether a matter stood over any rows of this page so far."""
        return self._has_named

    def says(self, text: str) -> bool:
        """True for a heading that says what becomes of the rows below it, or names their matter or their unit."""
        return self.hears(text) is not None or self.doubts(text) or any(self._names(text, False))

    def doubts(self, text: str) -> bool:
        """True for a text that leaves open whether the rows below it stand: 上收市级的事项, 旧版."""
        return self._doubt(text) is not None

    def _doubt(self, text: str) -> Doubt | None:
        said = self.hears(text) if text else Standing.KEPT
        return self._doubts(text) if said is None or (said is Standing.OPEN and moves(text)) else None

    @property
    def around(self) -> Around:
        """What stands around the rows that follow."""
        if self._around is None:
            self._around = self._together()
        return self._around

    def _together(self) -> Around:
        over = [what for _, what in sorted(self._over.items(), reverse=True)] + [self._title, self._sheet]
        matter = next((what.matter for what in over if what.matter is not None), None)
        unit = next((what.unit for what in over if what.unit is not None), None)
        self._has_named = self._has_named or matter is not None
        if self._has_named and matter is None:
            matter = ""
        said, unclear = self._standing()
        doubted = [what for what in (*over, self._column, self._margin) if what.doubt is not None]
        gone, void = (next((what.text for what in doubted if what.doubt is kind), "") for kind in Doubt)
        later = next((what.text for what in (*over, self._column, self._margin) if what.said and self._is_later(what.text)), "")
        return Around(said, self._unclear or unclear, "", matter, unit, self._either, gone, void, later)

    def _standing(self) -> tuple[Standing | None, str]:
        """The deepest heading that says anything, else title and sheet; the name of the column and the kind of list with it. Words that
        leave it open, or the contrary of one another, are told."""
        heading = next((what for _, what in sorted(self._over.items(), reverse=True) if what.said is not None), None)
        far = (self._title, self._sheet) if heading is None else (heading,)
        saying = [one for one in (*far, self._column, self._kind) if one.said is not None]
        if heading is not None and heading.said is Standing.OPEN:
            return None, heading.text
        decided = [one for one in saying if one.said is not Standing.OPEN]
        if other := next((one for one in decided if one.said is not decided[0].said), None):
            return None, f"{decided[0].text}”与“{other.text}"
        margin = self._margin if heading is None else _Over()
        if decided and margin.said is Standing.CANCELLED is not decided[0].said:
            return None, f"{decided[0].text}”与页眉或页脚“{margin.text}"
        if decided and not (decided == [self._kind] and len(saying) > 1):  # 取消和调整 in a list of what is given up
            return decided[0].said, ""
        if not saying and margin.said is not None:  # who reads the sheet on a screen sees no page's header
            return None, margin.text
        return None, saying[0].text if saying else ""
