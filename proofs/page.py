"""电子证明的版面: one A4 page with the fields that the matter needs, the system's own annotation and the QR code (obligation 9.3).

The page is made whole before anything is signed, so the annotation is part of what the seal covers. `render` is pure:
the same page gives the same bytes. It may be called from any thread; in a process pool each process loads the fonts
once (about 50 ms).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import typst

from domain.status_places import Place
from proofs.code import qr_svg
from proofs.fonts import code_points, compiler, missing_glyphs

TEMPLATE = Path(__file__).with_name("template.typ")
BEIJING = ZoneInfo("Asia/Shanghai")

_POINTS = 72 / 25.4  # per millimetre
SEAL_BOX = (119 * _POINTS, 37 * _POINTS, 161 * _POINTS, 79 * _POINTS)
"""Where the seal's face goes: left, bottom, right, top in PDF points from the lower left corner, 42 mm square.

template.typ sets 制作单位 and the date at a fixed place, so that they stand in the lower half of the seal (GB/T 9704).
"""

_LAYOUTS = (
    {"scale": (12, 13, 8), "gap": 8, "pairs": False},
    {"scale": (11, 10, 5.5), "gap": 5, "pairs": False},
    {"scale": (10, 8, 4), "gap": 3, "pairs": False},
    {"scale": (9.5, 7, 4), "gap": 3, "pairs": True},
)
"""Text size, leading and cell inset in points, gap in mm, and whether two fields share a row; roomiest first."""

_LONGEST = {"number": ("核验编号", 40), "kind": ("证明名称", 40), "making_unit": ("制作单位", 60), "verify_url": ("核验网址", 300)}
"""Characters that fit where the template sets a text at a fixed place, so that more would run over something."""

_STANDARD: Literal["a-3u"] = "a-3u"
"""PDF/A-3u: kept for decades, with an attachment, every character readable by programs; decision 6 says who found it so."""

_HAN = r"[\u3400-\u9fff]"


class PageError(Exception):
    """The page cannot be made as it is asked for; trying again changes nothing. Never holds a person's data."""


class MissingGlyph(PageError):
    """缺字: the fonts lack characters of the page; a person decides what to print.

    Its text says where they stand and how many they are, never which: of a rare name the character is the name.
    `code_points` names them, for the encrypted record alone.
    """

    def __init__(self, places: tuple[str, ...], chars: set[str]) -> None:
        self.places, self.count, self.code_points = places, len(chars), code_points(chars)
        super().__init__(f"字库缺少 {self.count} 个字符({'、'.join(places)}),电子证明无法打印,请人工处理")


class PageOverflow(PageError):
    """超出一页: more content than one page holds, even in the smallest type that is still read easily."""


@dataclass(frozen=True)
class ProofPage:
    """What one proof says. Nearly all of it is personal data: `repr` shows the number alone."""

    number: str  #: 核验编号
    kind: str  #: the proof's name, printed as the title: 户籍证明
    body: str  #: the statement; a line break begins a paragraph
    fields: tuple[tuple[str, str], ...]  #: label and value, in the order of the page
    requesting_unit: str  #: 提取单位 (reading 14)
    making_unit: str  #: 制作单位
    retrieved_at: datetime  #: 提取时间, aware; printed in Beijing time
    method: str  #: 核验方式 in Chinese: 数据共享, 部门核验
    purpose: str  #: 用途: the matter and its case
    seal_name: str
    verify_url: str  #: the QR code's address, with the code: a secret until printed
    signer: str = ""  #: 核验人: who of the issuing unit answered (obligation 11.2); empty for shared data
    sealed_answer: str = ""  #: 核验结论: 属实; empty where the fields speak for themselves
    source_system: str = ""  #: 数据来源, for shared data
    development: bool = True  #: print 「演示,无效力」
    otherwise: str = ""  #: 法律法规另有规定 (obligation 11.1): the basis; empty: of the same force as paper
    earlier: str = ""  #: 更正: of which proof it takes the place, in words; empty: of none
    replaces: str = ""  #: and its number, for programs
    status: Place | None = None  #: where it stands in the lists of revoked proofs; said in `proof.json` alone
    preview: bool = False  #: print 「预览,未用印」: what an issuing unit sees before it answers

    def __post_init__(self) -> None:
        if self.retrieved_at.tzinfo is None:
            raise ValueError("提取时间必须带时区")

    def __repr__(self) -> str:
        return f"ProofPage({self.number})"


