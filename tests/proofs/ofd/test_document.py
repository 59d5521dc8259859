"""OFD 电子证明: what stands in the package before anything is sealed, beside the PDF of the same page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy
import pytest
import typst
import zxingcpp
from pylopdf_fonts_zh_cn import serif_path

from guomi.ofd import ATTACHED, NAMESPACE
from proofs.ofd import document, drawing
from proofs.ofd.content import Outline, Said, Token, UnknownContent, Word, tokens
from proofs.ofd.document import render_ofd
from proofs.page import PageError, machine_readable, render
from tests.proofs.ofd.samples import parts, unsealed
from tests.proofs.readers import poppler, red_channel
from tests.proofs.samples import NUMBER, page

CONTENT = "Doc_0/Pages/Page_0/Content.xml"
_OFD = f"{{{NAMESPACE}}}"


def texts(package: bytes) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(parts(package)[CONTENT]).iter(f"{_OFD}TextCode")]


def test_every_word_of_the_page_is_text() -> None:
    """Obligation 9.3: fields, annotation and number, as the page says them."""
    said = "".join(texts(unsealed()))
    for words in (
        "户籍证明",
        "演示甲",
        "370402189001010011",
        "山东省枣庄市市中区演示街道演示社区1号",
        "提取单位",
        "枣庄市公安局市中分局",
        NUMBER,
    ):
        assert words in said
    assert said.count("2026年11月24日") == 2 and "\ufffd" not in said


def test_what_it_says_for_machines_is_attached() -> None:
    """Obligation 9.3."""
    assert json.loads(parts(unsealed())[ATTACHED]) == json.loads(machine_readable(page()))
    listed = ElementTree.fromstring(parts(unsealed())["Doc_0/Attachs/Attachments.xml"])
    assert [one.text for one in listed.iter(f"{_OFD}FileLoc")] == [f"/{ATTACHED}"]


def test_the_same_page_gives_the_same_bytes() -> None:
    assert render_ofd(page()) == unsealed()
    assert render_ofd(page(number="HY20261123ABCDEFGJ")) != unsealed()


def test_each_id_stands_once_and_none_is_beyond_the_greatest() -> None:
    files = parts(unsealed())
    ids = [int(one) for name in (CONTENT, "Doc_0/PublicRes.xml", "Doc_0/Document.xml") for one in re.findall(rb' ID="(\d+)"', files[name])]
    (most,) = re.findall(rb"<ofd:MaxUnitID>(\d+)<", files["Doc_0/Document.xml"])
    assert len(set(ids)) == len(ids) > 50 and max(ids) == int(most)
    fonts = {int(one) for one in re.findall(rb'Font ID="(\d+)"', files["Doc_0/PublicRes.xml"])}
    assert {int(one) for one in re.findall(rb' Font="(\d+)"', files[CONTENT])} == fonts


def test_its_fonts_draw_what_the_pdf_draws(tmp_path: Path) -> None:
    """The glyphs that a text names, set anew with the embedded font by a typesetter that never saw ours, are the page's characters."""
    files = parts(unsealed())
    one = next(one for one in ElementTree.fromstring(files[CONTENT]).iter(f"{_OFD}TextObject") if "演示甲" in "".join(one.itertext()))
    (tmp_path / "font.otf").write_bytes(files[f"Doc_0/Res/font_{one.get('Font')}.otf"])
    name = ElementTree.fromstring(files["Doc_0/PublicRes.xml"]).find(f".//{_OFD}Font[@ID='{one.get('Font')}']").get("FontName", "")  # type: ignore[union-attr]
    ours, whole = (
        _ink(family, at) for family, at in (((name or "").removesuffix("-Regular"), tmp_path), ("Noto Serif SC", serif_path().parent))
    )
    assert all(abs(one - other) <= 2 for one, other in zip(ours.shape, whole.shape, strict=True)), (ours.shape, whole.shape)
    high, wide = (min(one, other) for one, other in zip(ours.shape, whole.shape, strict=True))
    both = ours[:high, :wide] & whole[:high, :wide]
    assert both.sum() > 0.8 * whole.sum() > 500


