"""长期保存 (PDF/A-3u, ISO 19005-3): a page and what every later stage makes of it; what it asks where an appended
revision could break it is read off the files here, and by a validator where one is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pyhanko.pdf_utils.generic import ArrayObject
from pyhanko.pdf_utils.reader import PdfFileReader

from connectors import lasting
from connectors.lasting import extend
from connectors.seal import LocalSeals
from connectors.timestamps import servers_of
from domain.seals import SealKind
from proofs.page import render
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from tests.lasting import lasts, make_seals
from tests.proofs.readers import pdfa_validator, poppler
from tests.proofs.samples import NAMES, page, use
from tests.timestamps import authority

_IDENTIFICATION = "{http://www.aiim.org/pdfa/ns/id/}"
_INVISIBLE, _HIDDEN, _PRINT, _NO_VIEW = 1, 2, 4, 32


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """One proof from the page to the second timestamp over all of it, and what is made otherwise."""
    folder = tmp_path_factory.mktemp("archival")
    made = {
        "preview": render(page(preview=True)),
        "without mark": render(page(development=False)),
        "corrected": render(page(earlier="本证明替代此前的一份", replaces="HY20261123ABCDEFGX", otherwise="某条例第十条")),
        "full": render(page(fields=tuple((f"字段{n}", "内容" * 5) for n in range(20)))),
        "page": render(page()),
    }
    ensure_development_seals(folder / "national", NAMES, "sm2")
    made["SM2"] = LocalSeals(folder / "national", NAMES, True, draw_seal).sign(made["page"], use())
    with authority(folder / "tsa") as one:
        keys = folder / "seals"
        make_seals(keys, NAMES)
        lasts(one, keys)
        servers, local = servers_of(keys), LocalSeals(keys, NAMES, True, draw_seal)
        made["sealed"] = local.sign(made["page"], use(SealKind.ISSUER))
        made["with room"] = local.sign(made["page"], replace(use(), room=servers.room))
        made["stamped"] = servers.stamp(made["with room"]).pdf
        assert made["stamped"] != made["with room"]
        lists = lasting.revocations(keys, datetime.now(UTC))
        made["lasting"] = made["stamped"] + extend(made["stamped"], keys, servers, lists).appended
        made["lasting again"] = made["lasting"] + extend(made["lasting"], keys, servers, lists).appended
        yield made


def test_each_says_in_its_metadata_which_standard_it_keeps(stages: dict[str, bytes]) -> None:
    first = _metadata(stages["page"])
    said = {one.tag.removeprefix(_IDENTIFICATION): one.text for one in ElementTree.fromstring(first).iter() if _IDENTIFICATION in one.tag}
    assert said == {"part": "3", "conformance": "U"}
    for name in ("sealed", "stamped", "lasting", "lasting again"):  # not written anew by what is appended
        assert _metadata(stages[name]) == first, name
    assert all(b"<pdfaid:part>3<" in _metadata(pdf) for pdf in stages.values())


def test_it_stays_of_the_version_that_the_standard_is_written_in(stages: dict[str, bytes], tmp_path: Path) -> None:
    for name, pdf in stages.items():
        assert pdf.startswith(b"%PDF-1.7\n%") and all(byte > 127 for byte in pdf[10:14])
        assert b"/Version" not in pdf and b"/BaseVersion/2" not in pdf.replace(b" ", b""), name
        (tmp_path / "one.pdf").write_bytes(pdf)
        assert "PDF version:     1.7" in poppler("pdfinfo", tmp_path / "one.pdf"), name
    assert b"/ESIC" in stages["sealed"]


def test_every_object_begins_a_line_and_nothing_stands_behind_the_end(stages: dict[str, bytes]) -> None:
    """Typst's file ends without a line break, and pyHanko begins where it ends: together they would break what each of them keeps."""
    for name, pdf in stages.items():
        places = [int(place) for place in re.findall(rb"^(\d{10}) \d{5} n", pdf, re.MULTILINE)]
        assert len(places) > 50
        for place in places:
            assert re.match(rb"\n\d+ \d+ obj\r?\n", pdf[place - 1 : place + 20]), (name, pdf[place - 10 : place + 20])
        assert pdf.endswith(b"%%EOF\n")


