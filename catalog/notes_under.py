"""表下的注: what a text under the rows, or beside another list, says of rows that stand already: 以上证明均已取消, 标★的取消, 第3、5项取消,
其余保留 (obligations 2.1, 5.1). A row that was read cannot be changed by it, and what it says may not be lost: `catalog.accepted_rows`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from catalog.altering import Altered, altered
from catalog.cleaning import clean
from catalog.headings import is_heading
from catalog.note_names import NOTHING, Named
from catalog.row_numbers import Numbers, numbers_in, without_numbers
from catalog.row_remarks import STILL, leaves
from catalog.rows_left import ALL_OF_THEM, LOOKS, SIGNS, rows_left, without_signs
from catalog.said_aside import of_rows, of_the_list
from catalog.standing import Standing, cancels, in_cell
from domain.spelling import fold


class Note(NamedTuple):
    """What it says, and of which rows: by number, by what they are marked with, by what they name; `but`: of all but those;
    `others`: it gives up those that it does not name; `whole`: it speaks of all of them; `vague`: of some, and nobody knows of which.
    `is_dated`: not yet, or no more from some day on. `parts`: it says one thing of some rows and another of others."""

    text: str
    said: Standing
    numbers: Numbers = Numbers()
    signs: frozenset[str] = frozenset()
    named: Named = NOTHING
    vague: bool = False
    back: bool = False  #: of rows above it
    but: bool = False
    others: bool = False
    whole: bool = False
    is_dated: bool = False
    doubts: bool = False  #: whatever else is said of them
    is_legend: bool = False  #: it explains a mark or a colour
    may_head: bool = False  #: it may as well be the heading of the rows below: 已取消, ▲已取消
    heads: bool = False  #: it is that, too: 以上保留,以下取消
    kept: int = 0  #: how many rows it says are kept
    by_line: bool = False  #: 第5行: the fifth row, or that in the fifth line of the sheet
    parts: tuple[Note, ...] = ()
    alters: bool = False  #: it says that something about them is not what it was
    now: Named = NOTHING  #: and that they are called so: rows that are say it already

    @property
    def is_no_heading(self) -> bool:
        """False for one that may as well be the heading of the rows below: 户籍证明予以取消."""
        return not self.heads and bool(self.alters or self.numbers or self.signs or self.is_labelled or not self.named)

    @property
    def is_labelled(self) -> bool:
        """Whether it begins as a note does: 注:, 说明:."""
        return is_labelled(self.text)

    @property
    def is_of_some_named(self) -> bool:
        """Whether it says of which rows it speaks, wherever it stands."""
        return bool(self.numbers or self.named or self.vague or (self.is_legend and not self.may_head))

    @property
    def waits(self) -> bool:
        """Whether it may as well speak of rows below it: a note at the end of a printed page, one over the table."""
        return self.is_of_some_named and not (self.back or self.whole or self.heads or self.may_head) and self.is_no_heading


_SIGN = re.compile(f"[{SIGNS}]")
_EXPLAINS = re.compile(
    f"[{SIGNS}]+[^\\w{SIGNS}]*(的?(为|表示|是|代表|指)|(的|号|者|已|均)(?!.{{0,6}}(证明|事项|材料)(事项|材料|清单|目录|名称|部分)*[{SIGNS}]*$))"
)
_MARKED = re.compile(f"[{SIGNS}]+[-—:.、\\s]*(?P<what>[^{SIGNS}]+)")
_BACK = ALL_OF_THEM
_WHAT = re.compile(f"(({_BACK.pattern})(所列|内容|条目|项目|证明|事项|材料|各|全部|所有|条|项|的)*)")
_CHINESE = "[一二三四五六七八九十百]+"
_BY_LINE = re.compile(r"\d\s*行|行号")
#: Some of the rows, by their places.
_PLACED = re.compile(
    rf"^{_CHINESE}([、,到至和及与~-]{_CHINESE})+[项条行个](?=均|都|已|予|拟|应|取消|废止|停止|不再|保留)|第{_CHINESE}([、,到至和及与~\-第项条行个]+{_CHINESE})*[项条行个]|[前后末头最](面的?)?(\d{{1,5}}|[一二两三四五六七八九十]+|[后末前])[项条个行]"
    r"|[末首][项条行]|倒数第"
)
_OF_SOME = re.compile("其余|其他的|其它的|其中|剩余|余下|部分(证明|事项|材料|已|予以|取消|停止)")
_COUNTS = re.compile(
    r"^(其中)?[(]?(合计|总计|小计|共计|共|累计)[:]?\D{0,8}\d|(取消|废止|删除?|停止执行|不再保留)的?(项目?|证明|事项|序号)*:[1-9]\d{0,4}[项个件]?([,;。]|$)"
)
_KEPT = re.compile(r"保留[^,;。\d]{0,6}(\d{1,7})[项个条件]")
_BELOW = re.compile("以下|下列|下表|下面|如下|下述")
_TURNS = re.compile(f"(?={_BELOW.pattern})")
_INSTRUCTS = re.compile("填写|填报|请填|例如|示例|样例|必填")
_MAY_INSTRUCT = re.compile("栏|勾|√|选择")
_DATED = re.compile(r"[\d年月日].{0,8}((?<![消止])[起前后]|(?<![停废])止)|暂|逐步|拟|建议")
_KEEPS = re.compile("(?<![不未再])(?<!不予)保留|沿用|继续(执行|有效|使用|索要|实施)|维持|[不未](予|再)?取消")
#: 原清单同时废止: another list's.
_FORMER = re.compile("(原|旧|此前|以前|之前|原有的?)[^,;。]{0,24}(取消|废止|停止执行|失效|作废)")
_OTHERS = re.compile(
    "(其余|其他|其它|剩余|余下|未标|未注|没有?标|不带|未带|未打)[^,;。]{0,14}(取消|废止|停止|不再|不予|删除|撤销|失效|作废)"
)
_REST = re.compile("其余|其他|其它|剩余|余下")
_BUT = re.compile("除(?P<what>[^;。]{1,60}?)(之外|以外|外)(?!的)")
_LONGEST = 400  #: characters
_NOT_DONE = re.compile("(暂不|暂缓|暂未|不再|不|停止|暂停|退出|未)(予以?|再)?(实行|适用|采用|采取|推行|执行|实施)")
_ALONE = re.compile("((?P<all>均|都|全部|一律)|现|已|经)+")
_LABEL = re.compile("^(附?注|备注|说明|附)\\d*[:.、]")
_MERGED = re.compile("合并(?=[,;。)]|$)")

#: A clause that ends with it says it of something: 户籍类证明取消. What goes on (取消的证明事项) may be what a list is called.
_SAYS_OF = re.compile(
    "((取消|废止|删除|停止(执行|使用|索要)|不再(保留|执行|索要|收取|提交|提供|要求)|不予索要|作废|撤销|失效|保留)了?"
    "|(不再(要求|需要|收取|索要)|无需|不需要?|不用)[^,;。的]{0,12})[。)]*$"
)
_NAMES_A_LIST = re.compile("(证明|事项|材料|清单|目录|名单|名录|表|部分|名称|情况|结果|意见|类)([(][^()]*[)])?$")
_OF_A_LIST = re.compile("的(证明|事项|材料|清单|目录|部分|名称)+([(][^()]*[)])?$")
_CLAUSES = re.compile(r"[;。]|(?<!\d),|,(?!\d)")
_IN_CIRCLES = re.compile("(?<=[\u2460-\u2473])(?=[\u2460-\u2473])")
_BARE_NUMBER = re.compile("[(]?[A-Z]?\\d[\\d.]*[号#]?[)]?[.、:]?")

_Hears = Callable[[str], Standing | None]
_Names = Callable[[str], Named]
_Lifts = Callable[[str], bool]


def is_labelled(text: str) -> bool:
    """True for what begins as a note does: 注:, 说明1、."""
    return _LABEL.match(clean(fold(text))) is not None


def note_of(text: str, hears: _Hears, names: _Names = lambda _: NOTHING, *, alone: bool = True, lifts: _Lifts | None = None) -> Note | None:
    """What this text says of rows that stand already; None for one that says nothing of them. `hears`: what such a list hears of 取消 and
    保留 in a heading; `names`: what a text names of the rows; `alone`: it is all that its row says; `lifts`: of a negative list, whether
    a text takes something out of it."""
    plain = clean(fold(_IN_CIRCLES.sub("、", text)))
    if not plain or len(plain) > _LONGEST:
        return None
    if lifts is not None:
        return _lifting(text, of_the_list(plain), hears, names, lifts)
    whole, plain = plain, _FORMER.sub("", of_rows(plain))
    found_altered = altered(_LABEL.sub("", whole), names)
    if found_altered.of and (told := _of_altered(text, found_altered, names)) is not None:
        other = note_of(found_altered.rest, hears, names, alone=alone)
        return told if other is None else told._replace(parts=(told, *(other.parts or (other._replace(text=text),))))
    found = _turning(text, plain, hears, names) if _BELOW.search(plain) else _found(text, plain, hears, names, alone=alone)
    if found is None or found.said is not Standing.OPEN or found.but or found.doubts:
        return found
    parts = tuple(_found(text, part, hears, names) for part in _CLAUSES.split(plain) if part)
    if len(parts) > 1 and all(part is not None and (part.numbers or part.signs or part.named) for part in parts):
        return found._replace(parts=tuple(part._replace(others=False) for part in parts if part is not None))
    is_mixed = bool(found.numbers or found.named) and not (found.signs or found.back)
    return found._replace(vague=found.vague or is_mixed)  # 1.保留2.取消: which of them is which


def _of_altered(text: str, found: Altered, names: _Names) -> Note | None:
    numbers, signs, named = numbers_in(found.of), frozenset(_SIGN.findall(found.of)), names(found.of)
    if not (numbers or signs or named):
        return None
    return Note(text, Standing.CANCELLED, numbers, signs, named, is_legend=bool(signs), alters=True, now=names(found.now))


def _lifting(text: str, plain: str, hears: _Hears, names: _Names, lifts: _Lifts) -> Note | None:
    """The same of a negative list, whose rows agree with whatever forbids."""
    body = _LABEL.sub("", plain)
    if (
        not (lifts(plain) or lifts(without_numbers(body).rstrip("。")))
        or _BELOW.search(plain)
        or (_NAMES_A_LIST.search(body) and (hears(body) is not None or is_heading(body)))
    ):
        return None
    numbers, signs, named = numbers_in(plain), _signs(plain), names(plain)
    back, placed = _BACK.search(plain) is not None, _PLACED.search(plain) is not None
    some = bool(numbers or signs or named)
    return Note(text, Standing.KEPT, numbers, signs, named, vague=placed or named.more or not some, back=back, is_legend=bool(signs))


def _turning(text: str, plain: str, hears: _Hears, names: _Names) -> Note | None:
    """Of one that speaks of the rows below: what it says of those above, if of those, too."""
    parts = _TURNS.split(plain)
    above = "".join(part for part in parts if _BACK.search(part))
    found = _found(text, above, hears, names) if above else None
    heads = any(hears(part.rstrip(",;。")) is not None for part in parts if not _BACK.search(part))
    return found._replace(heads=heads) if found is not None else None


def _found(text: str, plain: str, hears: _Hears, names: _Names, *, alone: bool = True) -> Note | None:
    but = _BUT.search(plain)
    said_of = but["what"] if but else plain
    numbers, signs = numbers_in(said_of), _signs(said_of)
    if but and not (numbers or signs or names(said_of)):
        but, said_of, numbers, signs = None, plain, numbers_in(plain), _signs(plain)
    rest = plain.replace(but[0], "", 1) if but else plain
    keeps, gives_up = _says(rest, hears)
    left, doubts = rows_left(_LABEL.sub("", rest), names)
    left = "" if gives_up else left
    still = not keeps and not gives_up and STILL.search(plain) is not None
    keeps = keeps or still
    if left:
        gives_up = True
        if not but:
            said_of, numbers, signs = left, numbers_in(left), frozenset(_SIGN.findall(left))
    back = _BACK.search(plain) is not None
    looks = LOOKS.search(plain) is not None
    may_instruct = _MAY_INSTRUCT.search(plain) and not (looks or _EXPLAINS.search(plain))
    if not (gives_up or keeps) or (not left and (_INSTRUCTS.search(plain) or may_instruct) and not (back and gives_up)):
        return None
    named = names(said_of)  # looked for in a text that says something alone: there may be as many headings as there are proofs
    body = _LABEL.sub("", plain)
    bare = _ALONE.match(body) if in_cell(body) is not None else None
    placed = _PLACED.search(plain) is not None
    of_some = placed or looks or any(form.search(plain) for form in (_OF_SOME, _COUNTS))
    numbers = Numbers() if placed else numbers
    tells = bool(numbers or signs or named or back or bare or of_some)
    if not tells and not (alone and _is_vague(plain, body, hears)):
        return None
    if is_heading(plain.strip(SIGNS)) and not (numbers or signs or back or placed):
        return None
    others = not gives_up or (not but and _OTHERS.search(rest) is not None)
    by_line = bool(numbers) and _BY_LINE.search(plain) is not None
    both = gives_up and keeps and (but is not None or (not others and not _REST.search(rest)))
    marked = _MARKED.fullmatch(plain)
    kept = _KEPT.search(plain)
    is_bare = _BARE_NUMBER.sub("", body, count=1) if numbers and body == plain else ""
    return Note(
        text,
        Standing.OPEN if both else Standing.CANCELLED if gives_up else Standing.KEPT,
        numbers,
        signs,
        named,
        vague=not tells or named.more or (by_line and (others or but is not None)),
        back=back,
        but=but is not None,
        others=others and (tells or gives_up) and not still,
        whole=(back or bare is not None) and not of_some and not both,
        is_dated=not left and _DATED.search(plain) is not None,
        doubts=doubts,
        is_legend=bool(signs) or looks,
        may_head=bool(bare and not bare["all"])
        or (marked is not None and (in_cell(marked["what"]) is not None or left == plain))
        or (is_bare != "" and in_cell(is_bare) is not None)
        or (not tells and body == plain and hears(plain) in (Standing.KEPT, Standing.CANCELLED)),
        kept=int(kept[1]) if kept else 0,
        by_line=by_line,
    )


def _is_vague(plain: str, body: str, hears: _Hears) -> bool:
    """Whether a text that does not say of which rows it speaks speaks of some: 户籍类证明取消, 注:低保户不再提供. What a list may be called
    does not, nor what speaks of proofs that were given up elsewhere: 取消的证明由各单位公布."""
    if not (cancels(body) or _KEEPS.search(body)):
        return False
    if _NAMES_A_LIST.search(body) and (hears(body) is not Standing.OPEN or _OF_A_LIST.search(body)):
        return False
    return any(_SAYS_OF.search(part) and (cancels(part) or _KEEPS.search(part)) for part in _CLAUSES.split(body))


def _says(plain: str, hears: _Hears) -> tuple[bool, bool]:
    """Whether it keeps, and whether it gives up."""
    keeps = _KEEPS.search(plain) is not None
    bare = _WHAT.sub("", without_signs(without_numbers(_LABEL.sub("", plain)))).strip(":")
    if any(map(cancels, (plain, bare))) or _NOT_DONE.search(plain) or (_MERGED.search(plain) and numbers_in(plain)):
        return keeps, True
    heard = hears(plain)
    return keeps, heard is Standing.CANCELLED or (heard is Standing.OPEN and not keeps)


def _signs(plain: str) -> frozenset[str]:
    """A mark in front of a text that does not explain it is no more than that: ▲取消的证明事项 is a heading."""
    marked = _MARKED.fullmatch(plain)
    explains = _EXPLAINS.match(plain) or (marked is not None and (in_cell(marked["what"]) is not None or leaves(marked["what"])))
    return frozenset(_SIGN.findall(plain if explains else plain.strip(SIGNS)))
