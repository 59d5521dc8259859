from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

import proofs.pdf_judgement
from isolation.process import Limits, ProcessDied
from proofs.check import check
from proofs.container import container_of
from proofs.page import render
from proofs.sealed_when import Time, When
from proofs.verdicts import CheckResult, KnownProof, Verdict
from tests.proofs.samples import NUMBER, page, seals, use

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SEALED_AT = datetime(2026, 11, 23, 18, 5, 9, tzinfo=UTC)


@cache
def ours() -> tuple[bytes, bytes]:
    """A sealed proof and the certificate of its authority."""
    with TemporaryDirectory() as folder:
        sealed = seals(Path(folder) / "seals").sign(render(page()), use())
        return sealed, (Path(folder) / "seals" / "ca.crt.pem").read_bytes()


def record(pdf: bytes, **changes: object) -> Callable[[str], KnownProof | None]:
    known = KnownProof(hashlib.sha256(pdf).hexdigest(), SEALED_AT, **changes)  # type: ignore[arg-type]
    return lambda number: known if number == NUMBER else None


def judged(pdf: bytes, now: datetime = NOW, **changes: object) -> CheckResult:
    """The verdict on `pdf` by a ledger that delivered the proof of `ours`."""
    original, trust = ours()
    return check(pdf, trust, record(original, **changes), now)


def test_a_proof_of_ours_is_valid():
    """Obligation 11.1."""
    assert judged(ours()[0]) == CheckResult(Verdict.VALID, NUMBER, when=When(Time.RECORDED, SEALED_AT))


def test_it_stays_valid_when_the_seals_certificate_has_expired():
    assert judged(ours()[0], now=datetime(2066, 1, 1, tzinfo=UTC)).verdict is Verdict.VALID


def test_a_seal_from_before_its_certificate_is_not_ours():
    original, trust = ours()
    early = KnownProof(hashlib.sha256(original).hexdigest(), datetime(2000, 1, 1, tzinfo=UTC))
    assert check(original, trust, lambda _: early, NOW).verdict is Verdict.FOREIGN


def test_a_changed_byte_of_the_content():
    original = ours()[0]
    at = original.index(b"stream") + 200
    assert judged(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :]).verdict is Verdict.ALTERED


def test_a_changed_byte_that_no_signature_covers():
    original = ours()[0]
    at = original.index(b"0000>")  # the padding behind the signature
    assert judged(original[:at] + b"A" + original[at + 1 :]).verdict is Verdict.ALTERED


def test_a_damaged_container_of_ours_is_damaged():
    """What other programs build in their way is not called altered; what bears a number of ours is built in ours."""
    original = ours()[0]
    container = container_of(original)
    assert container is not None
    for byte in range(30, 60):
        at = container.gap[0] + byte
        changed = original[:at] + (b"0" if original[at] != ord("0") else b"1") + original[at + 1 :]
        assert judged(changed).verdict in {Verdict.ALTERED, Verdict.UNKNOWN_HERE}  # such as the version's: nobody signed it


def test_a_removed_signature():
    assert judged(ours()[0].replace(b"/ByteRange", b"/BiteRange")).verdict is Verdict.ALTERED


def test_a_later_revision():
    writer = IncrementalPdfFileWriter(BytesIO(ours()[0]))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    output = BytesIO()
    writer.write(output)
    assert judged(output.getvalue()) == CheckResult(Verdict.LATER_REVISION, NUMBER, True, when=When(Time.RECORDED, SEALED_AT))
    assert judged(ours()[0] + b"\n").verdict is Verdict.LATER_REVISION


def test_a_page_that_was_never_sealed():
    assert judged(render(page())).verdict is Verdict.FOREIGN


def test_a_page_sealed_by_another_authority_of_the_same_name(tmp_path, caplog):
    forged = seals(tmp_path / "seals").sign(render(page()), use())
    assert judged(forged) == CheckResult(Verdict.FOREIGN)
    told = [record for record in caplog.records if record.name.startswith(("proofs", "isolation", "pyhanko"))]
    assert told == []  # a log would hold the subject of the stranger's certificate; other tests' threads may log meanwhile


def test_a_proof_of_another_system(tmp_path):
    trust = ours()[1]
    other = seals(tmp_path / "seals").sign(render(page()), use())
    theirs = other.replace("演示证书颁发机构".encode().hex().upper().encode(), "别处证书颁发机构".encode().hex().upper().encode())
    assert theirs != other
    assert check(theirs, trust, lambda _: None, NOW).verdict is Verdict.FOREIGN


def test_a_copied_picture(tmp_path):
    picture = typst.compile(b"#set page(width: 50mm, height: 50mm)\n= x", format="png")
    assert judged(picture).verdict is Verdict.PICTURE
    (tmp_path / "copy.png").write_bytes(picture)
    pasted = typst.compile(b'#image("copy.png")', root=tmp_path, format="pdf")
    assert judged(pasted).verdict is Verdict.PICTURE


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a document", b"<html></html>", bytes(2000) + b"%PDF-1.7"])
def test_no_pdf_at_all(data):
    assert judged(data).verdict is Verdict.NOT_PDF