def _ink(family: str, fonts: Path) -> numpy.ndarray:
    """Where three characters in this font alone are dark, cut to their edges."""
    source = f'#set page(width: 40mm, height: 12mm, margin: 2mm)\n#set text(font: "{family}", fallback: false, size: 12pt)\n演示甲'.encode()
    drawn = typst.compile(source, font_paths=[str(fonts)], ignore_system_fonts=True, format="png", ppi=300)
    assert isinstance(drawn, bytes)
    dark = red_channel(drawn) < 160
    down, across = numpy.nonzero(dark)
    cut: numpy.ndarray = dark[down.min() : down.max() + 1, across.min() : across.max() + 1]
    return cut


def test_the_code_is_read_from_what_is_drawn() -> None:
    """Obligation 11.1: its modules are shapes; painted as the package says, a camera reads the page's own address."""
    page_of_it = ElementTree.fromstring(parts(unsealed())[CONTENT])
    dots = numpy.full((297 * 8, 210 * 8), 255, dtype=numpy.uint8)
    for one in page_of_it.iter(f"{_OFD}PathObject"):
        if one.get("Fill") != "true":
            continue
        left, top, *_ = (float(edge) for edge in (one.get("Boundary") or "").split())
        for shape in (one.findtext(f"{_OFD}AbbreviatedData") or "").split("M ")[1:]:
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", shape)]
            xs, ys = [left + x for x in numbers[::2]], [top + y for y in numbers[1::2]]
            paint = 255 if (one.findtext(f"{_OFD}FillColor") or one.find(f"{_OFD}FillColor").get("Value")) == "255 255 255" else 0  # type: ignore[union-attr]
            dots[round(min(ys) * 8) : round(max(ys) * 8), round(min(xs) * 8) : round(max(xs) * 8)] = paint
    assert [code.text for code in zxingcpp.read_barcodes(dots, formats=zxingcpp.BarcodeFormat.QRCode)] == [page().verify_url]


def test_a_text_stands_where_the_pdf_has_it(tmp_path: Path) -> None:
    """The places of the PDF are those of poppler, which reads it by itself."""
    (tmp_path / "page.pdf").write_bytes(render(page()))
    found = poppler("pdftotext", "-bbox", tmp_path / "page.pdf", "-")
    words = {
        text: (float(x) * drawing.MM, float(y) * drawing.MM)
        for x, y, text in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)<', found)
    }
    there = {}
    for one in ElementTree.fromstring(parts(unsealed())[CONTENT]).iter(f"{_OFD}TextObject"):
        left, top, *_ = (float(edge) for edge in (one.get("Boundary") or "").split())
        there[one.findtext(f"{_OFD}TextCode") or ""] = left, top
    alike = (words.keys() & there.keys()) - {NUMBER}  # which stands there twice
    assert {"演示甲", "370402189001010011", "户籍地址"} <= alike
    for text in alike:
        assert abs(words[text][0] - there[text][0]) < 0.3 and abs(words[text][1] - there[text][1]) < 3, text


@pytest.mark.parametrize("more", [("/Im1", Word("Do")), (5.0, Outline("m", [1.0, 2.0]), Word("S")), (5.0, 1.0, 2.0, Word("m"))])
def test_what_the_template_never_drew_is_refused_and_not_left_out(monkeypatch: pytest.MonkeyPatch, more: tuple[Token, ...]) -> None:
    """A picture on the page would be missing in the OFD, a shape would be another one: no proof is made."""
    real = drawing.tokens
    monkeypatch.setattr(drawing, "tokens", lambda content: [*real(content), *more])
    with pytest.raises(PageError, match="不能写成 OFD"):
        render_ofd(page())


@pytest.mark.parametrize("value", ['<甲&"乙">', "甲(乙)\\丙", "a)b(c", "fi fl ffi", "  甲  乙  ", "'甲'", "«甲»", "2026/11/24;甲:乙"])
def test_whatever_a_field_says_is_said(value: str) -> None:
    """Signs of XML, brackets and backslashes of PDF strings, characters that a font draws as one."""
    said = "".join("".join(texts(render_ofd(page(fields=(("姓名", value),))))).split())
    assert "".join(value.split()) in said, said


