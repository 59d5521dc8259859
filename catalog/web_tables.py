"""网页里的表格 (HTML): tables that a system exports as a page, whatever the file is called, as a browser shows them: ends of cells and rows
may be missing, an inner table is one of its own. Only `catalog.reading` calls it."""

from __future__ import annotations

import re

from catalog.cell_facts import Fault
from catalog.cell_marks import HIDDEN, PICTURE, STRUCK, TABLE_WITHIN, TICKED, UNTICKED, seen
from catalog.laid_out import MOST_OVER, MOST_UNDER, Cell, Table
from catalog.web_markup import PLAIN, Attributes, Look, Styles, pieces
from domain.cells import meant

_INLINE = frozenset("a abbr b del em font i ins label mark s small span strike strong sub sup u".split())
_EMPTY = frozenset("area base br col embed hr img input link meta param source track wbr".split())  #: have no end
_LINES = frozenset("br p div li dt dd h1 h2 h3 h4 h5 h6 pre".split())
_GROUPS = frozenset("thead tbody tfoot".split())
_DRAWN = frozenset("img svg canvas object embed iframe video".split())
#: What a page offers to whoever reads it: 登录, 取消收藏; of the list it says nothing.
_OFFERS = re.compile(
    "(取消|撤销|删除|停止)(收藏|关注|订阅|点赞|分享|登录|绑定|置顶|预约|报名|操作|选择|全选|编辑|修改|搜索|筛选|排序|打印|下载|上传|评论)"
    r"|(?<!\S)(确定|确认|提交|保存|登录|关闭|重置)[ |/]+取消(?!\S)|(?<!\S)取消[ |/]+(确定|确认|提交|保存|登录|关闭|重置)(?!\S)"
)
_ICON = re.compile(r"(?<![a-z])(icon|fa|glyphicon|check|tick|gou)(?![a-z])", re.I)
_OUTSIDE = 2000  #: characters before a table among which its title may be
_MOST_ACROSS, _MOST_DOWN = 1000, 65_534
_NUMBER = re.compile(r"\s*\+?(\d{1,9})", re.ASCII)


def html_tables(text: str, most: int) -> list[Table]:
    """The tables of a page, the inner ones by themselves. Raises FileRefused."""
    page = _Page(most)
    for name, attributes, said in pieces(text, page.styles):
        if not name:
            page.text(said)
        elif attributes is None:
            page.end(name)
        else:
            page.start(name, attributes)
    while page.open:
        page.end("table")
    tables = [table for table in page.tables if len(table.rows) > len(table.over)]
    for table in tables:
        table.margins = tuple(dict.fromkeys((*_lines(page.title), *page.styles.margins)))
    if tables:
        tables[-1].under = page.left[:MOST_UNDER]
    return tables


class _Open:
    """A table that is being read: its row, its cell, and what stands in it outside of cells. `looks`: how many looks are in force
    around it; the same in it, in its group of rows and in its row."""

    def __init__(self, table: Table, looks: int) -> None:
        self.table = table
        self.row: list[Cell] | None = None
        self.cell: Cell | None = None
        self.stray = ""
        self.looks = self.table_looks = self.group_looks = self.row_looks = looks

    def end_cell(self) -> None:
        if self.cell is not None and self.row is not None:
            self.cell.text = meant("\n".join(_lines(self.cell.text)))
            self.row.append(self.cell)
        self.cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self.row is not None:
            self.table.add(self.row)
        self.row = None
        for line in _lines(self.stray):
            self.table.line(line)
        self.stray = ""