def render(page: ProofPage, form: Literal["pdf", "png"] = "pdf") -> bytes:
    """The page as PDF/A-3u, unsigned, or as a picture for eyes alone; its document keywords hold the number and nothing else.

    Raises MissingGlyph before anything is printed, PageOverflow where it needs a second page, PageError where a part of the system's
    annotation is missing (obligation 9.3). About 10 ms of CPU.
    """
    content = _content(page)
    if missing := missing_glyphs(_text(content)):
        raise MissingGlyph(_places(page, content, missing), missing)
    for noted, label in ((page.requesting_unit, "提取单位"), (page.making_unit, "制作单位")):  # the time is an instant always
        if not noted.strip():
            raise PageError(f"系统备注缺少{label},不能出具电子证明,请补充后重新办理")
    for name, (label, longest) in _LONGEST.items():
        if len(getattr(page, name)) > longest:
            raise PageOverflow(f"{label}超过 {longest} 个字符,一页排不下,请核对后重新办理")
    content |= {"qr": qr_svg(page.verify_url), "data": "" if page.preview else machine_readable(page)}
    for layout in _LAYOUTS:
        try:
            return _typeset(content | layout, page.retrieved_at, form)
        except typst.TypstError as error:
            if "second-page" not in error.message:
                # Typst's own text may quote the page, so it goes no further.
                raise PageError("电子证明模板排版失败,请检查模板") from None
    raise PageOverflow("电子证明内容超过一页,请减少字段后重新办理")


def machine_readable(page: ProofPage) -> str:
    """证明内容(机读): what the page says as JSON, attached to it as `proof.json` and so covered by the seal.

    For programs, which must not read the text layer: it is set for the eye. Keys are only ever added.
    """
    said = {
        "version": 1,
        "number": page.number,
        "kind": page.kind,
        "result": page.sealed_answer,
        "fields": [{"label": label, "value": value} for label, value in page.fields],
        "requesting_unit": page.requesting_unit,
        "making_unit": page.making_unit,
        "signer": page.signer,
        "retrieved_at": page.retrieved_at.astimezone(BEIJING).isoformat(),
        "method": page.method,
        "source_system": page.source_system,
        "purpose": page.purpose,
        "seal_name": page.seal_name,
        "development": page.development,
        "otherwise": page.otherwise,
        "replaces": page.replaces,
    }
    if page.status:  # as an IETF referenced token says it
        said["status"] = {"status_list": {"idx": page.status.index, "uri": page.status.uri}}
    return json.dumps(said, ensure_ascii=False)


def _typeset(content: dict[str, object], made_at: datetime, form: Literal["pdf", "png"]) -> bytes:
    inputs = {"page": json.dumps(content, ensure_ascii=False)}
    made = compiler(TEMPLATE).compile(format=form, sys_inputs=inputs, timestamp=int(made_at.timestamp()), ppi=96, pdf_standards=_STANDARD)
    assert isinstance(made, bytes)
    # Typst ends without a line break; what a seal appends would begin on the line of the end mark, which PDF/A forbids.
    return made + b"\n" if form == "pdf" else made


def _content(page: ProofPage) -> dict[str, object]:
    """What the template reads, all text, in the order of the page."""
    local = page.retrieved_at.astimezone(BEIJING)
    date = f"{local.year}年{local.month}月{local.day}日"
    notes = (
        ("提取单位", page.requesting_unit),
        ("制作单位", page.making_unit),
        ("核验人", page.signer),
        ("提取时间", f"{date} {local:%H:%M:%S}（北京时间）"),
        ("核验方式", page.method),
        ("数据来源", page.source_system),
        ("用途", _punctuated(page.purpose)),
        ("电子印章", page.seal_name),
        ("法律效力", _punctuated(f"法律法规另有规定,从其规定:{page.otherwise}") if page.otherwise else ""),
        ("更正", _punctuated(page.earlier)),
        ("核验编号", page.number),
    )
    return {
        "number": page.number,
        "title": page.kind,
        "body": _punctuated(page.body).splitlines(),
        "fields": page.fields,
        "answer": page.sealed_answer,
        "notes": [note for note in notes if note[1]],
        "maker": page.making_unit,
        "date": date,
        "verify_page": page.verify_url.partition("?")[0],
        "development": page.development,
        "preview": page.preview,
    }


def _places(page: ProofPage, content: dict[str, object], missing: set[str]) -> tuple[str, ...]:
    """The labels of what holds one of these characters, in the order of the page."""
    notes = content["notes"]
    assert isinstance(notes, list)
    texts = [("证明名称", page.kind), ("正文", page.body), *page.fields, *notes]
    return tuple(dict.fromkeys(label for label, text in texts if missing & set(label + text))) or ("版面",)


def _punctuated(text: str) -> str:
    """Our own sentences with the full-width punctuation of printed Chinese; data are printed as they came."""
    text = re.sub(rf"(?<={_HAN})\(([^()]*)\)|\(([^()]*{_HAN}[^()]*)\)", r"（\1\2）", text)
    after_chinese = r"(?<=[\u3400-\u9fff）”》])[,;:?!]"
    return re.sub(after_chinese, lambda mark: chr(ord(mark[0]) + 0xFEE0), text)  # ASCII to its full-width form


def _text(content: object) -> str:
    """Every character that the template will be given to print."""
    if isinstance(content, dict):
        return "".join(map(_text, content.values()))
    if isinstance(content, list | tuple):
        return "".join(map(_text, content))
    return content if isinstance(content, str) else ""