def test_a_seal_of_ours_that_the_ledger_does_not_know():
    original, trust = ours()
    assert check(original, trust, lambda _: None, NOW) == CheckResult(Verdict.UNKNOWN_HERE, NUMBER)
    assert check(original, trust, record(b"the one delivered"), NOW).verdict is Verdict.UNKNOWN_HERE


def test_a_revoked_proof_is_revoked_even_when_it_has_expired_too():
    assert judged(ours()[0], revoked=True, valid_until=NOW - timedelta(days=1)).verdict is Verdict.REVOKED


def test_a_proof_holds_up_to_and_at_the_instant_that_it_bears():
    assert judged(ours()[0], valid_until=NOW).verdict is Verdict.VALID
    assert judged(ours()[0], valid_until=NOW - timedelta(microseconds=1)).verdict is Verdict.EXPIRED


def test_the_number_is_read_from_the_document_and_asked_once():
    original, trust = ours()
    asked: list[str] = []
    check(original, trust, lambda number: asked.append(number), NOW)
    assert asked == [NUMBER]


def test_a_failing_ledger_is_no_verdict():
    def down(number: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        check(ours()[0], ours()[1], down, NOW)


def test_nothing_is_fetched(monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(proofs.pdf_judgement, "read", lambda function, *args, limits: function(*args))  # in this process
    assert judged(ours()[0]).verdict is Verdict.VALID


def test_a_file_that_is_too_much_for_its_reader_ends_the_reader(monkeypatch):
    monkeypatch.setattr(proofs.pdf_judgement, "LIMITS", Limits(memory=2**16, seconds=5, patience=60))
    with pytest.raises(ProcessDied):
        judged(ours()[0])


def test_every_verdict_has_its_sentence():
    sentences = [verdict.label for verdict in Verdict]
    assert len(set(sentences)) == len(Verdict)
    assert all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"%PDF-1.7\n" + b"[" * 200_000 + b"%%EOF",
        b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 100_000 + b"\n%%EOF",
        b"%PDF-1.7\n/ByteRange [0 1 2 3]%%EOF",
        b"%PDF-1.7\n/ByteRange [0 9999999999 1 9999999999]%%EOF",
        b"%PDF-1.7\n/ByteRange [0 " + b"9" * 9000 + b" 1 1]%%EOF",
    ],
)
def test_hostile_files_get_a_verdict(data):
    assert judged(data).verdict in {Verdict.ALTERED, Verdict.FOREIGN}


def test_deep_nesting_in_a_file_that_names_our_authority():
    original = ours()[0]
    start = PdfFileReader(BytesIO(original)).last_startxref
    bomb = b"[" * 50_000
    assert judged(original[:start] + bomb + original[start + len(bomb) :]).verdict is Verdict.ALTERED


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_file(share):
    assert judged(ours()[0][: int(len(ours()[0]) * share)]).verdict is Verdict.ALTERED


@settings(max_examples=80)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_changed_byte_is_ever_valid_and_none_raises(at, difference):
    original = ours()[0]
    at %= len(original)
    verdict = judged(original[:at] + bytes([original[at] ^ difference]) + original[at + 1 :]).verdict
    _, start, end, _ = (int(edge) for edge in PdfFileReader(BytesIO(original)).embedded_signatures[0].byte_range)
    if start <= at < end:
        # A few bytes of the signature's container change nothing that is signed: the ledger's digest tells.
        assert verdict in {Verdict.ALTERED, Verdict.UNKNOWN_HERE, Verdict.FOREIGN}
    elif at < len("%PDF-"):
        assert verdict is Verdict.NOT_PDF
    else:
        assert verdict is Verdict.ALTERED


@settings(max_examples=100)
@given(st.binary(max_size=400), st.binary(max_size=400), st.integers(0, 90_000))
def test_no_insertion_is_ever_valid_and_none_raises(prefix, inserted, at):
    original = ours()[0]
    assert judged(prefix + b"%PDF-1.7\n" + inserted).verdict is not Verdict.VALID
    changed = original[:at] + inserted + original[at:]
    if changed != original:
        assert judged(changed).verdict is not Verdict.VALID


def test_four_facts_apart():
    """Obligation 11.1: each has a verdict of its own, whatever the one word for all of it is."""

    def said(found: CheckResult) -> str:
        return "".join({"yes": "+", "no": "-", "unknown": "?"}[one.verdict] for one in found.facts.told())

    original, trust = ours()
    at = len(original) // 3
    assert [one.code for one in judged(original).facts.told()] == ["intact", "ours", "current", "whole"]
    assert said(judged(original)) == "++++"
    assert said(judged(original, revoked=True)) == said(judged(original, valid_until=NOW - timedelta(days=1))) == "++-+"
    assert said(judged(original + b"\n")) == "+++-" and said(judged(original + b"\n", revoked=True)) == "++--"
    assert said(check(original + b"\n", trust, record(b"another"), NOW)) == "+??-"
    assert said(check(original, trust, lambda _: None, NOW)) == "+??+"
    assert said(judged(original[:at] + bytes([original[at] ^ 1]) + original[at + 1 :])) == "-???"
    assert said(judged(render(page()))) == said(judged(b"x")) == "?-??"
    assert all(one.text for verdict in Verdict for one in CheckResult(verdict).facts.told())
