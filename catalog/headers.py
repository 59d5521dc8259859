"""表头: find it under titles and notes, read it in two rows where it has two, and know its columns by any usual name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.cleaning import key, without_brackets
from catalog.column_names import BY_NAME, SYNONYMS
from catalog.file_kinds import FileRefused
from catalog.reading import Sheet

_LOOK_AT = 20  #: rows in which a header may stand
HEADER_WITHIN = _LOOK_AT + 1  #: with its second row


class ListKind(StrEnum):
    """What a list is, and the columns without which it says nothing."""

    MATTERS = "matters"  #: 事项清单
    PROOFS = "proofs"  #: 证明事项清单, “无证明办事”清单
    CANCELLATIONS = "cancellations"  #: 取消的证明事项清单
    COMMITMENTS = "commitments"  #: 实行告知承诺制的证明事项清单
    NEGATIVE_COMMUNITY = "negative_community"  #: 不应由村(居)委会出具的证明
    NEGATIVE_POLICE = "negative_police"  #: 公安派出所不再出具的证明

    @property
    def label(self) -> str:
        return {
            "matters": "事项清单",
            "proofs": "证明事项清单",
            "cancellations": "取消的证明事项清单",
            "commitments": "告知承诺制证明事项清单",
            "negative_community": "不应由基层群众性自治组织出具的证明清单",
            "negative_police": "公安派出所不再出具的证明清单",
        }[self.value]

    def required(self, *, of_one_unit: bool = False) -> tuple[tuple[str, ...], ...]:
        """One of each group must be there. A unit's own list need not say whose it is."""
        if self in (ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE):
            return (("negative", "proof"),)
        if self is ListKind.MATTERS:
            groups: tuple[tuple[str, ...], ...] = (("matter", "main_matter"), ("unit", "unit_code"))
        else:
            groups = (("proof", "proof_code"), ("matter", "matter_code", "unit"))
        return groups[:1] if of_one_unit else groups

    @property
    def expected(self) -> tuple[str, ...]:
        """Columns that it should have: without them its rows say less than the flows need."""
        return {
            ListKind.MATTERS: ("matter_code", "handling", "promised_days"),
            ListKind.PROOFS: ("matter_code", "basis", "issuer", "methods", "fields"),
            ListKind.COMMITMENTS: ("basis",),
        }.get(self, ())


#: Lists that a unit sends of its own; the others change the register and the rules at once, and are the office's.
OF_UNITS = frozenset({ListKind.PROOFS, ListKind.CANCELLATIONS})


@dataclass(frozen=True)
class Header:
    """Which field each column is: column -> field; `unused` names columns that say nothing to us. `first` is the first
    row of data (0-based), `title` what stands over the header and in it: a title may look like the upper row of two."""

    columns: Mapping[int, str]
    names: tuple[str, ...]
    unused: tuple[str, ...]
    first: int
    title: tuple[str, ...] = ()


def find_header(sheet: Sheet, kind: ListKind, *, of_one_unit: bool = False) -> Header:
    """The header that knows most columns. `of_one_unit`: it is known whose list that is. Raises FileRefused where none has
    what this kind of list needs."""
    required = kind.required(of_one_unit=of_one_unit)
    best: Header | None = None
    for row in range(min(_LOOK_AT, len(sheet.rows))):
        for depth in (2, 1):
            header = _header(sheet, row, depth)
            if header and _is_enough(header, required) and (best is None or len(header.columns) > len(best.columns)):
                best = header
    if best is None:
        wanted = "、".join("或".join(f"“{SYNONYMS[field][0]}”" for field in group) for group in required)
        seen = "、".join(cell for cell in _widest(sheet)[:12] if cell) or "(空)"
        raise FileRefused("no_header", f"没有找到{kind.label}的表头。应有列:{wanted};看到的是:{seen}。", "请补上表头后重新报送。")
    return best


def _header(sheet: Sheet, row: int, depth: int) -> Header | None:
    if row + depth > len(sheet.rows):
        return None
    above, below = sheet.rows[row], sheet.rows[row + depth - 1]
    columns: dict[int, str] = {}
    names, unused = [], []
    for column in range(max(len(above), len(below))):
        top = above[column] if column < len(above) else ""
        sub = below[column] if depth == 2 and column < len(below) else ""
        field = _field(top, "" if sub == top else sub)
        names.append(" ".join(dict.fromkeys(part for part in (top, sub) if part)))
        if field and field not in columns.values():
            columns[column] = field
        elif top or sub:
            unused.append(names[-1])
    if depth == 2 and not _has_sub_headers(above, below, sheet, row):
        return None
    title = tuple(dict.fromkeys(cell for line in sheet.rows[: row + depth] for cell in line if cell))
    return Header(columns, tuple(names), tuple(unused), row + depth, title) if columns else None


def _has_sub_headers(above: tuple[str, ...], below: tuple[str, ...], sheet: Sheet, row: int) -> bool:
    """A second header row says something where the first one is spread over several columns or is silent."""
    spread = any(line == row and width > 1 for (line, _), width in sheet.spans.items())
    silent = any(_field("", cell) for top, cell in zip(above, below, strict=False) if cell and not top)
    return (spread or silent) and any(_field(top, cell) for top, cell in zip(above, below, strict=False) if cell != top)


def _field(top: str, sub: str) -> str | None:
    """By both together, then by the lower, then by the upper name; with bracketed remarks and without."""
    for text in (top + sub, sub, top):
        for name in (text, without_brackets(text)):
            if name and (field := BY_NAME.get(key(name))):
                return field
    return None


def _is_enough(header: Header, required: tuple[tuple[str, ...], ...]) -> bool:
    found = set(header.columns.values())
    return all(found & set(group) for group in required)


def _widest(sheet: Sheet) -> tuple[str, ...]:
    return max(sheet.rows[:_LOOK_AT], key=lambda row: sum(map(bool, row)), default=())
