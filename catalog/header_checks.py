"""表头的核对: headers that are one, and yet none of this list: two lists beside each other, a negative list of another organ."""

from __future__ import annotations

import re

from catalog.column_naming import named
from catalog.file_kinds import FileRefused
from catalog.headers import Header
from catalog.list_kinds import ListKind
from catalog.standing import in_heading

_NAMES = frozenset("proof negative matter main_matter proof_code matter_code".split())
#: What a negative list of this kind says of itself, in title, sheet or column.
_SAYS_NO = re.compile("不应|不再|不得|不予|禁止|负面")
#: What a list of proofs that nobody asks for any more says, too: of a negative list it speaks only with who issues them.
_CANCELS, _ISSUING = re.compile("取消"), re.compile("[出开]具")
_ORGANS = {
    ListKind.NEGATIVE_COMMUNITY: re.compile("村(民|居|委)|居(民委|委)|社区|基层群众"),
    ListKind.NEGATIVE_POLICE: re.compile("派出所|公安"),
}


def refuse_other_lists(name: str, header: Header, kind: ListKind) -> None:
    """`name`: of the sheet. Raises FileRefused."""
    if kind in _ORGANS:
        _refuse_other_negatives(name, header, kind)
    _refuse_two_lists(header)
    _refuse_two_names(header)


def _refuse_two_lists(header: Header) -> None:
    """The columns of a list stand there once more to their right: a row of it says two things, of which only the left would be read."""
    first = {field: column for column, field in header.columns.items()}
    again: dict[str, int] = {}
    for column, name in enumerate(header.names):
        field = named(name) or named(name.rpartition(" ")[2])
        if field in first and column not in header.columns:
            again.setdefault(field, column)
    if len(again) > 1 and _NAMES & again.keys() and min(again.values()) > max(first[field] for field in again):
        said = f"表中左右并排放了两张清单(第 {min(again.values()) + 1} 列起又是同样的列),无法逐行读取。"
        raise FileRefused("side_by_side", said, "请把右边的清单移到左边清单的下面,或另放一张工作表。")


def _refuse_two_names(header: Header) -> None:
    """保留的证明名称 beside 取消的证明名称: of the second nothing would be read, and what it gives up would be lost."""
    if "proof" not in header.columns.values():
        return
    others = [name for name in header.unused if named(name) == "proof" and in_heading(name) is not None]
    if others:
        said = f"表中有不止一列证明名称,“{others[0]}”列没有读取。"
        raise FileRefused("two_names", said, "请每行只写一个证明,另加一列“取消或保留”,写明“保留”或“取消”。")


def _refuse_other_negatives(name: str, header: Header, kind: ListKind) -> None:
    """A list of proofs that are kept, taken for a negative one, would forbid all of them; and one organ's list says nothing of
    another's. Raises FileRefused."""
    said = "".join((name, *header.title))
    organs = {one for one, words in _ORGANS.items() if words.search(said)}
    says_no = _SAYS_NO.search(said) or (_CANCELS.search(said) and (organs or _ISSUING.search(said)))
    if "negative" not in header.columns.values() and not says_no:
        raise FileRefused(
            "not_negative", f"表中没有写明是不应、不再出具的证明,不能作为{kind.label}。", "请核对清单种类;是负面清单的,请在标题中写明。"
        )
    if organs and kind not in organs:
        raise FileRefused("other_organ", f"这是{next(iter(organs)).label},不是{kind.label}。", "请核对清单种类后重新登记和报送。")
