"""A grammar of how offices write a list of proofs: one clean list, one way to write it, drawn: headers, titles, merged cells, notes,
sections, printed pages, wordings. What no reader can know is drawn too, and such a row is `unclear`: it may not be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from random import Random

from tests.catalog.clean_lists import Row
from tests.catalog.doubts_over import States
from tests.catalog.markup import Odd
from tests.catalog.notes import note_under
from tests.catalog.office_words import (
    BETWEEN,
    CLOSING,
    DAYS,
    FIELDS,
    ISSUERS,
    MATTERS,
    METHODS,
    ODD,
    PROOFS,
    TICKED,
    UNCLEAR,
    UNDER,
    UNITS,
    UNTICKED,
)
from tests.catalog.test_column_forms import OTHERS, WORDINGS
from tests.catalog.typed import Sheet, spelt, wide


class Dirt:
    """One way to write the list. `plain`: of a CSV, in which nothing is merged."""

    def __init__(self, draw: Random, *, plain: bool) -> None:
        self.draw, self.plain = draw, plain
        shown = [field for field in FIELDS if field in ("proof", "basis") or draw.random() < 0.8]
        if not {"matter", "matter_code"} & set(shown):
            shown.append("matter_code")
        self.columns = ["sequence", *draw.sample(shown, len(shown))]
        for _ in range(draw.randint(0, 2)):
            self.columns.insert(draw.randint(0, len(self.columns)), f"other {draw.choice(OTHERS)}")
        self.by_matter = "unit" in shown and draw.random() < 0.15  #: headings name the matters, and no column does
        if self.by_matter:
            self.columns = [column for column in self.columns if column not in ("matter", "matter_code")]
        self.standing = draw.choice(("column", "section", "sheet", "whether", "ticks", "tables"))
        if self.standing == "column":
            self.columns.append("standing")
        elif self.standing == "whether":
            self.columns.append(draw.choice(("mark 是否取消", "mark 是否保留")))
        elif self.standing == "ticks":
            self.columns += draw.choice((("mark 保留", "mark 取消"), ("mark 拟取消", "mark 保留")))
        if draw.random() < 0.3:
            self.columns.append("remark")
        self.unclear: set[tuple[str, str]] = set()
        self.headers_back = 0  #: second headers, of other columns: they go back with the rows below
        self.doubts = draw.choice((0.0, 0.0, 0.02, 0.1))
        self.odd_ticks: dict[tuple[str, str], str | None] = {}  #: rows of which no column is ticked, or each
        self.ditto = draw.choice(("", "", "同上", "〃", "同前", "同上一行", "″"))
        self.grouped = not self.by_matter and draw.random() < 0.4  #: the rows of a matter together, its cells merged
        self.paged = draw.random() < 0.3  #: title and header once more on each printed page
        self.joined = draw.choice((None, "、", ";", "\n", ",", "和", "numbered"))  #: how names stand together of which a row says the same
        self.odd = draw.choice((0.0, 0.0, 0.0, 0.05))  #: how often a cell is struck through, or bears a picture or a comment
        self.drawn_ticks = draw.random() < 0.5  #: ticks are symbols and controls
        self.broken = draw.random() < 0.4  #: over several tables, where there can be any
        self.states: States | None = None
        if self.standing != "tables" and (self.joined is None or self.grouped) and draw.random() < 0.25:
            self.states = States(draw, own=self.standing in ("column", "whether", "ticks"))
            self.columns.insert(draw.randint(1, len(self.columns)), f"state {self.states.name}")
        self.header = self._header()

    def name(self, column: str) -> str:
        if column.startswith(("other ", "mark ", "state ")):
            return column.partition(" ")[2]
        names = {"sequence": ("序号", "序", "NO"), "standing": ("取消或保留", "清理意见"), "remark": ("备注", "说明")}.get(column)
        if names is None:
            names = tuple(name for name in WORDINGS[column].split() if not re.search("取消|保留|清理|免提交", name))
        return self.draw.choice(names) + self.draw.choice(("", "", "(必填)"))

    def _header(self) -> Sheet:
        """Of one row, two or three: a name over several columns, the others as high as the header."""
        width, names = len(self.columns), [self.name(column) for column in self.columns]
        depth = self.draw.choice((1, 1, 1, 2, 2, 3))
        head = Sheet(width, [[None] * width for _ in range(depth)], [])
        over = [-1] * width
        if depth > 1:
            first = self.draw.randint(0, width - 2)
            over[first : first + self.draw.randint(2, 3)] = [first] * (min(width, first + 3) - first)
            over = over[:width]
            known = [
                column
                for column, spread in zip(self.columns, over, strict=True)
                if spread >= 0 and not column.startswith(("other ", "state "))
            ]
            if self.plain and len(known) < 2:  # then nobody could tell the second row from the first of the data: it is asked
                depth, over = 1, [-1] * width
                head = Sheet(width, [[None] * width], [])
        for place, spread in enumerate(over):
            if spread < 0:
                head.lines[0][place] = names[place]
                head.merged.append((0, place, depth, 1))
        for first, places in groupby((place for place in range(width) if over[place] >= 0), key=lambda place: over[place]):
            each = list(places)
            ticked = all(self.columns[place].startswith("mark") for place in each)
            has_proof = "proof" in [self.columns[place] for place in each]
            words = ("证明事项", "证明材料") if has_proof else ("有关信息", "基本情况")
            head.lines[0][first] = self.draw.choice(("清理意见",) if ticked else words)
            head.merged.append((0, first, depth - 1, len(each)))
            for place in each:
                head.lines[-1][place] = UNDER.get(self.columns[place], names[place])
        return head

    def cell(self, column: str, row: Row, number: int) -> object:
        """As it is written; what is struck through or bears a picture may not be taken."""
        said = self._cell(column, row, number)
        if column.startswith("mark") and self.drawn_ticks and said in (*TICKED, *("" if "是否" in column else UNTICKED)):
            said = Odd("☑" if said in TICKED else "☐", self.draw.choice(("symbol", "field", "control")))
        ways = ("struck", "picture") if said else ("picture",)
        if column in ODD and not self.plain and self.draw.random() < self.odd:
            self.unclear.add((row.matter, row.proof))
            return Odd(str(said), self.draw.choice(ways))
        return said

    def _cell(self, column: str, row: Row, number: int) -> object:
        doubtful = column in UNCLEAR and not (column in ("matter", "matter_code", "issuer", "basis") and (self.grouped or self.ditto))
        if row.cancelled:
            doubtful = column in ("proof", "standing")  # of what is given up nothing else is asked
        if doubtful and self.draw.random() < self.doubts:
            self.unclear.add((row.matter, row.proof))
            return self.draw.choice(UNCLEAR[column])
        if column.startswith("mark ") and (odd := self._odd_tick(row)) is not None:
            return odd
        match column:
            case _ if self.states is not None and column.startswith("state "):
                return self.states.says(row, self.unclear)
            case "sequence":
                return self.draw.choice((number, str(number), "", f"{number}."))
            case "proof":
                before = self.draw.choice(("", "", "", "", f"{number}.", f"({number})", "一、"))
                return before + spelt(self.draw, PROOFS[row.proof])
            case "matter":
                return spelt(self.draw, MATTERS[row.matter])
            case "matter_code":
                return wide(self.draw, row.matter)
            case "issuer":
                return spelt(self.draw, ISSUERS[row.issuer])
            case "methods":
                return "" if row.cancelled else self.draw.choice(METHODS[row.methods])
            case "validity_days":
                return self.draw.choice(DAYS[row.days])
            case "basis":
                return row.basis
            case "unit":
                return spelt(self.draw, UNITS[row.matter])
            case "remark":
                return self.draw.choice(("", "", "详见文件", "2026年修订"))
            case "mark 是否取消" | "mark 是否保留":
                return self.draw.choice(("是", "√") if row.cancelled is column.endswith("取消") else ("否", "否", "×"))
            case "mark 取消" | "mark 拟取消" | "mark 保留":
                return self.draw.choice(("√", "是", "✓")) if row.cancelled is column.endswith("取消") else ""
            case "standing":
                return self.draw.choice(("取消", "不再保留", "废止") if row.cancelled else ("保留", "继续保留", "保留(不取消)"))
        return self.draw.choice(("", "详见附件", "按规定办理"))

    def _odd_tick(self, row: Row) -> str | None:
        key = (row.matter, row.proof)
        if key not in self.odd_ticks:
            self.odd_ticks[key] = (
                self.draw.choice(("", "√") if self.standing == "ticks" else ("",)) if self.draw.random() < self.doubts else None
            )
            if self.odd_ticks[key] is not None:
                self.unclear.add(key)
        return self.odd_ticks[key]

    def table(self, rows: list[Row], title: str, *, titled: bool = False) -> Sheet:
        """The lines of a sheet, and its merged cells. `titled`: the title is all that says what the rows are."""
        sheet = Sheet(len(self.columns), [], [])
        if is_titled := titled or self.draw.random() < 0.7:
            self._title(sheet, title)
            for number in range(self.draw.choice((0, 0, 0, 2, 8))):
                sheet.line(f"说明第{number + 1}条", across=self.draw.random() < 0.5)
        if self.draw.random() < 0.4:
            sheet.line("填报单位:演示单位     填报日期:2026年3月1日", across=self.draw.random() < 0.5)
        self._head(sheet)
        parts = [rows]
        if self.standing in ("section", "tables"):
            parts = [[row for row in rows if row.cancelled is cancelled] for cancelled in (False, True)]
        sections = self.draw.choice(
            (
                ("一、保留的证明事项", "二、取消的证明事项"),
                ("(一)继续保留的证明事项", "(二)取消的证明事项"),
                ("第一部分 保留的证明事项", "第二部分 取消的证明事项"),
            )
        )
        number = 0
        for part, heading in zip(parts, sections, strict=False):
            if self.standing == "tables" and heading != sections[0]:
                self._other(sheet, part)
                break
            if self.standing in ("section", "tables"):
                sheet.line(self.draw.choice((heading, f"{heading}(共{len(part)}项)")), across=self.draw.random() < 0.5)
            if self.grouped or self.by_matter:
                part = sorted(part, key=lambda row: row.matter)
            self.over = ""
            for group in self._pages(part):
                if self.paged and number:
                    if self.draw.random() < 0.5 and is_titled:
                        self._title(sheet, title)
                    self._head(sheet)
                self._rows(sheet, group, number)
                number += len(group)
        if self.states is not None:
            self.states.end(rows, self.unclear)
        notes = note_under(self.draw, rows, self.unclear, self.standing, joined=self.joined is not None and not self.grouped)
        for text in (*notes, *self.draw.sample(CLOSING, self.draw.randint(0, 3))):
            sheet.line(text, across=self.draw.random() < 0.3)
        return sheet

    def _other(self, sheet: Sheet, rows: list[Row]) -> None:
        """A second table under the first, in columns of its own: nothing of it may be taken for what the first has there."""
        self._title(sheet, "取消的证明事项")
        self.headers_back += 1
        columns = ["sequence", *self.draw.sample(("proof", "matter", "matter_code", "basis"), 4)]
        sheet.lines.append([self.name(column) for column in columns] + [None] * (sheet.width - len(columns)))
        for number, row in enumerate(rows, start=1):
            self.unclear.add((row.matter, row.proof))
            sheet.lines.append([self.cell(column, row, number) for column in columns] + [None] * (sheet.width - len(columns)))

    def _title(self, sheet: Sheet, title: str) -> None:
        sheet.line(title, across=self.draw.random() < 0.7)

    def _head(self, sheet: Sheet) -> None:
        at = len(sheet.lines)
        sheet.lines += [list(line) for line in self.header.lines]
        sheet.merged += [(at + top, left, rows, columns) for top, left, rows, columns in self.header.merged if rows * columns > 1]

    def _pages(self, rows: list[Row]) -> Iterator[list[Row]]:
        if not self.paged:
            yield rows
            return
        for first in range(0, len(rows), 3):
            yield rows[first : first + 3]

    def _rows(self, sheet: Sheet, rows: list[Row], number: int) -> None:
        before: Row | None = None
        begun: dict[str, int] = {}
        together = [list(same) for _, same in groupby(rows, key=lambda row: replace(row, proof=""))]
        if self.joined is None or self.grouped:
            together = [[row] for row in rows]
        while together:
            row, *further = together.pop(0)
            number += 1
            if self.by_matter and row.matter != self.over:
                self.over = row.matter
                sheet.line(self.draw.choice(("", f"{number}.")) + MATTERS[row.matter], across=self.draw.random() < 0.3)
            cells = [self.cell(column, row, number) for column in self.columns]
            if further and (row.matter, row.proof) in self.unclear:
                together[:0] = [[one] for one in further]
            elif further:
                cells[self.columns.index("proof")] = self._joined([row, *further])
            for place, column in enumerate(self.columns):
                same = before is not None and column in ("issuer", "basis", "matter") and getattr(before, column) == getattr(row, column)
                if same and self.ditto and not self.grouped and not row.cancelled and self.draw.random() < 0.7:
                    cells[place] = self.ditto
            merges = self.grouped and before is not None and before.matter == row.matter
            if merges and self.plain and {"matter", "matter_code"} & set(self.columns):
                self.unclear.add((row.matter, row.proof))  # of merged cells a CSV keeps the first alone
            for place, column in enumerate(self.columns):
                if merges and column in ("matter", "matter_code"):
                    cells[place] = None
                elif column in ("matter", "matter_code"):
                    self._close(sheet, begun.pop(column, None), place)
                    begun[column] = len(sheet.lines)
            if self.broken and not self.grouped and number > 1 and self.draw.random() < 0.3:
                sheet.breaks.append(len(sheet.lines))
            sheet.lines.append(cells)
            before = row
            if not self.grouped and self.draw.random() < 0.1:
                sheet.lines.append([None] * sheet.width)
            if not self.grouped and self.draw.random() < 0.08:
                sheet.line(self.draw.choice(BETWEEN), across=self.draw.random() < 0.5)
        for column, first in begun.items():
            self._close(sheet, first, self.columns.index(column))

    def _joined(self, rows: list[Row]) -> str:
        """Several proofs in one cell."""
        names = [spelt(self.draw, PROOFS[row.proof]).strip("。") for row in rows]
        if self.joined == "numbered":
            return "".join(f"{at}.{name}" for at, name in enumerate(names, start=1))
        return str(self.joined).join(names)

    def _close(self, sheet: Sheet, first: int | None, place: int) -> None:
        if first is not None and self.grouped and not self.plain and len(sheet.lines) - first > 1:
            sheet.merged.append((first, place, len(sheet.lines) - first, 1))
