"""验真 (obligation 11.1): of one file the page, its JSON and `./run verify` say the same, each fact apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from connectors.seal import LocalSeals
from gateway.edge.pages import typeset
from ledger.sealing import papers
from proofs.page import render
from runtime.commands import verifications
from settings import settings
from tests.gateway.conftest import Api
from tests.gateway.public.test_public_pages import BROWSER
from tests.gateway.verifications.test_revocation import delivered, revoke
from tests.proofs import samples

Make = Callable[[bytes, Path, LocalSeals], bytes]


def _changed(pdf: bytes, *_: object) -> bytes:
    at = len(pdf) // 3
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def _padded(pdf: bytes, *_: object) -> bytes:
    at = pdf.index(b"0000>")
    return pdf[:at] + b"A" + pdf[at + 1 :]


def _revised(pdf: bytes, *_: object) -> bytes:
    writer, output = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    writer.write(output)
    return output.getvalue()


def _pasted(pdf: bytes, folder: Path, _: LocalSeals) -> bytes:
    (folder / "scan.png").write_bytes(typst.compile(b"#set page(width: 50mm, height: 50mm)\n= x", format="png"))
    return typst.compile(b'#image("scan.png")', root=folder, format="pdf")


def _other_paper(pdf: bytes, *_: object) -> bytes:
    """Signed under our authority by another program, and no proof."""
    seals = settings().seals_dir
    signer = SimpleSigner.load(str(seals / "share.key.pem"), str(seals / "share.crt.pem"))
    assert signer is not None
    writer = IncrementalPdfFileWriter(BytesIO(typst.compile(b"= Another paper", format="pdf")))
    output = sign_pdf(writer, PdfSignatureMetadata("Signature1"), signer, bytes_reserved=12_000)
    assert isinstance(output, BytesIO)
    return output.getvalue()


def _of_others(pdf: bytes, folder: Path, _: LocalSeals) -> bytes:
    """Under an authority of the same name."""
    return samples.seals(folder / "others").sign(render(samples.page()), samples.use())


#: What becomes of a delivered proof; the code; the four facts.
FILES: dict[str, tuple[Make, str, str]] = {
    "as delivered": (lambda pdf, *_: pdf, "valid", "++++"),
    "a byte of the content": (_changed, "altered", "-???"),
    "a byte that no signature covers": (_padded, "altered", "-???"),
    "cut off": (lambda pdf, *_: pdf[: len(pdf) // 2], "altered", "-???"),
    "its signature taken out": (lambda pdf, *_: pdf.replace(b"/ByteRange", b"/BiteRange"), "altered", "-???"),
    "a line behind it": (lambda pdf, *_: pdf + b"\n", "later_revision", "+++-"),
    "a revision behind it": (_revised, "later_revision", "+++-"),
    "its page unsealed": (lambda *_: render(samples.page()), "foreign", "?-??"),
    "sealed by others": (_of_others, "foreign", "?-??"),
    "a scan of it": (_pasted, "picture", "?-??"),
    "no PDF": (lambda *_: b"PK a document", "not_pdf", "?-??"),
    "our seal, no delivery": (lambda _pdf, _folder, seals: seals.sign(render(samples.page()), samples.use()), "unknown_here", "+??+"),
    "that, and a line": (lambda _pdf, _folder, seals: seals.sign(render(samples.page()), samples.use()) + b"\n", "later_revision", "+??-"),
    "another paper under our authority": (_other_paper, "other_paper", "+??+"),
}


@pytest.fixture(scope="module")
def proof(served: Api, seals: LocalSeals) -> tuple[str, bytes]:
    served.begin()
    return delivered(served, seals)


def doors(api: Api, pdf: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Code and facts, which all three doors say in the same words."""
    file = {"file": ("x.pdf", pdf, "application/pdf")}
    answer = api.post("/verify/upload", None, files=file).json()
    page = "".join(unescape(re.sub("<[^>]*>", "", api.post("/verify/upload", None, files=file, headers=BROWSER).text)).split())
    (tmp_path / "held.pdf").write_bytes(pdf)
    capsys.readouterr()
    ended = verifications.verify([str(tmp_path / "held.pdf")])
    printed = "".join(capsys.readouterr().out.split())
    facts = "".join({"yes": "+", "no": "-", "unknown": "?"}[one["verdict"]] for one in answer["facts"])
    assert [one["code"] for one in answer["facts"]] == ["intact", "ours", "current", "whole"]
    assert printed.startswith("".join(answer["text"].split())), (printed, answer["text"])
    assert ended == (0 if facts == "++++" else 1)
    read, told = 0, 0
    for one in answer["facts"]:
        read = page.index(
            "".join(unescape(re.sub("<[^>]*>", "", typeset(f"{one['name']}:{one['verdict_name']}{one['text']}"))).split()), read
        )
        told = printed.index("".join(f"{one['verdict_name']}{one['name']}:{one['text']}".split()), told)
    return answer["code"], facts


@pytest.mark.parametrize("what", FILES)
def test_of_one_file_every_door_says_the_same(
    api: Api, proof: tuple[str, bytes], seals: LocalSeals, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    make, code, facts = FILES[what]
    assert doors(api, make(proof[1], tmp_path, seals), tmp_path, capsys) == (code, facts)


def test_of_what_no_longer_holds_every_door_says_the_same(
    api: Api, seals: LocalSeals, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past its end, and revoked; each also with something behind it."""
    number, pdf = delivered(api, seals)
    found = papers.known_proof

    def ended(*given: object) -> object:
        known = found(*given)  # type: ignore[arg-type]
        return replace(known, valid_until=settings().now() - timedelta(days=1)) if known else None

    with monkeypatch.context() as patch:
        patch.setattr(papers, "known_proof", ended)
        assert doors(api, pdf, tmp_path, capsys) == ("expired", "++-+")
        assert doors(api, _revised(pdf), tmp_path, capsys) == ("later_revision", "++--")
    revoke(api, number)
    assert doors(api, pdf, tmp_path, capsys) == ("revoked", "++-+")
    assert doors(api, pdf + b"\n", tmp_path, capsys) == ("later_revision", "++--")
