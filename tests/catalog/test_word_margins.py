"""What a document says around its tables: headers, footers and watermarks of its pages, footnotes and comments on its paragraphs, what
was changed under 修订 (obligations 2.1, 5.1). Before, all of it was passed over, and the rows were kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest

from catalog.reading import Opened, read_parts
from tests.catalog.markup import document, word_table
from tests.catalog.small_lists import FIRST, HEADER, SECOND, UNCLEAR, sheets

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="{RELATION}" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TABLE = word_table((HEADER, FIRST, SECOND))
ASKED = [[UNCLEAR, UNCLEAR]]
NOTED = [[{"note_beside"}, {"note_beside"}]]
KEPT = [[False, False]]


def paragraph(text: str, section: str = "") -> str:
    about = f"<w:pPr><w:sectPr {SPACES}>{section}</w:sectPr></w:pPr>" if section else ""
    return f"<w:p>{about}<w:r><w:t>{text}</w:t></w:r></w:p>"


def part(name: str, content: str) -> str:
    return f"<w:{name} {SPACES}>{content}</w:{name}>"


def reference(place: str, number: int, page: str = "default") -> str:
    return f'<w:{place}Reference w:type="{page}" r:id="r{number}"/>'


def docx(body: Sequence[str], section: str = "", printed: Sequence[str] = (), **parts: str) -> bytes:
    """`printed`: the headers and footers, r0, r1 …; `section`: what the last one says of its pages; `parts`: others by their names."""
    content = io.BytesIO(document(*body).replace(b"<w:sectPr/>", b""))
    whole = zipfile.ZipFile(content).read("word/document.xml").decode()
    whole = whole.replace("</w:body>", f"<w:sectPr {SPACES}>{section}</w:sectPr></w:body>").replace("<w:sectPr/>", "")
    leads = "".join(
        f'<Relationship Id="r{at}" Type="{RELATION}/{"footer" if "<w:ftr" in one else "header"}" Target="p{at}.xml"/>'
        for at, one in enumerate(printed)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", whole)
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{leads}</Relationships>")
        for at, one in enumerate(printed):
            archive.writestr(f"word/p{at}.xml", one)
        for name, one in parts.items():
            archive.writestr(f"word/{name}.xml", one)
    return out.getvalue()


def margins(content: bytes) -> list[tuple[str, ...]]:
    return [part.margins for part in read_parts(content) if isinstance(part, Opened)]


BOX = f"<w:txbxContent>{paragraph('作废')}</w:txbxContent>"
LETTERS = '<w:pict><v:shapetype><v:textpath on="t"/></v:shapetype><v:shape><v:textpath style="x" string="作废"/></v:shape></w:pict>'
DRAWN = (
    f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></w:drawing></mc:Choice>'
    f"<mc:Fallback><w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>"
)


@pytest.mark.parametrize(
    "said",
    [
        *map(paragraph, ("作废稿", "取消清单", "此件作废", "以上证明均已取消")),
        f"<w:tbl><w:tr><w:tc>{paragraph('区司法局')}</w:tc><w:tc>{paragraph('作废')}</w:tc></w:tr></w:tbl>",
        f"<w:sdt><w:sdtContent>{paragraph('作废')}</w:sdtContent></w:sdt>",
        f"<w:p><w:r>{LETTERS}</w:r></w:p>",
        f"<w:p><w:r>{DRAWN}</w:r></w:p>",
    ],
)
@pytest.mark.parametrize("place", ["header", "footer"])
def test_what_is_printed_on_each_page_is_heard(place: str, said: str) -> None:
    printed = part("hdr" if place == "header" else "ftr", said)
    assert sheets(docx([TABLE], reference(place, 0), [printed])) == ASKED


@pytest.mark.parametrize("text", ["内部讨论稿", "仅供内部讨论", "征求意见稿", "未定稿", "草案"])
def test_a_draft_is_asked_whether_it_is_meant(text: str) -> None:
    assert sheets(docx([TABLE], reference("header", 0), [part("hdr", paragraph(text))])) == [[{"table_void"}, {"table_void"}]]


@pytest.mark.parametrize(
    "text",
    (
        "第 1 页 共 3 页|枣庄市市中区司法局|附件2|证明事项清单|2026年3月1日|内部资料,注意保存|填报单位:区司法局|保留的证明事项"
        "|依据:《国务院关于取消一批行政许可事项的决定》|未列入本清单的一律取消|征求意见情况|送审稿"
    ).split("|"),
)
def test_what_else_is_printed_sends_nothing_back(text: str) -> None:
    assert sheets(docx([TABLE], reference("header", 0), [part("hdr", paragraph(text))])) == KEPT


@pytest.mark.parametrize(("page", "flag"), [("first", "<w:titlePg/>"), ("even", "")])
def test_first_and_even_pages_count_where_they_have_their_own(page: str, flag: str) -> None:
    settings = part("settings", "<w:evenAndOddHeaders/>" if page == "even" else "")
    printed, section = [part("hdr", paragraph("作废"))], reference("header", 0, page)
    assert sheets(docx([TABLE], section + flag, printed, settings=settings)) == ASKED
    assert sheets(docx([TABLE], section, printed)) == KEPT
    off = part("settings", '<w:evenAndOddHeaders w:val="0"/>')
    assert sheets(docx([TABLE], section + flag.replace("/", ' w:val="0"/'), printed, settings=off)) == KEPT


def test_each_section_has_its_own_or_those_of_the_one_before() -> None:
    printed = [part("hdr", paragraph("保留的证明事项")), part("hdr", paragraph("取消的证明事项"))]
    other = word_table((("部门", "电话"), ("区司法局", "1")))
    body = [
        TABLE,
        paragraph("续", reference("header", 0)),
        paragraph("又"),
        other,
        paragraph("又", "<w:cols/>"),
        paragraph("第二部分"),
        TABLE,
    ]
    content = docx(body, reference("header", 1), printed)
    assert margins(content) == [("保留的证明事项",), ("保留的证明事项",), ("取消的证明事项",)]
    assert sheets(content) == KEPT + ASKED


def test_a_part_that_is_not_there_is_no_damage() -> None:
    assert margins(docx([TABLE], reference("header", 7))) == [()]


NOTES = {"comment": "comments", "footnote": "footnotes", "endnote": "endnotes"}


@pytest.mark.parametrize("kind", NOTES)
@pytest.mark.parametrize("text", ["作废", "以上均已取消"])
def test_a_note_on_a_paragraph_stands_under_the_table(kind: str, text: str) -> None:
    hung = f'<w:p><w:r><w:t>证明事项清单</w:t></w:r><w:r><w:{kind}Reference w:id="2"/></w:r></w:p>'
    parts = {NOTES[kind]: part(NOTES[kind], f'<w:{kind} w:id="2">{paragraph(text)}</w:{kind}>')}
    assert sheets(docx([hung, TABLE], **parts)) == NOTED
    assert sheets(docx([TABLE, hung], **parts)) == NOTED
    assert sheets(docx([hung.replace('"2"', '"3"'), TABLE], **parts)) == KEPT


def test_what_was_changed_under_revision_counts_as_accepted() -> None:
    """As the final document shows it: what was deleted is not there, what was inserted is."""
    put, gone = "<w:ins><w:r><w:t>{}</w:t></w:r></w:ins>", "<w:del><w:r><w:delText>{}</w:delText></w:r></w:del>"
    assert sheets(docx([TABLE, f"<w:p>{put.format('以上均已取消')}</w:p>"])) == NOTED
    assert sheets(docx([TABLE, f"<w:p>{gone.format('以上均已取消')}</w:p>"])) == KEPT
    assert sheets(docx([TABLE, f"<w:p>{gone.format('以上均已取消')}{put.format('以上均保留')}</w:p>"])) == KEPT
    rows = TABLE.split("<w:tr>")
    assert sheets(docx(["<w:tr>".join([*rows[:2], f'<w:trPr><w:del w:id="1"/></w:trPr>{rows[2]}', rows[3]])])) == [[False]]
    assert sheets(docx(["<w:tr>".join([*rows[:2], f'<w:trPr><w:ins w:id="1"/></w:trPr>{rows[2]}', rows[3]])])) == KEPT
    struck = word_table((HEADER, (*FIRST[:3], "已取消"), SECOND))
    remark = '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">已取消</w:t></w:r>'
    assert sheets(docx([struck])) == [[UNCLEAR, False]]
    assert sheets(docx([struck.replace(remark, gone.format("已取消"))])) == KEPT
    assert sheets(docx([struck.replace(remark, put.format("已取消"))])) == [[UNCLEAR, False]]


def test_letters_drawn_on_the_page_are_a_text() -> None:
    assert sheets(docx([f"<w:p><w:r {SPACES}>{LETTERS}</w:r></w:p>", TABLE])) == ASKED
