"""What becomes of the real lists in `tests/catalog/lists`, as `docs/lists.md` shows it: read by the code itself.

The lists come from other places. Read in ours they show what is not taken; the matters list is also read in its own, and a
department's own list as our department's of the same name.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import replace

from catalog.file_kinds import FileRefused
from catalog.list_kinds import ListKind
from catalog.lists import ListResult, read_list
from catalog.matching import Known, Names, UnitNames
from catalog.registry import Registry
from domain.list_rows import Verdict
from settings import ROOT

LISTS = ROOT / "tests" / "catalog" / "lists"
DISTRICT, REGION = "山东省枣庄市市中区", "370402"

_INTRO = """# What becomes of real lists

The real, public lists of `tests/catalog/lists` (`SOURCES.md` there says where each comes from), read with the sandbox's
registry of 市中区 and, for the matters, also with eight departments of the district that they come from. Nobody here made
their rows; of three the source is a sentence, and only the columns are ours. Accepted: every name was the registry's by a
rule, and every value understood. Asked: a person must say what a name means; nothing is taken until then. Refused: the row
goes back with the fault and what to do; “whole”: the list does, before a row is read. Hidden rows and columns are read,
hidden sheets are not; totals and notes under a table are no rows. What a title, a heading, a sheet's name or a column
says of 取消 and 保留 counts where it says one of them as a whole; where it says both or something else (调整, 暂缓,
自…起), only a row with its own word is taken, and what a remark says of it is asked. What a cell shows that is no text
(ticks of symbol fonts, boxes and controls) is read as what it shows; what is struck through, lies over a cell, hangs on it or
is hidden sends its row back where its column counts
([why so](decisions/0022-a-cell-says-what-was-seen.md)); a list broken over several tables of a document is one. What stands under the
rows and speaks of them (以上证明均已取消, 标★的取消, 第3、5项取消) sends back those of which it speaks, and so does a proof
that one row keeps and another gives up. What else stands outside of the rows is shown as 没有采用的文字, and asked where it may speak of
them ([why so](decisions/0056-what-is-not-understood-is-asked.md)).
`python -m runtime.commands.diagrams` writes this page by reading the lists, `./run check` compares.

| list | rows in | accepted | asked | refused |
|-|-|-|-|-|
"""


def sandbox() -> Registry:
    """What the sandbox's starting catalog knows."""
    known = tomllib.loads((ROOT / "sandbox" / "district.toml").read_text("utf-8"))
    return Registry(
        UnitNames([Known(unit["code"], unit["name"]) for unit in known["units"]], district=DISTRICT),
        Names([Known(matter["code"], matter["name"]) for matter in known["matters"]]),
        Names([Known(proof["code"], proof["name"]) for proof in known["proofs"]]),
        {matter["code"]: matter["unit"] for matter in known["matters"]},
        REGION,
    )


def guangan_units() -> list[Known]:
    """Eight of the seventeen departments of the real list, with the organisation codes that it gives them."""
    with (LISTS / "units_guangan.csv").open(encoding="utf-8", newline="") as file:
        return [Known(row["编码"], row["名称"], tuple(filter(None, [row["别名"]])), row["组织机构代码"]) for row in csv.DictReader(file)]


def guangan() -> Registry:
    """广安区, as far as it is known."""
    return Registry(UnitNames(guangan_units(), district="四川省广安市广安区"), Names([]), Names([]), {}, "511602")


def page() -> str:
    """`docs/lists.md` as the code has it."""
    ours, theirs = sandbox(), guangan()
    read = {
        "常德市: 告知承诺 of its 司法局 (2022)": _read("proof_list_changde_2022.csv", ListKind.COMMITMENTS, ours),
        "赤壁市: kept proofs (2023)": _read("proof_list_chibi_2023.csv", ListKind.PROOFS, ours),
        "广安区: matters, read in 市中区": _read("matters_guangan_part.csv", ListKind.MATTERS, ours),
        "广安区: matters, read in 广安区": _read("matters_guangan_part.csv", ListKind.MATTERS, theirs),
        "not to be asked of village committees (2020)": _read("not_issued_by_community_2020.csv", ListKind.NEGATIVE_COMMUNITY, ours),
        "not to be asked of the police (2016)": _read("not_issued_by_police_2016.csv", ListKind.NEGATIVE_POLICE, ours),
        "安徽省: cancelled by its 民政厅, as 民政局's own": _read(
            "cancelled_anhui_civil.csv", ListKind.CANCELLATIONS, _own("370402-CIVIL")
        ),
        "上海市: cancelled by its 卫生健康委 (2023)": _read("cancelled_shanghai_health_2023.csv", ListKind.CANCELLATIONS, ours),
        "湖南省: kept proof of adoptions": _read("kept_hunan_adoption.csv", ListKind.PROOFS, ours),
        "福建省: matters of its 司法厅 (2018)": _read("matters_fujian_justice_2018.csv", ListKind.MATTERS, ours),
        "宁夏: proofs that the police issue (2016)": _read("kept_ningxia_police_2016.csv", ListKind.PROOFS, ours),
    }
    return _INTRO + "".join(_counted(*one) for one in read.items()) + "".join(_named(*one) for one in read.items())


def _own(unit: str) -> Registry:
    return replace(sandbox(), sender=unit, speaks_for=frozenset({unit}))


def _read(name: str, kind: ListKind, registry: Registry) -> ListResult | FileRefused:
    try:
        (result,) = read_list((LISTS / name).read_bytes(), kind, registry)
    except FileRefused as refused:
        return refused
    return result


def _counted(title: str, result: ListResult | FileRefused) -> str:
    if isinstance(result, FileRefused):
        return f"| {title} | – | – | – | whole |\n"
    return f"| {title} | {len(result.rows)} | {' | '.join(str(result.count(verdict)) for verdict in Verdict)} |\n"


def _named(title: str, result: ListResult | FileRefused) -> str:
    """Every kind of fault and question with the rows that have it, and one of them in its words."""
    if isinstance(result, FileRefused):
        return f"\n## {title}\n\n{result.text}{result.remedy}\n"
    rows: Counter[tuple[str, str]] = Counter()
    words: dict[tuple[str, str], str] = {}
    for row in result.rows:
        found = [(("asked", f"{one.topic.label} is asked"), f"“{one.subject}”:{one.why}") for one in row.questions]
        found += [(("fault" if one.blocks else "remark", one.code), one.text) for one in row.faults]
        rows.update({kind for kind, _ in found})
        for kind, text in found:
            words.setdefault(kind, " ".join(text.split()).replace("|", "\\|"))
    if not rows:
        return ""
    lines = "".join(f"| {kind} | {name} | {rows[kind, name]} | {words[kind, name]} |\n" for kind, name in sorted(rows))
    return f"\n## {title}\n\n| what | name | rows | for example |\n|-|-|-|-|\n{lines}"
