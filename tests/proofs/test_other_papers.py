"""验真 of documents that are no proofs of ours (obligation 11.1): signed elsewhere, or by another program under our authority. What is not
known of them is not said: least of all that somebody altered them."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import typst
from asn1crypto import cms, core
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from proofs.check import check
from proofs.container import Container, container_of
from proofs.page import render
from proofs.verdicts import CheckResult, KnownProof, Verdict
from tests.proofs.samples import NUMBER, page, seals, use

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\] *")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of our seals."""
    folder = tmp_path_factory.mktemp("ours") / "seals"
    seals(folder)
    return folder


@pytest.fixture(scope="module")
def other(folder: Path) -> bytes:
    """Signed under our authority by another program, and no proof of ours: it bears no number."""
    return _signed(folder)


def _signer(folder: Path) -> SimpleSigner:
    signer = SimpleSigner.load(
        *(str(folder / f"share.{part}.pem") for part in ("key", "crt")), ca_chain_files=(str(folder / "ca.crt.pem"),)
    )
    assert signer is not None
    return signer


def _signed(folder: Path, attached: bytes = b"") -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(typst.compile(b"= Another paper", format="pdf")))
    if attached:
        writer.root["/Attached"] = writer.add_object(StreamObject(stream_data=attached))
        writer.update_root()
    output = sign_pdf(writer, PdfSignatureMetadata("Signature1"), _signer(folder), bytes_reserved=12_000)
    assert isinstance(output, BytesIO)
    return output.getvalue()


def judged(pdf: bytes, folder: Path, known: Callable[[str], KnownProof | None] = lambda _: None) -> CheckResult:
    return check(pdf, (folder / "ca.crt.pem").read_bytes(), known, NOW)


def said(found: CheckResult) -> str:
    return "".join({"yes": "+", "no": "-", "unknown": "?"}[one.verdict] for one in found.facts.told())


def _ranged(pdf: bytes, written: bytes) -> bytes:
    """The range of its signature, written in another way and in the same room."""
    found = RANGE.search(pdf)
    assert found is not None
    changed = written % tuple(int(number) for number in found.groups())
    assert len(changed) <= len(found[0])
    return pdf.replace(found[0], changed.ljust(len(found[0])))


def _signed_again(pdf: bytes, folder: Path, changed: Callable[[bytes], bytes]) -> bytes:
    """What the signature covers changed, in the same length, and signed anew with our seal's key."""
    container = container_of(pdf)
    assert container is not None
    changed_pdf, (before, after) = changed(pdf), container.gap
    digest = hashlib.sha256(changed_pdf[:before] + changed_pdf[after:]).digest()
    return _contained(changed_pdf, asyncio.run(_signer(folder).async_sign(digest, "sha256")), container)


FILLED = b"/ByteRange [00000000 %08d %08d %08d]"


@pytest.mark.parametrize(
    "written",
    [b"/ByteRange [0 %d %d %d]", b"/ByteRange[ 00 %d %d %d ]", FILLED, b"/ByteRange [3 %d %d %d]"],
    ids=["plain", "zero twice", "filled with zeros", "not from the start"],
)
def test_a_document_that_another_authority_signed_is_not_ours_however_its_range_is_written(
    tmp_path: Path, folder: Path, other: bytes, written: bytes
) -> None:
    theirs = seals(tmp_path / "theirs").sign(render(page()), use())
    theirs = theirs.replace("演示证书颁发机构".encode().hex().upper().encode(), "别处证书颁发机构".encode().hex().upper().encode())
    assert judged(_ranged(theirs, written), folder) == CheckResult(Verdict.FOREIGN)


def _with(container: cms.ContentInfo, **fields: object) -> cms.ContentInfo:
    for name, value in fields.items():
        container["content"]["signer_infos"][0][name] = value
    return container


def _contained(pdf: bytes, inner: cms.ContentInfo, place: Container | None = None) -> bytes:
    """The same with another container. `place`: where, if the file no longer tells."""
    container = place or container_of(pdf)
    assert container is not None
    before, after = container.gap
    return pdf[:before] + b"<%b>" % inner.dump(force=True).hex().upper().encode().ljust(after - before - 2, b"0") + pdf[after:]


def _lower(pdf: bytes) -> bytes:
    container = container_of(pdf)
    assert container is not None
    before, after = container.gap
    return pdf[:before] + pdf[before:after].lower() + pdf[after:]


def _padded(pdf: bytes) -> bytes:
    at = pdf.index(b"0000>")
    return pdf[:at] + b"A" + pdf[at + 1 :]


