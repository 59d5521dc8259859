"""一行的去留: what a row says of whether its proof or matter is kept, against what is said around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, clean_text, without_brackets
from catalog.headers import Header
from catalog.negatives import lifts
from catalog.row_remarks import holds_remarks, leaves
from catalog.said_over import is_not_brought
from catalog.several_names import one_suffices
from catalog.standing import Standing, cancels, in_cell, leaves_commitment, may_cancel
from catalog.ticked_columns import Mark
from catalog.verdicts import RowNotes

_UNDECIDED = ("待定", "未知")  #: says nothing elsewhere; here it says that nobody knows


_BOXES = ("☐", "□")  #: nobody touched it: under 是否保留 that is no 否
UNTICKED = "(未勾选)"  #: what a row says of which no column is ticked that should be


def ticked(text: str, marks: Iterable[tuple[str, Mark, str]]) -> str:
    """What the row's own cell and its ticked columns say together, as one text; what they do not agree in, one after another. `marks`:
    name of the column, what a tick in it says, its cell."""
    said = [text] if clean(text) else []
    must_say, columns = False, 0
    for name, mark, cell in marks:
        columns += 1
        must_say = must_say or mark.either or mark.says is Standing.KEPT
        try:
            if values.yes_or_no(clean(cell), False):
                said.append(name if mark.says is Standing.OPEN else mark.says.label)
            elif mark.either and clean_text(cell) and clean(cell) not in _BOXES:
                said.append(mark.says.contrary.label)
        except NotUnderstood:
            said.append(cell)
    return "、".join(dict.fromkeys(said)) or (UNTICKED if must_say or columns > 1 else "")


#: Under the name of a way to check a proof.
_DONE, _NOT_DONE = (
    re.compile("(已|可)?(实现|适用|实行|支持|开通|采用|具备)"),
    re.compile("(未|不|尚未|暂未|暂不)(实现|适用|实行|支持|开通|采用|具备)"),
)


def ways(columns: Mapping[int, str], row: Sequence[str]) -> str:
    """核验方式 of a row as its ticks say; what is no tick, as it stands."""
    said = []
    for column, name in columns.items():
        text = clean(row[column]) if column < len(row) else ""
        try:
            said += [name] if _DONE.fullmatch(text) or (not _NOT_DONE.fullmatch(text) and values.yes_or_no(text, False)) else []
        except NotUnderstood:
            said.append(text)
    return "、".join(said)


class Tells(Enum):
    """When a column from which nothing is taken tells that a row may not stand."""

    BY_WORDS = 1  #: 备注: 已取消
    BY_COMMITMENT = 5  #: the same in a list of 告知承诺: 暂不实行, too
    BY_LIFTING = 7  #: in a negative list: 仍可出具, 除外
    BY_WORD = 6  #: 设定依据, 事项类型: 已取消, and nothing else
    FILLED = 2  #: 取消时间, 替代材料
    DENIED = 4  #: 可否实行告知承诺: 否
    EMPTY = 3  #: 取消后的办理方式: there is none


_WORD = 12  #: characters of 已取消, 决定予以取消; what is longer says more
ALONE = frozenset("删撤停废减")  #: one character that says it
BESIDE = 3  #: columns without a name to the right of a table, in which somebody may have written something
_FILLED = re.compile(
    "保留(期限|至|到期时间|截止时间|截止日期)|(停用|失效|作废|终止|撤销|退出|删除|截止)(时间|日期)|(执行|使用|沿用)至"
    "|(拟|建议|应|予以|决定|已)*(取消|废止|停止(执行|使用|索要)?|不(再|予|予以)?保留)的?(时间|日期|年份|年度|批次|依据|文号|文件|原因|理由|情况|说明)|(替代|代替|合并|调整)(为|至|成|后)?的?(证明|材料|证件|证照|事项)(名称)?"
)


_ASKS_COMMITMENT = re.compile("(是否|可否|能否)?(可以?|能|拟|已)?(实行|适用|采用|采取|推行|纳入)?(证明事项)?告知承诺制?")


def _tells(name: str, of_commitments: bool) -> Tells:
    plain = without_brackets(clean(name))
    if _FILLED.fullmatch(plain):
        return Tells.FILLED
    if of_commitments and _ASKS_COMMITMENT.fullmatch(plain):
        return Tells.DENIED
    return Tells.BY_COMMITMENT if of_commitments else Tells.BY_WORDS


class Telling(NamedTuple):
    """Such columns of a table, by place and name. `by_words_alone`: a row without any such word says nothing in them. `remarks`: those in
    which remarks stand."""

    columns: tuple[tuple[int, str, Tells], ...]
    by_words_alone: bool
    remarks: tuple[tuple[int, str], ...]


def telling(header: Header, *, of_commitments: bool, of_negatives: bool = False) -> Telling:
    """Those columns, by place and name, in a list of 告知承诺, a negative one or another."""
    if of_negatives:
        columns = ((column, name or f"第{column + 1}列") for column, name in enumerate((*header.names, *[""] * BESIDE)))
        fields = ((column, name, header.columns.get(column)) for column, name in columns)
        lifting = tuple((column, name, Tells.BY_LIFTING) for column, name, field in fields if field not in ("may_issue", "sequence"))
        return Telling(lifting, False, ())
    read = {column for column, field in header.columns.items() if field not in ("remark", "sequence")} | set(header.marks)
    found = [
        (column, name or f"第{column + 1}列", _tells(name, of_commitments))
        for column, name in enumerate((*header.names, *[""] * BESIDE))
        if column not in read
    ]
    found += [
        (column, header.names[column], Tells.BY_WORD)
        for column, field in header.columns.items()
        if field not in ("standing", "remark", "sequence")
    ]
    if not header.marks and "standing" not in header.columns.values():
        methods = ((column, header.names[column]) for column, field in header.columns.items() if field == "methods")
        found += [(column, name, Tells.EMPTY) for column, name in methods if "取消" in name]
    number = next((column for column, field in header.columns.items() if field == "sequence"), None)
    remarks = tuple(
        (column, name or f"第{column + 1}列")
        for column, name in enumerate((*header.names, *[""] * BESIDE))
        if column not in read and column != number and (header.columns.get(column) == "remark" or holds_remarks(name))
    )
    return Telling(tuple(found), all(tells in (Tells.BY_WORDS, Tells.BY_WORD) for _, _, tells in found), remarks)


def remarked(row: tuple[str, ...], remarks: tuple[tuple[int, str], ...], says: Callable[[str], bool] = leaves) -> str:
    """The name of the column whose remark leaves nobody sure that the row stands, or `says` another thing; empty: there is none."""
    width = len(row)
    for column, name in remarks:
        if column < width and (text := row[column]) and says(text):
            return name
    return ""


def _is_yes(text: str) -> bool:
    try:
        return values.yes_or_no(clean(text), False)
    except NotUnderstood:
        return False


def told(row: tuple[str, ...], words: str, beside: Telling) -> str:
    """The name of the first of them that tells it of this row; empty: none does. `words`: all cells in one text."""
    if beside.by_words_alone and not may_cancel(words):
        return ""
    for column, name, tells in beside.columns:
        text = row[column] if column < len(row) else ""
        if tells is Tells.BY_LIFTING:
            if len(text) > 1 and lifts(text):
                return name
        elif tells in (Tells.BY_WORDS, Tells.BY_COMMITMENT):
            if (len(text) > 1 or text in ALONE) and (cancels(text) or (tells is Tells.BY_COMMITMENT and leaves_commitment(text))):
                return name
        elif tells is Tells.BY_WORD:
            if 1 < len(text) <= _WORD and cancels(text) and in_cell(text) is Standing.CANCELLED:  # most hold no such word
                return name
        elif tells is Tells.DENIED:
            if clean_text(text) and not _is_yes(text):
                return name
        elif bool(clean(text)) is (tells is Tells.FILLED):
            return name
    return ""


def either(row: tuple[str, ...], words: str, beside: Telling) -> str:
    """What a remark, or 或 in place of a number, says of proofs of which one suffices; empty: nothing. `words`: as of `told`."""
    if "一" not in words and "或" not in words:
        return ""
    by_words = (Tells.BY_WORDS, Tells.BY_COMMITMENT)
    texts = ((row[column], name) for column, name, tells in beside.columns if tells in by_words and column < len(row))
    return next((name for text, name in texts if text and (text in ("或", "或者") or one_suffices(text))), "")


def standing(cells: Mapping[str, str], notes: RowNotes, *, must_say: bool = False) -> Standing | None:
    """保留 or 取消, by the row's own cell, else by what stands around it. What does not agree, or nobody understands, is a fault; with
    `must_say` an empty cell of that column is, too."""
    around = notes.around
    if "standing" not in cells and not (around.beside or around.gone or around.unclear):
        return around.said  # most rows: nothing is said but what holds for the whole table
    text = cells.get("standing", "").strip()
    is_unticked = text == UNTICKED
    text = "" if is_unticked else clean(text) or (text if text in _UNDECIDED else "")
    own = in_cell(text) if text else None
    if text and own is None:
        notes.fault(
            "standing_unclear",
            "standing",
            f"“{text}”没有说明是取消还是保留。",
            "请写“保留”或“取消”;改用其他核验方式的,请写“保留”并填写核验方式。",
        )
    elif own is Standing.KEPT and around.gone and not _is_brought_otherwise(cells, around.gone):
        notes.fault("standing_disagrees", "standing", f"本行写“{text}”,上面写的却是“{around.gone}”。", "请核对后改成一致。")
    elif own is Standing.KEPT and around.beside:
        notes.fault("standing_disagrees", "standing", f"本行写“{text}”,“{around.beside}”列写的却是取消或改变。", "请核对后改成一致。")
    elif own is not None and around.said not in (None, own) and not around.unclear:
        assert around.said is not None
        text = f"本行写“{text}”,所在的表、栏或小标题写“{around.said.label}”。"
        notes.fault("standing_disagrees", "standing", text, "请核对后改成一致。")
    elif own is None and around.beside and around.said is not Standing.CANCELLED:
        text = f"从“{around.beside}”列看,本行可能已取消或改变,却没有写明。"
        notes.fault("standing_unclear", "standing", text, "请另加一列“取消或保留”,写明“保留”或“取消”。")
    elif own is None and around.gone and around.said is not Standing.CANCELLED and not _is_brought_otherwise(cells, around.gone):
        text = f"上面写着“{around.gone}”,没有说明以下各行是取消还是保留。"
        notes.fault("standing_unclear", "standing", text, "仍由本单位索要的,请改写标题或表名;不再索要的,请写“取消”。")
    elif own is None and around.unclear and not _is_brought_otherwise(cells, around.unclear):
        text = f"“{around.unclear}”没有说明以下各行是取消还是保留。"
        notes.fault("standing_unclear", "standing", text, "请在标题或小标题中写明,或另加一列“取消或保留”,在本行写明。")
    elif is_unticked and around.said is None:
        notes.fault("standing_unclear", "standing", "取消、保留各栏都没有勾选。", "请在其中一栏打√。")
    elif must_say and own is None and around.said is None and "standing" in cells:
        notes.fault("standing_unclear", "standing", "本行没有填写取消还是保留。", "请写“保留”或“取消”。")
    return own or around.said


def _is_brought_otherwise(cells: Mapping[str, str], over: str) -> bool:
    """Whether a row under 免于提交的证明 names the way by which the office gets it."""
    try:
        return is_not_brought(over) and bool(values.methods(cells.get("methods", "").strip()))
    except NotUnderstood:
        return False
