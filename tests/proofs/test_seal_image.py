from __future__ import annotations

from io import BytesIO

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from proofs.seal_image import draw_seal
from tests.proofs.readers import text_of
from tests.proofs.samples import NAMES


@pytest.mark.parametrize("name", [*NAMES.values(), "某某章", "枣庄市市中区人民政府办公室证照数据共享查询核验专用章"])
def test_the_face_is_one_vector_page_of_42_mm(name):
    pdf = draw_seal(name, development=False)
    tree = PdfFileReader(BytesIO(pdf)).root["/Pages"]
    assert tree["/Count"] == 1
    assert [float(edge) for edge in tree["/Kids"][0]["/MediaBox"]] == pytest.approx([0, 0, 119.055, 119.055], abs=0.01)
    assert b"/Subtype/Image" not in pdf


def test_the_whole_name_is_on_the_seal(tmp_path):
    name = NAMES["share"]
    text = text_of(draw_seal(name, development=False), tmp_path)
    assert sorted("".join(text.split())) == sorted(name)


def test_only_a_development_seal_reads_demonstration(tmp_path):
    assert "演示" in text_of(draw_seal("某某专用章", development=True), tmp_path)
    assert "演" not in text_of(draw_seal("某某专用章", development=False), tmp_path)