def test_a_paper_under_our_authority_without_a_number_is_intact_and_not_called_ours(folder: Path, other: bytes) -> None:
    """Whether its container is written as ours is, or in small letters, or with something behind it."""
    filled = _signed_again(other, folder, lambda pdf: _ranged(pdf, FILLED))
    for pdf in (other, filled, _lower(other), _padded(other)):
        found = judged(pdf, folder, lambda _: pytest.fail("the ledger was asked for no number"))
        assert (found.verdict, said(found), found.number) == (Verdict.OTHER_PAPER, "+??+", None)
    appended = judged(other + b"\n% more\n%%EOF\n", folder)
    assert (appended.verdict, said(appended)) == (Verdict.OTHER_PAPER, "+??-")
    assert "追加" in appended.text and "追加" not in found.text


def test_such_a_paper_that_was_changed_is_altered(folder: Path, other: bytes) -> None:
    at = other.index(b"stream") + 50
    for pdf in (other[:at] + bytes([other[at] ^ 1]) + other[at + 1 :], other[:-40], _ranged(other, FILLED)):
        assert judged(pdf, folder).verdict is Verdict.ALTERED


def _unstarted(pdf: bytes) -> bytes:
    """It no longer says where its table of objects stands: no parser finds anything."""
    return re.sub(rb"startxref\n\d+", lambda found: b"startxref\n" + b"7" * (len(found[0]) - 10), pdf)


def test_what_cannot_be_read_is_altered_only_where_its_own_digest_says_so(folder: Path, other: bytes) -> None:
    unread = _signed_again(other, folder, _unstarted)
    found = judged(unread, folder)
    assert (found.verdict, said(found)) == (Verdict.UNREADABLE, "????")
    at = unread.index(b"stream") + 50
    assert judged(unread[:at] + bytes([unread[at] ^ 1]) + unread[at + 1 :], folder).verdict is Verdict.ALTERED
    assert judged(_padded(unread), folder).verdict is Verdict.ALTERED


def test_a_container_that_holds_content_of_its_own_says_nothing_of_the_file(folder: Path, other: bytes) -> None:
    """As a timestamp does, and signatures of an old kind: its digest is not of the file."""
    container = container_of(other)
    assert container is not None and container.contradicts(other[:-1] + b"x")
    inner = cms.ContentInfo.load(container.cms)
    inner["content"]["encap_content_info"]["content"] = core.OctetString(b"another content")
    assert judged(_contained(other, inner)[:-1] + b"x", folder).verdict is Verdict.UNREADABLE


def test_an_algorithm_that_is_not_known_here_says_nothing_of_the_file(folder: Path, other: bytes) -> None:
    """RSA with SHA-3: not everybody's check has it, and one that has not says of any such signature that it is wrong."""
    container = container_of(other)
    assert container is not None
    inner = cms.ContentInfo.load(container.cms)
    signer = inner["content"]["signer_infos"][0]
    kept = [one for one in signer["signed_attrs"] if one["type"].native != "cms_algorithm_protection"]
    wrong = judged(_contained(other, _with(inner, signed_attrs=cms.CMSAttributes(kept))), folder)
    assert wrong.verdict is Verdict.ALTERED, "the signature is not of these attributes"
    signer["signature_algorithm"] = {"algorithm": "2.16.840.1.101.3.4.3.14"}
    assert judged(_contained(other, inner), folder).verdict is Verdict.UNREADABLE


def test_a_container_of_a_size_that_no_seal_has_is_not_read(folder: Path, other: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    container = container_of(other)
    assert container is not None
    before, after = container.gap
    huge = other[: after - 1] + b"0" * 2_000_000 + other[after - 1 :]
    huge = huge.replace(b"/ByteRange [0 %d %d" % (before, after), b"/ByteRange [0 %d %d" % (before, after + 2_000_000))
    monkeypatch.setattr("proofs.pdf_judgement.read", lambda function, *given, limits: function(*given))
    monkeypatch.setattr("proofs.pdf_judgement.PdfFileReader", lambda _: pytest.fail("it was parsed"))
    assert judged(huge, folder).verdict is Verdict.ALTERED  # what the signature covers was changed with its range


def test_a_signed_document_within_another_one_is_not_taken_for_it(folder: Path, other: bytes) -> None:
    """Attached in plain, it stands before the signature of the whole, and its range leads anywhere."""
    whole = _signed(folder, attached=other)
    assert whole.count(b"/ByteRange") == 2
    found = judged(whole, folder)
    assert (found.verdict, said(found)) == (Verdict.OTHER_PAPER, "+??+")


def test_a_seal_of_ours_with_something_behind_it_that_the_ledger_does_not_know_is_not_said_to_be_registered(folder: Path) -> None:
    """A stolen key seals too."""
    pdf = seals(folder).sign(render(page()), use()) + b"\n"
    record = KnownProof(hashlib.sha256(b"the one delivered").hexdigest(), NOW)
    for known in (lambda _: None, lambda _: record):
        found = judged(pdf, folder, known)
        assert (found.verdict, said(found), found.number) == (Verdict.LATER_REVISION, "+??-", NUMBER)