def test_colours_have_a_profile_of_their_own(stages: dict[str, bytes]) -> None:
    for name, pdf in stages.items():
        (intent,) = _items(PdfFileReader(BytesIO(pdf)).root["/OutputIntents"])
        profile = intent["/DestOutputProfile"]
        assert (intent["/S"], profile["/N"]) == ("/GTS_PDFA1", 3), name
        assert profile.data[36:40] == b"acsp" and profile.data[16:20] == b"RGB "


def test_the_attachment_says_whose_it_is_and_what(stages: dict[str, bytes]) -> None:
    """Clause 6.8: a name in both forms, a type, and a relationship to the document that names it back."""
    for name, pdf in stages.items():
        root = PdfFileReader(BytesIO(pdf)).root
        if name == "preview":
            assert "/AF" not in root
            continue
        (file,) = _items(root["/AF"])
        assert (file["/AFRelationship"], file["/F"], file["/UF"]) == ("/Data", "proof.json", "proof.json"), name
        embedded = file["/EF"]["/F"]
        assert embedded["/Subtype"] == "/application/json" and embedded["/Params"]["/Size"] == len(embedded.data)
        assert root["/Names"]["/EmbeddedFiles"]["/Names"][1] == file


def test_what_is_appended_is_shown_and_printed(stages: dict[str, bytes]) -> None:
    """Clause 6.3: of each annotation one appearance, printed, never hidden."""
    for name, count in {"page": 0, "sealed": 1, "SM2": 1, "lasting again": 3}.items():
        reader = PdfFileReader(BytesIO(stages[name]))
        root, first = reader.root, reader.root["/Pages"]["/Kids"][0]
        found = _items(first["/Annots"]) if "/Annots" in first else []
        assert len(found) == count, name
        for one in found:
            assert one["/F"] & (_INVISIBLE | _HIDDEN | _PRINT | _NO_VIEW) == _PRINT
            assert "/A" not in one and "/AA" not in one
            assert list(one["/AP"]) == ["/N"] if "/AP" in one else not any(one["/Rect"])  # none of what has no face
        assert not {"/OpenAction", "/AA", "/Encrypt", "/Requirements", "/NeedsRendering"} & {*root, *reader.trailer}


def test_every_font_is_inside_with_its_characters_named(stages: dict[str, bytes], tmp_path: Path) -> None:
    for name, pdf in stages.items():
        (tmp_path / "one.pdf").write_bytes(pdf)
        fonts = poppler("pdffonts", tmp_path / "one.pdf").splitlines()[2:]
        assert len(fonts) == (2 if name in ("preview", "without mark", "corrected", "full", "page") else 3), name  # and the seal's own
        assert all(re.search(r"\byes yes yes\b", line) for line in fonts), (name, fonts)


def test_characters_that_share_a_glyph_come_back_each_as_itself(tmp_path: Path) -> None:
    """Level U: 胶 and 㬵 look alike here."""
    (tmp_path / "one.pdf").write_bytes(render(page(fields=(("甲", "阿胶"), ("乙", "阿㬵")))))
    said = poppler("pdftotext", "-raw", tmp_path / "one.pdf", "-")
    assert "阿胶" in said and "阿㬵" in said


def test_a_validator_finds_each_stage_conforming(stages: dict[str, bytes], tmp_path: Path) -> None:
    """And refuses the same seal on a page that does not end its line, or its word would be worth nothing."""
    conforms, said = pdfa_validator(stages, tmp_path)
    assert conforms, said
    end = len(stages["page"])
    conforms, said = pdfa_validator({"bad": stages["sealed"][: end - 1] + b" " + stages["sealed"][end:]}, tmp_path)
    assert not conforms, said


def _metadata(pdf: bytes) -> bytes:
    found = PdfFileReader(BytesIO(pdf)).root["/Metadata"]
    assert isinstance(found.data, bytes)
    return found.data


def _items(array: ArrayObject) -> list[Any]:
    """Not references, which pyHanko gives to whoever iterates."""
    return [array[place] for place in range(len(array))]
