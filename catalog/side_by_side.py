"""并排的两张表: two lists beside each other in one sheet. One row of it says two things, and only the left one would be read."""

from __future__ import annotations

from catalog.file_kinds import FileRefused
from catalog.headers import Header, named

_NAMES = frozenset("proof negative matter main_matter proof_code matter_code".split())


def refuse_two_lists(header: Header) -> None:
    """Raises FileRefused where the columns of a list stand there once more to their right."""
    first = {field: column for column, field in header.columns.items()}
    again: dict[str, int] = {}
    for column, name in enumerate(header.names):
        field = named(name) or named(name.rpartition(" ")[2])
        if field in first and column not in header.columns:
            again.setdefault(field, column)
    if len(again) > 1 and _NAMES & again.keys() and min(again.values()) > max(first[field] for field in again):
        said = f"表中左右并排放了两张清单(第 {min(again.values()) + 1} 列起又是同样的列),无法逐行读取。"
        raise FileRefused("side_by_side", said, "请把右边的清单移到左边清单的下面,或另放一张工作表。")
