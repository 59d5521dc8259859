"""A clean list, dirtied in the ways of offices: what is taken from it is what the clean list says, and no row is lost in silence.

The grammar knows headers, titles, merged cells, notes, sections, wordings, orders of columns and closing lines; each seed draws from all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random

import pytest

from catalog.headers import ListKind
from catalog.lists import read_list
from domain.list_rows import ProofFact, Verdict
from domain.methods import Method
from tests.catalog.registries import sandbox
from tests.catalog.test_column_forms import OTHERS, WORDINGS
from tests.catalog.workbooks import workbook

SEEDS = int(os.environ.get("PROOFLESS_DIRTY_SEEDS", "40"))
MATTERS = {"DEMO-0001": "公共租赁住房申请", "DEMO-0002": "法律援助申请", "DEMO-0003": "困难残疾人生活补贴申请", "DEMO-0004": "供热开户"}
PROOFS = {"P-HOUSEHOLD": "户籍证明", "P-MARRIAGE": "婚姻状况证明", "P-HARDSHIP": "经济困难证明", "P-RESIDENCE": "居住情况证明"}
ISSUERS = {"370402-GUANGMING": "市中区光明路街道办事处", "370402-CIVIL": "市中区民政局", "370402-ARCHIVE": "市中区档案馆"}
METHODS = {
    (Method.ISSUER,): ("部门核验", "①部门核验", "部门间核查", "1.部门核验"),
    (Method.DATA_SHARING, Method.ISSUER): ("数据共享、部门核验", "数据共享和部门核验", "①数据共享②部门核验", "先数据共享,再部门核验"),
    (Method.COMMITMENT, Method.ISSUER): ("告知承诺或部门核验", "告知承诺\n部门核验", "1、告知承诺;2、部门核验"),
}
DAYS = {30: ("30", "30天", "三十日内"), 90: ("90天内", "九十天", "90 日"), 365: ("1年", "365", "一年")}
FIELDS = ("proof", "matter", "matter_code", "issuer", "methods", "validity_days", "basis")


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
    keys = draw.sample([(matter, proof) for matter in MATTERS for proof in PROOFS], draw.randint(3, 12))
    return [
        Row(
            *key,
            draw.choice(list(ISSUERS)),
            draw.choice(list(METHODS)),
            draw.choice(list(DAYS)),
            f"《演示办法》第{number}条",
            draw.random() < 0.2,
        )
        for number, key in enumerate(keys, start=1)
    ]


class Dirt:
    """One way to write the list."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        shown = [field for field in FIELDS if field in ("proof", "basis") or draw.random() < 0.8]
        if not {"matter", "matter_code"} & set(shown):
            shown.append("matter_code")
        self.columns = ["sequence", *draw.sample(shown, len(shown))]
        for _ in range(draw.randint(0, 2)):
            self.columns.insert(draw.randint(1, len(self.columns)), f"other {draw.choice(OTHERS)}")
        self.standing = draw.choice(("column", "section", "sheet"))
        if self.standing == "column":
            self.columns.append("standing")

    def spelt(self, text: str) -> str:
        """The same name as somebody else types it."""
        way = self.draw.randint(0, 5)
        if way == 0 and len(text) > 3:
            at = self.draw.randint(1, len(text) - 1)
            return text[:at] + self.draw.choice(("\n", " ", "\u3000")) + text[at:]
        return {1: f" {text} ", 2: f"{text}\u200b"}.get(way, text)

    def name(self, column: str) -> str:
        if column.startswith("other "):
            return column.removeprefix("other ")
        names = {"sequence": ("序号", "序", "NO"), "standing": ("取消或保留", "清理意见")}.get(column)
        if names is None:
            names = tuple(name for name in WORDINGS[column].split() if not ("取消" in name or "保留" in name))
        return self.draw.choice(names) + self.draw.choice(("", "", "(必填)"))

    def cell(self, column: str, row: Row, number: int) -> object:
        match column:
            case "sequence":
                return self.draw.choice((number, str(number), ""))
            case "proof":
                return self.spelt(PROOFS[row.proof])
            case "matter":
                return self.spelt(MATTERS[row.matter])
            case "matter_code":
                return row.matter
            case "issuer":
                return self.spelt(ISSUERS[row.issuer])
            case "methods":
                return "" if row.cancelled else self.draw.choice(METHODS[row.methods])
            case "validity_days":
                return self.draw.choice(DAYS[row.days])
            case "basis":
                return row.basis
            case "standing":
                return self.draw.choice(("取消", "不再保留", "废止") if row.cancelled else ("保留", "继续保留", "保留(不取消)"))
        return self.draw.choice(("", "详见附件", "按规定办理"))

    def table(self, rows: list[Row], title: str) -> tuple[list[list[object]], list[str]]:
        """The lines of a sheet, and its merged cells."""
        width, lines, merged = len(self.columns), list[list[object]](), list[str]()
        last = chr(ord("A") + width - 1)

        def line(text: str, *, across: bool) -> None:
            lines.append([text, *[None] * (width - 1)])
            if across:
                merged.append(f"A{len(lines)}:{last}{len(lines)}")

        if self.draw.random() < 0.7:
            line(title, across=self.draw.random() < 0.7)
        if self.draw.random() < 0.4:
            line("填报单位:演示单位     填报日期:2026年3月1日", across=self.draw.random() < 0.5)
        header = [self.name(column) for column in self.columns]
        lines.append(list(header))
        parts = [rows]
        if self.standing == "section":
            parts = [[row for row in rows if row.cancelled is cancelled] for cancelled in (False, True)]
        number = 0
        for part, heading in zip(parts, ("一、保留的证明事项", "二、取消的证明事项"), strict=False):
            if self.standing == "section":
                line(self.draw.choice((heading, f"{heading}(共{len(part)}项)")), across=self.draw.random() < 0.5)
            for row in part:
                number += 1
                lines.append([self.cell(column, row, number) for column in self.columns])
                if self.draw.random() < 0.1:
                    lines.append([None] * width)
                if self.draw.random() < 0.08:
                    lines.append(list(header))
        for text in self.draw.sample(
            ("合计", "(以下空白)", "附件:无", "第1页,共1页", "制表人:演示甲", "注:1.本表一式两份。", "2026年3月1日"),
            self.draw.randint(0, 3),
        ):
            line(text, across=self.draw.random() < 0.3)
        return lines, merged


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_taken_from_a_dirtied_list_is_what_the_clean_one_says(seed: int) -> None:
    draw = Random(seed)
    rows, dirt = clean_list(draw), Dirt(draw)
    if dirt.standing == "sheet":
        cancelled = draw.random() < 0.5
        rows = [Row(*(getattr(row, name) for name in ("matter", "proof", "issuer", "methods", "days", "basis")), cancelled) for row in rows]
        title = "取消的证明事项清单" if cancelled else "市中区证明事项清单"
        if cancelled:  # the title is all that says so
            while (made := dirt.table(rows, title))[0][0][0] != title:
                pass
        else:
            made = dirt.table(rows, title)
    else:
        made = dirt.table(rows, "市中区证明事项清单")
    (result,) = read_list(workbook(*made), ListKind.PROOFS, sandbox())
    assert len(result.rows) == len(rows), "each row is there, and nothing else is taken for one"
    expected = {(row.matter, row.proof): row for row in rows}
    accepted = 0
    for found in result.rows:
        fact = found.fact
        if found.verdict is not Verdict.ACCEPTED:
            continue
        assert isinstance(fact, ProofFact) and fact.matter is not None
        row = expected.pop((fact.matter, fact.proof))
        accepted += 1
        assert fact.cancelled is row.cancelled
        if not row.cancelled:
            said = (fact.issuing_unit, fact.methods, fact.validity_days, fact.basis)
            for column, value, wanted in zip(
                ("issuer", "methods", "validity_days", "basis"), said, (row.issuer, row.methods, row.days, row.basis), strict=True
            ):
                assert value == (wanted if column in dirt.columns else None), column
    assert accepted == len(rows), [(row.faults, row.questions) for row in result.rows if row.verdict is not Verdict.ACCEPTED]