class _Page:
    def __init__(self, most: int) -> None:
        self.tables: list[Table] = []
        self.styles = Styles()
        self.title = ""
        self.open: list[_Open] = []
        self._most = most
        self._outside = ""  #: what stands before the next table
        self._looks: list[tuple[str, Look]] = []
        self._in_title = False  #: of the page, or of a drawing on it
        self._unsaid = False  #: inside of a choice that was not taken, or of how a character is spelt

    def start(self, tag: str, attributes: Attributes) -> None:
        self._in_title = tag == "title"
        look = self.styles.look(tag, attributes)
        if tag == "table":
            self._table()
        elif self.open:
            self._inside(self.open[-1], tag, attributes)
        elif tag not in _INLINE:
            self._unsaid = tag in ("button", "select", "option")  # 取消 on a button gives nothing up
            self._outside += "\n"
        if look != PLAIN and tag not in _EMPTY:
            self._looks.append((tag, look.under(self._look)))
        if self.open:
            here, now = self.open[-1], len(self._looks)
            if tag == "table":
                here.table_looks = here.group_looks = here.row_looks = now
            elif tag in _GROUPS:
                here.group_looks = here.row_looks = now
            elif tag == "tr":
                here.row_looks = now

    def _table(self) -> None:
        outer = self.open[-1] if self.open else None
        if outer is not None and outer.cell is not None:
            outer.cell.fault = outer.cell.fault or TABLE_WITHIN
            over = _lines(outer.cell.text) or outer.table.above()
        else:
            over = self.left if outer is None else outer.table.above()
        table = Table(f"第{len(self.tables) + 1}个表格", self._most, over[-MOST_OVER:], outer is not None)
        table.begin()
        self._outside = ""
        self.tables.append(table)
        self.open.append(_Open(table, len(self._looks)))

    @property
    def left(self) -> list[str]:
        """What stands outside of tables since the last one."""
        return [line for said in _lines(self._outside) if (line := _OFFERS.sub("", said).strip())]

    def _inside(self, here: _Open, tag: str, attributes: Attributes) -> None:
        if tag in _GROUPS or tag == "tr":
            here.end_row()
            here.row = [] if tag == "tr" else None
            if tag in _GROUPS:
                here.table.end_group()
            del self._looks[here.table_looks if tag in _GROUPS else here.group_looks :]
        elif tag in ("td", "th"):
            here.end_cell()
            self._unsaid = False
            if here.row is None:
                here.end_row()
                here.row = []
            del self._looks[here.row_looks :]
            here.cell = Cell(
                "", _covers(attributes, "colspan", _MOST_ACROSS) or 1, _covers(attributes, "rowspan", _MOST_DOWN) or _MOST_DOWN
            )
        elif tag in _LINES:
            self._say(here, "\n")
        elif tag == "input":
            self._input(here, attributes)
        elif tag in ("select", "option"):
            self._unsaid = tag == "select" or "selected" not in attributes
        elif tag == "rt":
            self._unsaid = True
        elif tag in _DRAWN or (tag in ("i", "span", "em") and _ICON.search(attributes.get("class", ""))):
            if here.cell is not None and not {"0", "1"} & {attributes.get("width", ""), attributes.get("height", "")}:
                here.cell.fault = here.cell.fault or PICTURE

    def _input(self, here: _Open, attributes: Attributes) -> None:
        match attributes.get("type", "text").lower():
            case "checkbox" | "radio":
                self._say(here, TICKED if "checked" in attributes else UNTICKED)
            case "image" | "password" | "file" | "color" | "range" if here.cell is not None:
                here.cell.fault = here.cell.fault or PICTURE
            case kind if kind != "hidden":
                self._say(here, attributes.get("value", ""))

    def end(self, tag: str) -> None:
        here = self.open[-1] if self.open else None
        self._in_title = False
        if tag in ("select", "rt", "ruby", "button"):
            self._unsaid = False
        if here is None:
            self._outside += "" if tag in _INLINE else "\n"
        elif tag == "table":
            here.end_row()
            self.open.pop()
            del self._looks[here.looks :]
        elif tag in _GROUPS:
            here.end_row()
            here.table.end_group()
            del self._looks[here.table_looks :]
        elif tag == "tr":
            here.end_row()
            del self._looks[here.group_looks :]
        elif tag in ("td", "th"):
            here.end_cell()
            del self._looks[here.row_looks :]
        elif tag in _LINES or tag == "caption":
            self._say(here, "\n")
        least = here.row_looks if here is not None else 0
        place = next((at for at in range(len(self._looks) - 1, least - 1, -1) if self._looks[at][0] == tag), None)
        if place is not None:
            del self._looks[place:]

    @property
    def _look(self) -> Look:
        return self._looks[-1][1] if self._looks else PLAIN

    def text(self, said: str) -> None:
        if self._in_title:
            self.title = self.title or said
            return
        text = " ".join(said.splitlines()) if said.strip() else " "
        look, here = self._look, self.open[-1] if self.open else None
        if self._unsaid or (look.hidden and (here is None or here.cell is None)):
            return
        fault: Fault | None = None
        if text.strip():
            text, fault = seen(text, look.font)
            fault = HIDDEN if look.hidden else fault or (STRUCK if look.struck else None)
        if here is None:
            self._outside = (self._outside + text)[-_OUTSIDE:]
        else:
            self._say(here, "" if look.hidden else text)
            if here.cell is not None:
                here.cell.fault = here.cell.fault or fault

    def _say(self, here: _Open, text: str) -> None:
        if here.cell is not None:
            here.cell.text += text
        else:
            here.stray += text


def _lines(text: str) -> list[str]:
    return [line for said in text.split("\n") if (line := " ".join(said.split()))]


def _covers(attributes: Attributes, name: str, most: int) -> int:
    found = _NUMBER.match(attributes.get(name, "1"))
    return min(int(found[1]), most) if found is not None else 1
