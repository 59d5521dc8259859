"""A grammar of how offices write a list of proofs: one clean list, one way to write it.

A way is headers, titles, merged cells, notes, sections, printed pages, wordings, orders of columns, closing lines; each is drawn. What
no reader can know (a kind of office in place of one, words for no method, 取消 among the remarks) is drawn too, and such a row is
`unclear`: it may not be taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from random import Random

from domain.methods import Method
from tests.catalog.markup import Odd
from tests.catalog.test_column_forms import OTHERS, WORDINGS

MATTERS = {"DEMO-0001": "公共租赁住房申请", "DEMO-0002": "法律援助申请", "DEMO-0003": "困难残疾人生活补贴申请", "DEMO-0004": "供热开户"}
PROOFS = {"P-HOUSEHOLD": "户籍证明", "P-MARRIAGE": "婚姻状况证明", "P-HARDSHIP": "经济困难证明", "P-RESIDENCE": "居住情况证明"}
ISSUERS = {"370402-GUANGMING": "市中区光明路街道办事处", "370402-CIVIL": "市中区民政局", "370402-ARCHIVE": "市中区档案馆"}
METHODS = {
    (Method.ISSUER,): ("部门核验", "①部门核验", "部门间核查", "1.部门核验", "通过部门核验", "部门核验方式"),
    (Method.DATA_SHARING, Method.ISSUER): (
        "数据共享、部门核验",
        "数据共享和部门核验",
        "①数据共享②部门核验",
        "先数据共享,再部门核验",
        "1.数据共享\n2.部门核验",
        "数据共享;部门核验。",
    ),
    (Method.COMMITMENT, Method.ISSUER): ("告知承诺或部门核验", "告知承诺\n部门核验", "1、告知承诺;2、部门核验", "告知承诺制/部门核验"),
}
DAYS = {
    30: ("30", "30天", "三十日内", "３０日", "30日以内", "30个自然日"),
    90: ("90天内", "九十天", "90 日", "3个月", "三个月内", "九十日(自然日)"),
    365: ("1年", "365", "一年", "1 年", "壹年"),
}
UNITS = {"DEMO-0001": "市中区行政审批服务局", "DEMO-0002": "区司法局", "DEMO-0003": "枣庄市市中区民政局", "DEMO-0004": "演示供热公司"}
FIELDS = ("proof", "matter", "matter_code", "issuer", "methods", "validity_days", "basis", "unit")
#: What nobody understands without asking, by column.
UNCLEAR = {
    "proof": (
        "未婚证明",
        "经济困难情况说明",
        "证明材料若干",
        "户籍证明或居住情况证明",
        "户籍证明/居住情况证明",
        "户籍证明、居住情况证明之一",
    ),
    "basis": ("同第1行", "见序号1", "↓", "同上(第二款)"),
    "matter": ("廉租房申请", "法律援助"),
    "matter_code": ("DEMO-9999", "无编码"),
    "issuer": ("乡镇人民政府", "有关部门", "公安机关", "村(居)委会"),
    "methods": ("现场勘查", "不再提交", "其他方式", "部门核验、现场走访"),
    "validity_days": ("若干天", "以实际为准", "半天", "3-5天"),
    "standing": (
        *("部分取消", "待定", "改为告知承诺", "暂缓取消", "不宜取消", "自2027年1月1日起取消", "取消(改为告知承诺)", "由身份证替代", "暂停"),
        *("不得要求提供", "原则上取消", "保留、取消"),
    ),
    "remark": (
        *("取消", "已废止", "建议取消该证明。", "自2027年1月1日起取消", "明年起不再索要", "合并至居住情况证明", "调整为告知承诺"),
        *("由居民身份证替代", "暂停执行"),
    ),
}
#: Columns in which something may be struck through, or lie over a cell.
ODD = ("proof", "methods", "validity_days", "standing", "mark 保留", "mark 取消")
TICKED, UNTICKED = ("√", "是", "✓"), ("否", "×", "")
#: Titles of a list of what is given up, of what is kept, and of both, of which a row or a heading says which it is.
GIVEN_UP = (
    "取消的证明事项清单",
    "取消的证明事项",
    "关于取消一批证明事项的通知",
    "市中区证明事项取消目录",
    "不再索要的证明材料",
    "附件1:取消的证明清单",
)
KEPT = ("市中区证明事项清单", "市中区证明事项清单", "保留的证明事项", "继续保留的证明材料目录(2026年)")
BOTH = ("保留和取消的证明事项清单", "证明事项清理结果", "关于公布取消和保留证明事项的公告")
#: What stands over several columns, and what a column is called under it alone.
UNDER = {"proof": "名称"}
CLOSING = (
    "合计",
    "(以下空白)",
    "附件:无",
    "第1页,共1页",
    "制表人:演示甲",
    "注:1.本表一式两份。",
    "2026年3月1日",
    "审核人:      填表人:      ",
)
BETWEEN = ("注:以上事项自2026年起施行。", "续表", "(接上页)", "说明:下列证明按原渠道办理", "小计:3项", "第2页,共3页")


@dataclass(frozen=True)
class Row:
    """What a row of the clean list says."""

    matter: str
    proof: str
    issuer: str
    methods: tuple[Method, ...]
    days: int
    basis: str
    cancelled: bool


def clean_list(draw: Random) -> list[Row]:
    """Sometimes a row says of another proof of its matter what the one before it says."""
    rows = _rows(draw)
    for place in range(1, len(rows)):
        if rows[place].matter == rows[place - 1].matter and draw.random() < 0.5:
            rows[place] = replace(rows[place - 1], proof=rows[place].proof)
    return rows


def _rows(draw: Random) -> list[Row]:
    keys = draw.sample([(matter, proof) for matter in MATTERS for proof in PROOFS], draw.randint(3, 12))
    return [
        Row(
            *key,
            draw.choice(list(ISSUERS)),
            draw.choice(list(METHODS)),
            draw.choice(list(DAYS)),
            f"《演示办法》第{draw.choice((number, 1))}条",
            draw.random() < 0.2,
        )
        for number, key in enumerate(keys, start=1)
    ]


Cell = tuple[int, int, int, int]  #: a merged one: first row, first column, rows, columns


@dataclass
class Sheet:
    """What is written: the lines, and which of their cells are merged (0-based)."""

    width: int
    lines: list[list[object]]
    merged: list[Cell]
    breaks: list[int] = field(default_factory=list)  #: lines with which a document's next table begins

    def line(self, text: str, *, across: bool) -> None:
        if across:
            self.merged.append((len(self.lines), 0, 1, self.width))
        self.lines.append([text, *[None] * (self.width - 1)])


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
        self.header = self._header()

    def spelt(self, text: str) -> str:
        """The same name as somebody else types it."""
        way = self.draw.randint(0, 6)
        if way == 0 and len(text) > 3:
            at = self.draw.randint(1, len(text) - 1)
            return text[:at] + self.draw.choice(("\n", " ", "\u3000")) + text[at:]
        return {1: f" {text} ", 2: f"{text}\u200b", 3: f"{text}。"}.get(way, text)

    def wide(self, text: str) -> str:
        """Letters and figures of full width, now and then."""
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text) if self.draw.random() < 0.15 else text

    def name(self, column: str) -> str:
        if column.startswith(("other ", "mark ")):
            return column.partition(" ")[2]
        names = {"sequence": ("序号", "序", "NO"), "standing": ("取消或保留", "清理意见"), "remark": ("备注", "说明")}.get(column)
        if names is None:
            names = tuple(name for name in WORDINGS[column].split() if not re.search("取消|保留|清理", name))
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
            known = [column for column, spread in zip(self.columns, over, strict=True) if spread >= 0 and not column.startswith("other ")]
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
            words = (
                ("清理意见",)
                if ticked
                else ("证明事项", "证明材料")
                if "proof" in [self.columns[place] for place in each]
                else ("有关信息", "基本情况")
            )
            head.lines[0][first] = self.draw.choice(words)
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
            case "sequence":
                return self.draw.choice((number, str(number), "", f"{number}."))
            case "proof":
                number_before = self.draw.choice(("", "", "", "", f"{number}.", f"({number})", "一、"))
                return number_before + self.spelt(PROOFS[row.proof]) if number_before else self.spelt(PROOFS[row.proof])
            case "matter":
                return self.spelt(MATTERS[row.matter])
            case "matter_code":
                return self.wide(row.matter)
            case "issuer":
                return self.spelt(ISSUERS[row.issuer])
            case "methods":
                return "" if row.cancelled else self.draw.choice(METHODS[row.methods])
            case "validity_days":
                return self.draw.choice(DAYS[row.days])
            case "basis":
                return row.basis
            case "unit":
                return self.spelt(UNITS[row.matter])
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

    def titles(self, *, cancelled: bool) -> str:
        """What the list is called: where its rows or headings say what becomes of them, it may be called after both."""
        if self.standing == "sheet":
            return self.draw.choice(GIVEN_UP if cancelled else KEPT)
        return self.draw.choice((KEPT[0], KEPT[0], *BOTH))

    def table(self, rows: list[Row], title: str, *, titled: bool = False) -> Sheet:
        """The lines of a sheet, and its merged cells. `titled`: the title is all that says what the rows are."""
        sheet = Sheet(len(self.columns), [], [])
        if titled or self.draw.random() < 0.7:
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
                    if self.draw.random() < 0.5:
                        self._title(sheet, title)
                    self._head(sheet)
                self._rows(sheet, group, number)
                number += len(group)
        for text in self.draw.sample(CLOSING, self.draw.randint(0, 3)):
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
        names = [self.spelt(PROOFS[row.proof]).strip("。") for row in rows]
        if self.joined == "numbered":
            return "".join(f"{at}.{name}" for at, name in enumerate(names, start=1))
        return str(self.joined).join(names)

    def _close(self, sheet: Sheet, first: int | None, place: int) -> None:
        if first is not None and self.grouped and not self.plain and len(sheet.lines) - first > 1:
            sheet.merged.append((first, place, len(sheet.lines) - first, 1))
