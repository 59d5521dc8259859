"""What a sheet's name, a title and a column 状态 say of the rows of a dirtied list, and which of them may not be taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from tests.catalog.clean_lists import Row
from tests.catalog.office_words import BOTH, GIVEN_UP, KEPT

GONE = ("作废", "不用", "减少", "下放", "上收市级的事项", "重复")
VOID = ("旧版", "填写示例", "历史", "2024年旧版")
ORDINARY = ("清单", "明细", "Sheet1", "2026年版", "定稿", "新版", "现行")
TITLES_GONE = ("下放至街道的证明事项清单", "市中区证明事项清单(2024年版,已作废)", "上收市级的证明事项目录", "划转至审批局的证明清单")
TITLES_VOID = ("证明事项清单(旧版)", "历史证明事项清单")
#: Of a column: its name, what is written of a row in use, and of one that is not.
STATES = (
    ("状态", ("启用", "正常", "有效"), ("停用", "禁用", "已注销", "冻结", "未启用")),
    ("状态(1有效0停用)", ("1",), ("0",)),
    ("是否有效", ("是", "√", "Y"), ("否", "×", "N")),
    ("删除标志", ("0", ""), ("1",)),
)
CODES = (("状态", "1", "0"), ("标志", "Y", "N"), ("使用状态", "√", ""), ("事项状态", "A", "B"))


def title_of(draw: Random, standing: str, *, cancelled: bool) -> str:
    """What the list is called: where its rows or headings say what becomes of them, it may be called after both."""
    if standing == "sheet":
        return draw.choice(GIVEN_UP if cancelled else KEPT)
    return draw.choice((KEPT[0], KEPT[0], *BOTH))


def over(
    draw: Random, title: str, rows: Iterable[Row], unclear: set[tuple[str, str]], *, has_sheet: bool, may_title: bool
) -> tuple[str, str]:
    """The title and the name of the sheet; now and then one of them leaves open whether the rows stand."""
    name = draw.choice(ORDINARY)
    way = draw.choice(("gone", "void")) if draw.random() < 0.2 else ""
    if way and has_sheet and draw.random() < 0.5:
        name = draw.choice(GONE if way == "gone" else VOID)
    elif way and may_title:
        title = draw.choice(TITLES_GONE if way == "gone" else TITLES_VOID)
    else:
        return title, name
    unclear |= {(row.matter, row.proof) for row in rows if way == "void" or not row.cancelled}
    return title, name


class States:
    """A column 状态 of one list, of which `says` gives the cells. `own`: its rows say themselves what becomes of them."""

    def __init__(self, draw: Random, *, own: bool) -> None:
        self._draw, self._own = draw, own
        self._is_code = draw.random() < 0.4
        self.name, self._one, self._other = draw.choice(CODES)
        self._in_use: tuple[str, ...] = ()
        self._off: tuple[str, ...] = ()
        if not self._is_code:
            self.name, self._in_use, self._off = draw.choice(STATES)
        self._codes: dict[tuple[str, str], str] = {}

    def says(self, row: Row, unclear: set[tuple[str, str]]) -> str:
        key = (row.matter, row.proof)
        if self._is_code:
            return self._codes.setdefault(key, self._draw.choice((self._one, self._other)))
        in_use = row.cancelled or self._draw.random() < 0.8
        if not in_use:
            unclear.add(key)
        return self._draw.choice(self._in_use if in_use else self._off)

    def end(self, rows: Iterable[Row], unclear: set[tuple[str, str]]) -> None:
        """Once all cells are written: a code that tells rows apart is asked, where they do not say themselves what becomes of them."""
        if self._is_code and not self._own and len(set(self._codes.values())) > 1:
            unclear |= {key for row in rows if not row.cancelled and (key := (row.matter, row.proof)) in self._codes}
