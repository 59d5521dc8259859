"""PDF 验真: whether a PDF is a proof of ours, unchanged and still valid (obligation 11.1). What reads it runs in a process of its own."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from domain.numbers import is_number
from domain.status_places import Place
from guomi import sm2
from isolation.process import Limits, loads, read
from proofs import national
from proofs.container import Container, container_of
from proofs.sealed_when import Time, kept_of, stamp_of, when
from proofs.stamp_revocations import NOTHING_REVOKED, Revocations
from proofs.verdicts import CheckResult, KnownProof, Verdict, standing

# pyHanko logs the subject of a certificate that it cannot trust, and a stranger's file may name any person there.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)

loads(__name__)
#: What the reading of one file may use: an honest one takes 20 MB and a tenth of a second.
LIMITS = Limits(memory=256 * 2**20, seconds=10, patience=60, output=2**16)


def judge(
    pdf: bytes,
    trust: bytes,
    known: Callable[[str], KnownProof | None],
    now: datetime,
    *,
    roots: bytes = b"",
    wall: datetime | None = None,
    revocations: Revocations = NOTHING_REVOKED,
) -> CheckResult:
    """The verdict on a PDF, as `proofs.check.check`.

    1. The first signature's byte range splits the file: what it covers, and what came later.
    2. What it covers must be sealed under our authority, whole and intact; pyHanko checks that, on those bytes alone.
    3. Bytes after it are a later revision; they are never parsed, but where the ledger knows the digest of the whole: then they are the
       timestamps that we put there.
    4. The ledger must know the number and the digest of exactly this file, and must not have ended it.

    Under our authority others may sign, too: what bears no number of ours, or is built as we build nothing, is not called altered
    where its signature does not say so.
    """
    (about,) = read(_opened, pdf, trust, limits=LIMITS)
    if about["verdict"]:
        return CheckResult(Verdict(about["verdict"]))
    number, end = about["number"], about["end"]
    record = known(number) if number else None
    (sealed,) = read(_sealed, pdf[:end], trust, record.sealed_at if record else now, roots, wall or now, revocations, limits=LIMITS)
    verdict = Verdict(sealed["verdict"])
    if verdict is not Verdict.VALID:
        return CheckResult(verdict)
    stands, of_sm2 = standing(record, hashlib.sha256(pdf[:end]).hexdigest(), now), bool(sealed["national"])
    if not number:
        return CheckResult(Verdict.OTHER_PAPER, national=of_sm2, appended=end != len(pdf))
    if record is None or stands is Verdict.UNKNOWN_HERE:
        return CheckResult(stands if end == len(pdf) else Verdict.LATER_REVISION, number, national=of_sm2)
    found = when(sealed["stamp"], record.sealed_at)
    if end != len(pdf) and record.whole == hashlib.sha256(pdf).hexdigest():
        (kept,) = read(_kept, pdf, end, roots, wall or now, revocations, limits=LIMITS)
        end, found = len(pdf), when(kept, record.sealed_at)
    if end != len(pdf):
        return CheckResult(Verdict.LATER_REVISION, number, stands is Verdict.VALID, when=found, national=of_sm2)
    return CheckResult(stands, number, ended=record.ended if stands is Verdict.REVOKED else "", when=found, national=of_sm2)


def _opened(pdf: bytes, trust: bytes) -> Iterator[dict[str, Any]]:
    """In a process of its own: the number that stands in the signed part and where that ends, or a verdict."""
    verdict, number, container = None, "", container_of(pdf)
    if container is None:
        verdict = _unsigned(pdf)
    elif not container.cms:
        verdict = Verdict.ALTERED
    elif not any(authority.subject.dump() in container.cms for authority in _authorities(trust)):
        verdict = Verdict.FOREIGN
    else:
        signature, number = _open(pdf[: container.end]) if len(container.cms) <= _MOST else (None, "")
        if number and not (signature and container.tidy):  # what bears a number of ours is built as ours are
            verdict = Verdict.ALTERED
        elif signature is None:
            verdict = _puzzle(pdf, container) if container.tidy else Verdict.ALTERED
    yield {"verdict": verdict, "number": number, "end": container.end if container else 0}


def place_of(pdf: bytes) -> Place | None:
    """Where a genuine proof stands in the lists of revoked ones, as its `proof.json` says; None: it names no place."""
    (said,) = read(_attached, pdf, limits=LIMITS)
    return Place(said["uri"], said["idx"]) if said else None


def _attached(pdf: bytes) -> Iterator[dict[str, Any] | None]:
    """In a process of its own: what `proof.json` says of its place."""
    try:
        names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        said = json.loads(names[1]["/EF"]["/F"].data)["status"]["status_list"]
        yield {"uri": str(said["uri"]), "idx": int(said["idx"])}
    except MemoryError:
        raise
    except Exception:  # sealed before there were lists, or not by us
        yield None


def _sealed(
    signed: bytes, trust: bytes, moment: datetime, roots: bytes, wall: datetime, revocations: Revocations
) -> Iterator[dict[str, Any]]:
    """In a process of its own: whether the seal held at that moment, the timestamp beside it, and whether it is one of SM2."""
    signature, number = _open(signed)
    verdict = _seal(signature, _authorities(trust), moment) if signature else None
    if verdict is None:
        verdict = Verdict.ALTERED if number else _puzzle(signed, container_of(signed))
    if signature is None or verdict is not Verdict.VALID:
        yield {"verdict": verdict}
        return
    of_sm2 = signature.signer_info["signature_algorithm"]["algorithm"].native == sm2.SIGNATURE
    yield {"verdict": verdict, "stamp": _stamp(signature, roots, wall, revocations), "national": of_sm2}


def _stamp(signature: EmbeddedPdfSignature, roots: bytes, wall: datetime, revocations: Revocations) -> dict[str, str] | None:
    try:
        return stamp_of(signature, _registered(roots), wall, revocations)
    except MemoryError:
        raise
    except Exception:
        return {"time": Time.WRONG}


def _kept(pdf: bytes, end: int, roots: bytes, wall: datetime, revocations: Revocations) -> Iterator[dict[str, Any]]:
    """In a process of its own: what the timestamps behind a proof of ours prove, each by the one after it."""
    signature, _ = _open(pdf[:end])
    try:
        assert signature is not None
        reader = PdfFileReader(BytesIO(pdf))
        yield kept_of(signature, reader.embedded_timestamp_signatures, _registered(roots), wall, revocations + _revocations(reader))
    except MemoryError:
        raise
    except Exception:
        yield {"time": Time.WRONG}


def _revocations(reader: PdfFileReader) -> Revocations:
    """What the file itself keeps of them: each stage brings what was known when it was made."""
    kept = reader.root["/DSS"] if "/DSS" in reader.root else {}
    return Revocations(*([one.get_object().data for one in kept[name]] if name in kept else [] for name in ("/CRLs", "/OCSPs")))


def _registered(roots: bytes) -> list[Any]:
    try:
        return _authorities(roots)
    except ValueError:  # none, or what is no certificate
        return []


def _authorities(trust: bytes) -> list[Any]:
    return list(load_certs_from_pemder_data(trust))


_MOST = 2**17  #: bytes of a container that is read at all: ours take a tenth; a reader takes two seconds for a million
_SIGNATURE_TRACES = (b"/ByteRange", b"/ETSI.CAdES.detached")
_IMAGE_OBJECT = re.compile(rb"/Subtype\s*/Image\b")  # an image's own entry is never compressed


def _unsigned(pdf: bytes) -> Verdict:
    if any(trace in pdf for trace in _SIGNATURE_TRACES) or b"%%EOF" not in pdf[-1024:]:
        return Verdict.ALTERED  # there was a signature and somebody broke it, or the file is cut off
    return Verdict.PICTURE if _IMAGE_OBJECT.search(pdf) else Verdict.FOREIGN


def _puzzle(pdf: bytes, container: Container | None) -> Verdict:
    """Of what we cannot read: altered where its own digest says so."""
    return Verdict.ALTERED if container is None or container.contradicts(pdf) else Verdict.UNREADABLE


def _open(signed: bytes) -> tuple[EmbeddedPdfSignature | None, str]:
    """The only signature of the signed part, None where it cannot be read; and the number in the document's information, "" without one."""
    said = ""
    try:
        reader = PdfFileReader(BytesIO(signed))
        view = reader.trailer_view
        said = str(view["/Info"]["/Keywords"]) if "/Info" in view and "/Keywords" in view["/Info"] else ""
        (signature,) = reader.embedded_signatures
    except MemoryError:
        raise
    except Exception:  # a hostile file makes a parser fail in any way, RecursionError included
        signature = None
    return signature, said if is_number(said) else ""


def _seal(signature: EmbeddedPdfSignature, authorities: list[Any], moment: datetime) -> Verdict | None:
    """None: its construction is none that can be judged."""
    context = ValidationContext(trust_roots=authorities, moment=moment, allow_fetching=False, signature_validator=national.Validator())
    try:
        status: PdfSignatureStatus = validate_pdf_signature(signature, context, skip_diff=True)
    except MemoryError:
        raise
    except Exception:
        return None
    if status.intact and not status.valid and not _verifiable(signature):
        return None
    if not (status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE):
        return Verdict.ALTERED
    return Verdict.VALID if status.trusted else Verdict.FOREIGN


def _verifiable(signature: EmbeddedPdfSignature) -> bool:
    """Whether its algorithm is one that is known here: of any other the check says only that it did not verify."""
    algorithm = signature.signer_info["signature_algorithm"]
    try:
        return algorithm["algorithm"].native == sm2.SIGNATURE or bool(algorithm.signature_algo)
    except ValueError:
        return False
