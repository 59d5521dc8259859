"""验真: whether a PDF that somebody holds is a proof of ours, unchanged and still valid (obligation 11.1).

The seal's signature says who made the file and that nothing in it changed; the ledger says that this very file was
delivered and still holds. Neither is enough alone: a stolen key seals, and a number is easily copied.

The file may come from anybody. It is judged in memory and in a process of its own, nothing is fetched over a network,
and whatever is wrong with it becomes a verdict.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from domain.instants import is_past
from domain.numbers import is_number
from domain.status_places import Place
from guomi import sm2
from isolation.process import Limits, loads, read
from proofs import national
from proofs.container import container_of
from proofs.facts import Facts
from proofs.sealed_when import Time, When, kept_of, stamp_of, when

# pyHanko logs the subject of a certificate that it cannot trust, and a stranger's file may name any person there.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


class Verdict(StrEnum):
    """A stable code for programs; `chinese` is the sentence for people."""

    VALID = "valid"
    ALTERED = "altered"
    LATER_REVISION = "later_revision"
    FOREIGN = "foreign"
    PICTURE = "picture"
    NOT_PDF = "not_pdf"
    UNKNOWN_HERE = "unknown_here"
    REVOKED = "revoked"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Verdict.VALID: "有效:由本系统出具并签章,内容未被改动,现行有效。",
    Verdict.ALTERED: "无效:文件在签章之后被改动或已损坏,内容不可信。请向提供人索取原始文件,或扫描页面上的二维码查询。",
    Verdict.LATER_REVISION: "无效:签章之后又向文件追加了内容,追加的部分没有签章。请向提供人索取未经修改的原始文件。",
    Verdict.FOREIGN: "不能确认:文件没有本系统的电子签章,可能由其他系统出具,也可能是打印或另存的副本。请上传原始文件,"
    "或扫描页面上的二维码查询。",
    Verdict.PICTURE: "不能确认:这是图片或扫描件,没有电子签章;图片上的印章不能证明真伪。请上传原始 PDF 文件,或扫描页面上的二维码查询。",
    Verdict.NOT_PDF: "不能核验:这不是 PDF 文件。请上传电子证明的原始 PDF 文件。",
    Verdict.UNKNOWN_HERE: "不能确认:签章来自本系统,但台账没有登记这份文件,请勿采用,并联系区大数据局核实。",
    Verdict.REVOKED: "无效:这份电子证明已被撤销。请联系证明出具单位,或重新办理核验。",
    Verdict.EXPIRED: "无效:这份电子证明已超过有效期。请重新办理核验。",
}


@dataclass(frozen=True)
class KnownProof:
    """What the ledger knows of a proof that was delivered under a number."""

    digest: str  #: SHA-256 of the sealed file, hexadecimal
    sealed_at: datetime  #: aware: the moment at which the seal's certificate has to be valid
    valid_until: datetime | None = None  #: None: no end
    revoked: bool = False
    ended: str = ""  #: of a revoked one when and why, in Chinese
    whole: str = ""  #: SHA-256 of the sealed file with what we put behind it later (timestamps); "": nothing, or another file


@dataclass(frozen=True)
class CheckResult:
    """`number` is read from signed content, so it is there only where the seal is ours and intact. `holds`: where more was
    appended, whether the proof that stands before it is valid today; None where that is not known. `when`: of a file that is ours.
    `national`: sealed with SM2, which other readers may not be able to check."""

    verdict: Verdict
    number: str | None = None
    holds: bool | None = None
    ended: str = ""  #: of a revoked one when and why
    when: When | None = None
    national: bool = False

    @property
    def algorithm(self) -> str:
        """What is said of the algorithms of an intact seal, where another reader may say something else; else empty."""
        return national.TOLD if self.national else ""

    @property
    def text(self) -> str:
        said = self.verdict.label
        return said.replace("已被撤销", self.ended) if self.ended else said

    @property
    def facts(self) -> Facts:
        """What of the four is so, what is not, and what this file does not tell."""
        if self.verdict is Verdict.LATER_REVISION:
            return Facts(intact=True, ours=True, current=self.holds, whole=False)
        return _FACTS[self.verdict]


_NOT_OURS = Facts(ours=False)
_FACTS = {
    Verdict.VALID: Facts(intact=True, ours=True, current=True, whole=True),
    Verdict.EXPIRED: Facts(intact=True, ours=True, current=False, whole=True),
    Verdict.REVOKED: Facts(intact=True, ours=True, current=False, whole=True),
    Verdict.UNKNOWN_HERE: Facts(intact=True, whole=True),  # our seal, and no paper of ours: a stolen key seals too
    Verdict.ALTERED: Facts(intact=False),
    Verdict.FOREIGN: _NOT_OURS,
    Verdict.PICTURE: _NOT_OURS,
    Verdict.NOT_PDF: _NOT_OURS,
}

loads(__name__)
#: What the reading of one file may use: an honest one takes 20 MB and a tenth of a second.
LIMITS = Limits(memory=256 * 2**20, seconds=10, patience=60, output=2**16)


def check(
    pdf: bytes, trust: bytes, known: Callable[[str], KnownProof | None], now: datetime, *, roots: bytes = b"", wall: datetime | None = None
) -> CheckResult:
    """The verdict on a file. `trust`: our authorities' certificates (PEM), `roots`: those of timestamps; `known` asks the ledger by
    number. `wall`: the wall clock's time, where `now` is not.

    1. The first signature's byte range splits the file: what it covers, and what came later.
    2. What it covers must be sealed under our authority, whole and intact; pyHanko checks that, on those bytes alone.
    3. Bytes after it are a later revision; they are never parsed, but where the ledger knows the digest of the whole: then they are the
       timestamps that we put there.
    4. The ledger must know the number and the digest of exactly this file, and must not have ended it.

    The caller limits the size. The file is read in processes of their own (`isolation`), the ledger is asked here: the
    seal is judged at the moment that the ledger gives. Blocks. Raises ProcessDied where the file is more than its reader
    can take; exceptions of `known` pass through; nothing else is raised.
    """
    if b"%PDF-" not in pdf[:1024]:
        return CheckResult(Verdict.PICTURE if pdf.startswith(_IMAGES) else Verdict.NOT_PDF)
    (about,) = read(_opened, pdf, trust, limits=LIMITS)
    if about["verdict"]:
        return CheckResult(Verdict(about["verdict"]))
    number, end = about["number"], about["end"]
    record = known(number)
    (sealed,) = read(_sealed, pdf[:end], trust, record.sealed_at if record else now, roots, wall or now, limits=LIMITS)
    verdict = Verdict(sealed["verdict"])
    if verdict is not Verdict.VALID:
        return CheckResult(verdict)
    standing, of_sm2 = _standing(record, pdf[:end], now), bool(sealed["national"])
    if record is None or standing is Verdict.UNKNOWN_HERE:
        return CheckResult(standing if end == len(pdf) else Verdict.LATER_REVISION, number, national=of_sm2)
    found = when(sealed["stamp"], record.sealed_at)
    if end != len(pdf) and record.whole == hashlib.sha256(pdf).hexdigest():
        (kept,) = read(_kept, pdf, end, roots, wall or now, limits=LIMITS)
        end, found = len(pdf), when(kept, record.sealed_at)
    if end != len(pdf):
        return CheckResult(Verdict.LATER_REVISION, number, standing is Verdict.VALID, when=found, national=of_sm2)
    return CheckResult(standing, number, ended=record.ended if standing is Verdict.REVOKED else "", when=found, national=of_sm2)


def _standing(record: KnownProof | None, sealed: bytes, now: datetime) -> Verdict:
    """What the ledger says of exactly this sealed file."""
    if record is None or record.digest != hashlib.sha256(sealed).hexdigest():
        return Verdict.UNKNOWN_HERE
    if record.revoked:
        return Verdict.REVOKED
    return Verdict.EXPIRED if record.valid_until is not None and is_past(record.valid_until, now) else Verdict.VALID


def _opened(pdf: bytes, trust: bytes) -> Iterator[dict[str, Any]]:
    """In a process of its own: the number that stands in the signed part and where that ends, or a verdict."""
    verdict, number, container = None, "", container_of(pdf)
    if container is None:
        verdict = _unsigned(pdf)
    elif container.cms and not any(authority.subject.dump() in container.cms for authority in _authorities(trust)):
        verdict = Verdict.FOREIGN
    elif not container.tidy or (opened := _open(pdf[: container.end])) is None:
        verdict = Verdict.ALTERED
    else:
        _, number = opened
    yield {"verdict": verdict, "number": number, "end": container.end if container else 0}


def place_of(pdf: bytes) -> Place | None:
    """Where a genuine proof stands in the lists of revoked ones, as its `proof.json` says; None: it names no place. In a process of
    its own, as `check`."""
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


def _sealed(signed: bytes, trust: bytes, moment: datetime, roots: bytes, wall: datetime) -> Iterator[dict[str, Any]]:
    """In a process of its own: whether the seal held at that moment, the timestamp beside it, and whether it is one of SM2."""
    opened = _open(signed)
    verdict = _seal(opened[0], _authorities(trust), moment) if opened else Verdict.ALTERED
    if opened is None or verdict is not Verdict.VALID:
        yield {"verdict": verdict}
        return
    of_sm2 = opened[0].signer_info["signature_algorithm"]["algorithm"].native == sm2.SIGNATURE
    yield {"verdict": verdict, "stamp": _stamp(opened[0], roots, wall), "national": of_sm2}


def _stamp(signature: EmbeddedPdfSignature, roots: bytes, wall: datetime) -> dict[str, str] | None:
    try:
        return stamp_of(signature, _registered(roots), wall)
    except MemoryError:
        raise
    except Exception:
        return {"time": Time.WRONG}


def _kept(pdf: bytes, end: int, roots: bytes, wall: datetime) -> Iterator[dict[str, Any]]:
    """In a process of its own: what the timestamps behind a proof of ours prove, each by the one after it."""
    opened = _open(pdf[:end])
    try:
        assert opened is not None
        yield kept_of(opened[0], PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures, _registered(roots), wall)
    except MemoryError:
        raise
    except Exception:
        yield {"time": Time.WRONG}


def _registered(roots: bytes) -> list[Any]:
    try:
        return _authorities(roots)
    except ValueError:  # none, or what is no certificate
        return []


def _authorities(trust: bytes) -> list[Any]:
    return list(load_certs_from_pemder_data(trust))


_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_SIGNATURE_TRACES = (b"/ByteRange", b"/ETSI.CAdES.detached")
_IMAGE_OBJECT = re.compile(rb"/Subtype\s*/Image\b")  # an image's own entry is never compressed


def _unsigned(pdf: bytes) -> Verdict:
    if any(trace in pdf for trace in _SIGNATURE_TRACES) or b"%%EOF" not in pdf[-1024:]:
        return Verdict.ALTERED  # there was a signature and somebody broke it, or the file is cut off
    return Verdict.PICTURE if _IMAGE_OBJECT.search(pdf) else Verdict.FOREIGN


def _open(signed: bytes) -> tuple[EmbeddedPdfSignature, str] | None:
    """The only signature of the signed part and the number in its document information."""
    try:
        reader = PdfFileReader(BytesIO(signed))
        (signature,) = reader.embedded_signatures
        number = str(reader.trailer_view["/Info"]["/Keywords"])
    except MemoryError:
        raise
    except Exception:  # a hostile file makes a parser fail in any way, RecursionError included
        return None
    return (signature, number) if is_number(number) else None


def _seal(signature: EmbeddedPdfSignature, authorities: list[Any], moment: datetime) -> Verdict:
    context = ValidationContext(trust_roots=authorities, moment=moment, allow_fetching=False, signature_validator=national.Validator())
    try:
        status: PdfSignatureStatus = validate_pdf_signature(signature, context, skip_diff=True)
    except MemoryError:
        raise
    except Exception:
        return Verdict.ALTERED
    if not (status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE):
        return Verdict.ALTERED
    return Verdict.VALID if status.trusted else Verdict.FOREIGN