def test_a_rare_name_is_one_character_of_two_units() -> None:
    """𬭛: readers count it as two, and its glyph stands once."""
    package = render_ofd(page(fields=(("姓名", "演𬭛示"),)))
    one = next(one for one in ElementTree.fromstring(parts(package)[CONTENT]).iter(f"{_OFD}TextObject") if "𬭛" in "".join(one.itertext()))
    chosen = one.find(f"{_OFD}CGTransform")
    assert chosen is not None and (chosen.get("CodeCount"), chosen.get("GlyphCount")) == ("4", "3")


@pytest.mark.parametrize("name", ["力\uf98a力", "\uf98a力", "艾·力‧江", "一⼀"], ids=["between", "first", "dots", "radical"])
def test_two_characters_that_a_font_draws_alike_stay_two(name: str) -> None:
    """A name with a compatibility character beside the common one: who copies or searches it finds what was sealed."""
    assert name in "".join("".join(texts(render_ofd(page(fields=(("姓名", name),))))).split())


def test_a_glyph_that_says_two_characters_stands_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a font may draw fi: readers that count by characters would move whatever follows it on the line."""
    real = drawing._mapped
    monkeypatch.setattr(drawing, "_mapped", lambda said: [(one, "社社" if text == "社" else text) for one, text in real(said)])
    content = ElementTree.fromstring(parts(render_ofd(page()))[CONTENT])
    places = {one.findtext(f"{_OFD}TextCode"): float((one.get("Boundary") or "").split()[0]) for one in content.iter(f"{_OFD}TextObject")}
    monkeypatch.undo()
    plain = ElementTree.fromstring(parts(unsealed())[CONTENT])
    whole = next(
        one for one in plain.iter(f"{_OFD}TextObject") if one.findtext(f"{_OFD}TextCode") == "山东省枣庄市市中区演示街道演示社区1号"
    )
    steps = [float(step) for step in (whole.find(f"{_OFD}TextCode").get("DeltaX") or "").split()]  # type: ignore[union-attr]
    left = float((whole.get("Boundary") or "").split()[0])
    assert places["社社"] == pytest.approx(left + sum(steps[:15]), abs=0.01)
    assert places["区1号"] == pytest.approx(left + sum(steps[:16]), abs=0.01)


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (rb"(a\)b) Tj", [b"a)b", Word("Tj")]),
        (rb"(a(b)c) Tj", [b"a(b)c", Word("Tj")]),
        (rb"(\101\\) '", [b"A\\", Word("'")]),
        (b"[<0041> -120.5 (x)] TJ", [Word("["), b"\0A", -120.5, b"x", Word("]"), Word("TJ")]),
        (b"/Span <</Lang (zh)>> BDC q", ["/Span", Word("BDC"), Word("q")]),
        (b"/Span <</ActualText <FEFFF98A>>> BDC q", ["/Span", Said("\uf98a"), Word("BDC"), Word("q")]),
        (rb"/Span<</ActualText(\(-)>>BDC q", ["/Span", Said("(-"), Word("BDC"), Word("q")]),
        (b"1 2 m\n-.5 4 l 1 2 3 4 5 6 c h\nS", [Outline("mlch", [1, 2, -0.5, 4, 1, 2, 3, 4, 5, 6]), Word("S")]),
        (b"1 2 m/m 1 l\n", [1, 2, Word("m"), "/m", 1, Word("l")]),
        (b"/F1 9 Tf .5 w", ["/F1", 9.0, Word("Tf"), 0.5, Word("w")]),
    ],
)
def test_a_content_stream_is_read_token_by_token(content: bytes, read: list[object]) -> None:
    assert list(tokens(content)) == read


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(UnknownContent):
        list(tokens(b"(abc"))


def test_the_time_is_that_of_the_retrieval() -> None:
    late = render_ofd(page(retrieved_at=datetime(2026, 12, 31, 16, 30, tzinfo=UTC)))
    assert b"<ofd:CreationDate>2027-01-01<" in parts(late)["OFD.xml"]  # in Beijing
    assert document.ROOT in parts(late)
