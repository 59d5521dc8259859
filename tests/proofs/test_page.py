from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

import proofs.page
from proofs.page import MissingGlyph, PageError, PageOverflow, machine_readable, render
from tests.proofs.readers import qr_codes, text_of
from tests.proofs.samples import CODE, NUMBER, page


def pages(pdf: bytes) -> int:
    return int(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"])


def test_the_annotation_of_article_9_is_on_the_page(tmp_path):
    """Obligation 9.3."""
    text = text_of(render(page()), tmp_path)
    for note in (
        "提取单位：枣庄市市中区行政审批服务局",
        "制作单位：枣庄市公安局市中分局",
        "提取时间：2026年11月24日 02:05:09（北京时间）",  # 18:05:09 UTC is the next day in Beijing
        "核验方式：数据共享",
        "数据来源：枣庄市电子证照库",
        "电子印章：市中区证照数据共享查询核验专用章",
        f"核验编号：{NUMBER}",
    ):
        assert note in text.replace("\n", "").replace("： ", "：")
    assert "户籍证明" in text
    assert "属实" in text
    assert "演示甲" in text


@pytest.mark.parametrize(("name", "label"), [("requesting_unit", "提取单位"), ("making_unit", "制作单位")])
@pytest.mark.parametrize("value", ["", " \u3000"])
def test_no_page_is_made_without_its_annotation(name, label, value):
    """Obligation 9.3: what is not annotated is not sealed."""
    with pytest.raises(PageError, match=f"系统备注缺少{label}"):
        render(page(**{name: value}))


def test_sentences_get_full_width_punctuation_and_values_stay_as_they_came(tmp_path):
    text = text_of(render(page(fields=(("备注", "甲,乙(丙)"),))), tmp_path)
    assert "经共享数据查询，下列" in text
    assert "“公民子女入学登记”（办件编号 SZ-2026-000123）" in text.replace("\n", "")
    assert "甲,乙(丙)" in text


def test_only_a_development_page_says_that_it_has_no_force(tmp_path):
    assert "演示，无效力" in text_of(render(page()), tmp_path)
    real = text_of(render(page(development=False, fields=(("姓名", "某甲"),))), tmp_path)
    assert "无效力" not in real
    assert "演示" not in real
    assert "同等法律效力" in real


def test_a_law_that_rules_otherwise_is_printed_and_attached(tmp_path):
    """Obligation 11.1."""
    ruled = page(otherwise="《演示法》第三条")
    text = text_of(render(ruled), tmp_path).replace("\n", "").replace("： ", "：")
    assert "法律效力：法律法规另有规定，从其规定：《演示法》第三条" in text
    assert json.loads(machine_readable(ruled))["otherwise"] == "《演示法》第三条"
    assert "法律效力：" not in text_of(render(page()), tmp_path).replace("： ", "：")


def test_the_qr_code_is_the_address_with_the_code(tmp_path):
    wanted = f"https://proof.example.invalid/verify/{NUMBER}?c={CODE}"
    assert qr_codes(render(page()), tmp_path) == [wanted]


def test_the_code_is_in_the_qr_alone(tmp_path):
    assert CODE not in text_of(render(page()), tmp_path)
    assert CODE not in repr(page())


def test_the_document_information_holds_the_number_and_no_person():
    pdf = render(page())
    info = PdfFileReader(BytesIO(pdf)).trailer_view["/Info"]
    assert info["/Keywords"] == NUMBER
    assert not any("演示甲" in str(value) for value in info.values())


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ("kind", "证明名称"),
        ("body", "正文"),
        ("requesting_unit", "提取单位"),
        ("making_unit", "制作单位"),
        ("purpose", "用途"),
        ("seal_name", "电子印章"),
    ],
)
def test_a_missing_glyph_is_told_by_its_place(place, label):
    with pytest.raises(MissingGlyph) as caught:
        render(page(**{place: "某\U00030000局"}))
    assert (caught.value.places, caught.value.code_points) == ((label,), ("U+30000",))
    assert label in str(caught.value) and "1 个字符" in str(caught.value)


def test_a_missing_glyph_in_a_name_tells_neither_the_name_nor_the_character():
    """Its text goes to Prefect with the exception."""
    with pytest.raises(MissingGlyph) as caught:
        render(page(fields=(("姓名", "演示\ue000乙"), ("户别", "家庭户"))))
    assert caught.value.places == ("姓名",)
    assert "演示" not in str(caught.value) and "E000" not in str(caught.value) and "\ue000" not in str(caught.value)


