"""一行的去留: what a row says of whether its proof or matter is kept, against what is said around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, clean_text
from catalog.standing import Mark, Standing, in_cell
from catalog.verdicts import RowNotes

_UNDECIDED = ("待定", "未知")  #: says nothing elsewhere; here it says that nobody knows


def ticked(text: str, marks: Iterable[tuple[Mark, str]]) -> str:
    """What the row's own cell and its ticked columns say together, as one text; what they do not agree in, one after another."""
    said = [text] if clean(text) else []
    for mark, cell in marks:
        try:
            if values.yes_or_no(clean(cell), False):
                said.append(mark.says.label)
            elif mark.either and clean_text(cell):
                said.append(mark.says.contrary.label)
        except NotUnderstood:
            said.append(cell)
    return "、".join(dict.fromkeys(said))


def standing(cells: Mapping[str, str], notes: RowNotes) -> Standing | None:
    """保留 or 取消, by the row's own cell, else by what stands around it. What does not agree, or nobody understands, is a fault."""
    text, around = cells.get("standing", "").strip(), notes.around
    text = clean(text) or (text if text in _UNDECIDED else "")
    own = in_cell(text) if text else None
    if text and own is None:
        notes.fault(
            "standing_unclear",
            "standing",
            f"“{text}”没有说明是取消还是保留。",
            "请写“保留”或“取消”;改用其他核验方式的,请写“保留”并填写核验方式。",
        )
    elif own is Standing.KEPT and around.beside:
        notes.fault("standing_disagrees", "standing", f"本行写“{text}”,“{around.beside}”列写的是取消。", "请核对后改成一致。")
    elif own is not None and around.said not in (None, own) and not around.unclear:
        assert around.said is not None
        text = f"本行写“{text}”,所在的表、栏或小标题写“{around.said.label}”。"
        notes.fault("standing_disagrees", "standing", text, "请核对后改成一致。")
    elif own is None and around.beside and around.said is not Standing.CANCELLED:
        text = f"“{around.beside}”列写的是取消,却没有说明取消的是不是本行的证明。"
        notes.fault("standing_unclear", "standing", text, "请另加一列“取消或保留”,写明“保留”或“取消”。")
    elif own is None and around.unclear:
        text = f"上面的小标题“{around.unclear}”没有说明以下各行是取消还是保留。"
        notes.fault("standing_unclear", "standing", text, "请在小标题中写明,或在本行写“保留”或“取消”。")
    return own or around.said