def test_rare_characters_print_as_themselves(tmp_path):
    assert "㼆𬭎䶮𠅤𫖯" in text_of(render(page(fields=(("姓名", "㼆𬭎䶮𠅤𫖯"),))), tmp_path)


def test_text_is_never_taken_for_markup(tmp_path):
    value = '#panic("x") *粗* $x$ ]{} <a> @b'
    assert value in text_of(render(page(fields=(("备注", value),))), tmp_path)


def test_a_long_identifier_breaks_inside_its_cell_and_reads_whole(tmp_path):
    identifier = "1.2.156.3005.2.11100000000013338W011.12370402MB0000000X.2026112300000001.001.K"
    text = text_of(render(page(fields=(("电子证照标识", identifier),))), tmp_path)
    assert identifier not in text  # it does not fit one line
    assert identifier in text.replace("\n", "")


def test_line_breaks_begin_paragraphs(tmp_path):
    lines = text_of(render(page(body="第一段。\n第二段。")), tmp_path).splitlines()
    assert {"第一段。", "第二段。"} <= {line.strip() for line in lines}


@pytest.mark.parametrize("count", [0, 1, 6, 14, 20, 34])
@pytest.mark.parametrize("who", [{}, {"signer": "演示代办员丁", "source_system": ""}])
def test_it_is_one_page_however_many_fields(count, who):
    fields = tuple((f"字段{i}", f"值{i}") for i in range(count))
    assert pages(render(page(**who, fields=fields))) == 1


def test_long_names_stay_on_one_page():
    changes = {
        "kind": "关于某某事项的长名称证明" * 3,
        "making_unit": "枣庄市市中区某某街道办事处便民服务中心某某科室" * 2,
        "requesting_unit": "枣庄市市中区某某街道办事处便民服务中心" * 4,
        "purpose": "办理一项名称特别长的政务服务事项" * 8,
        "signer": "买买提·" * 6,
        "fields": (("姓名", "买买提·" * 20), ("一个名称特别长的字段" * 3, "值" * 120)),
    }
    assert pages(render(page(**changes))) == 1


def test_the_page_names_who_of_the_issuing_unit_answered(tmp_path):
    """Obligation 11.2; for shared data nobody did."""
    assert "核验人" not in text_of(render(page()), tmp_path)
    lines = text_of(render(page(signer="演示代办员丁", method="部门核验", source_system="")), tmp_path).splitlines()
    assert [line.split() for line in lines if "核验人" in line] == [["核验人：", "演示代办员丁"]]


def test_more_than_a_page_is_refused():
    with pytest.raises(PageOverflow, match="超过一页"):
        render(page(fields=tuple((f"字段{i}", "值" * 60) for i in range(40))))


@pytest.mark.parametrize("name", ["number", "kind", "making_unit", "verify_url"])
def test_a_text_too_long_for_its_fixed_place_is_refused(name):
    with pytest.raises(PageOverflow, match="超过"):
        render(page(**{name: "长" * 301}))


def test_a_broken_template_tells_no_persons_data(monkeypatch, tmp_path):
    broken = tmp_path / "template.typ"
    broken.write_text("#panic(json(bytes(sys.inputs.page)).fields)")
    monkeypatch.setattr(proofs.page, "TEMPLATE", broken)
    with pytest.raises(PageError) as caught:
        render(page())
    assert "演示甲" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="时区"):
        page(retrieved_at=datetime(2026, 11, 23, 9, 0))  # noqa: DTZ001


def test_the_same_page_gives_the_same_bytes_in_every_thread():
    wanted = render(page())
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: render(page()), range(12))) == {wanted}


def attached(pdf: bytes) -> dict[str, object]:
    """proof.json of a page, read by a reader that is not ours."""
    names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    name, file = names[0], names[1]
    assert (name, file["/F"]) == ("proof.json", "proof.json")
    found: dict[str, object] = json.loads(file["/EF"]["/F"].data)
    return found


def test_machines_read_the_fields_from_the_attached_data():
    """Of two characters that share a glyph a text layer gives back one; the data have both."""
    fields = (("药材", "阿胶"), ("古名", "阿㬵"), ("姓名", "演示·间隔"), ("住址", "演示路 1 号"))
    said = attached(render(page(fields=fields)))
    assert [(one["label"], one["value"]) for one in said["fields"]] == list(fields)
    assert (said["version"], said["number"], said["kind"], said["result"]) == (1, NUMBER, "户籍证明", "属实")
    assert said["retrieved_at"] == "2026-11-24T02:05:09+08:00" and said["development"] is True
    assert CODE not in json.dumps(said)


def test_a_preview_is_no_data():
    assert "/Names" not in PdfFileReader(BytesIO(render(page(preview=True)))).root
