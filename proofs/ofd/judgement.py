"""OFD 验真 (obligation 11.1; GB/T 33190, GB/T 38540): whether an OFD is a proof of ours, unchanged and still valid.

What reads it runs in a process of its own: the package may hold anything, and whatever is wrong with it becomes a verdict.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from asn1crypto import pem, x509  # type: ignore[import-untyped]
from cryptography.exceptions import InvalidSignature

from domain.numbers import is_number
from domain.status_places import Place
from guomi import ofd, ses, sm2
from isolation.process import Limits, loads, read
from proofs.sealed_when import when
from proofs.stamp_revocations import NOTHING_REVOKED, Revocations
from proofs.verdicts import CheckResult, KnownProof, Verdict, standing

loads(__name__)
#: What the reading of one file may use: an honest one takes some MB and a fifth of a second.
LIMITS = Limits(memory=256 * 2**20, seconds=10, patience=60, output=2**16)
_PARTS, _LARGEST, _ALL = 200, 16 * 2**20, 48 * 2**20
"""A proof has a dozen parts of 150 KB in all: what is more is none."""
_OFD = f"{{{ofd.NAMESPACE}}}"


def judge(
    content: bytes,
    trust: bytes,
    known: Callable[[str], KnownProof | None],
    now: datetime,
    *,
    roots: bytes = b"",
    wall: datetime | None = None,
    revocations: Revocations = NOTHING_REVOKED,
) -> CheckResult:
    """The verdict on an OFD, as `proofs.check.check`.

    1. The signature must be one with an electronic seal under our authority, and cover the description beside it, which names each
       part by its SM3; the parts must be so. What it does not name was added later.
    2. Seal, its maker's and its user's certificate must have been valid at the moment that the ledger gives.
    3. The ledger must know the number and the digest of exactly this file, and must not have ended it. Where more was added, what was
       sealed is packed again as it was, and the ledger asked about that.

    Under our authority others may seal, too: as with PDF, what bears no number of ours is not called altered where nothing in it
    contradicts its seal. `roots`, `wall` and `revocations` are for timestamps, which an OFD has none of.
    """
    (about,) = read(_opened, content, trust, limits=LIMITS)
    if about["verdict"]:
        return CheckResult(Verdict(about["verdict"]))
    number = about["number"]
    record = known(number) if number else None
    first, last = (datetime.fromisoformat(one) for one in about["held"])
    if not first <= (record.sealed_at if record else now) <= last:
        return CheckResult(Verdict.FOREIGN)
    if not number:
        return CheckResult(Verdict.OTHER_PAPER, appended=about["later"])
    digest = hashlib.sha256(content).hexdigest()
    stands = Verdict.UNKNOWN_HERE if about["later"] else standing(record, digest, now)  # without the ledger `known` knows any digest
    if record is None:
        return CheckResult(Verdict.LATER_REVISION if about["later"] else stands, number)
    sealed = when(None, record.sealed_at)
    if stands is not Verdict.UNKNOWN_HERE:
        return CheckResult(stands, number, ended=record.ended if stands is Verdict.REVOKED else "", when=sealed)
    if (before := standing(record, about["as_sealed"], now)) is not Verdict.UNKNOWN_HERE:
        return CheckResult(Verdict.LATER_REVISION, number, before is Verdict.VALID, when=sealed)
    return CheckResult(Verdict.LATER_REVISION if about["later"] else stands, number)


def place_of(content: bytes) -> Place | None:
    """Where a genuine proof stands in the lists of revoked ones, as its `proof.json` says; None: it names no place."""
    (said,) = read(_attached, content, limits=LIMITS)
    return Place(said["uri"], said["idx"]) if said else None


def _attached(content: bytes) -> Iterator[dict[str, Any] | None]:
    """In a process of its own: what `proof.json` says of its place."""
    try:
        said = json.loads(_parts(content)[ofd.ATTACHED])["status"]["status_list"]
        yield {"uri": str(said["uri"]), "idx": int(said["idx"])}
    except MemoryError:
        raise
    except Exception:  # sealed before there were lists, or not by us
        yield None


def _opened(content: bytes, trust: bytes) -> Iterator[dict[str, Any]]:
    """In a process of its own: a verdict, or the number that stands in what the seal covers, from when until when seal and certificates
    were valid, whether anything was added, and the digest of the file as it was sealed."""
    try:
        yield {"verdict": None, **_sealed(_parts(content), _authorities(trust), ofd.bare(content))}
    except MemoryError:
        raise
    except _NotOurs:
        yield {"verdict": Verdict.FOREIGN}
    except _Puzzle:
        yield {"verdict": Verdict.UNREADABLE}
    except Exception:  # a hostile file makes a parser fail in any way
        yield {"verdict": Verdict.ALTERED}


class _NotOurs(Exception):
    """Nothing in it says that we sealed it."""


class _Puzzle(Exception):
    """Somebody under our authority sealed it, and it is built as we build nothing."""


class _Altered(Exception):
    """It is not as it was sealed."""


def _sealed(files: dict[str, bytes], authorities: list[x509.Certificate], bare: bool) -> dict[str, Any]:
    """`bare`: as `ofd.bare` says of the package. Raises _NotOurs, _Altered, _Puzzle, or what a parser raises."""
    here = [name for name in ofd.OWN if name in files]
    value = files.get(ofd.VALUE)
    if not here or (value and not any(authority.subject.dump() in value for authority in authorities)):
        raise _NotOurs
    if len(here) < len(ofd.OWN):
        raise _Altered
    number = _number(files)
    try:
        found = _covering(files, number, authorities)
    except (_NotOurs, _Altered, MemoryError, InvalidSignature):
        raise
    except Exception:
        if number:  # what bears a number of ours is built as ours are
            raise
        raise _Puzzle from None
    return {**found, "later": found["later"] or bool(number and not bare)}  # others pack as they like


def _covering(files: dict[str, bytes], number: str, authorities: list[x509.Certificate]) -> dict[str, Any]:
    """Raises as `_sealed`."""
    described = files[ofd.SIGNATURE]
    held = ses.signature(files[ofd.VALUE], files[ofd.SEAL], f"/{ofd.SIGNATURE}", described, authorities)
    if not held.ours:
        raise _NotOurs
    covered, later = _covered(described), False
    for name, digest in covered.items():
        if name == ofd.SIGNATURES and digest == sm2.sm3(ofd.listed()) and files.get(name) != ofd.listed():
            later, files[name] = True, ofd.listed()  # another signature joined: what ours covers beside it is as it was
        if name not in files or sm2.sm3(files[name]) != digest:
            raise _Altered
    if number and not {ofd.ROOT, ofd.SIGNATURES} <= covered.keys():
        raise _Altered
    as_sealed = {name: files[name] for name in (*covered, *ofd.OWN)}
    return {
        "number": number,
        "held": [held.first.isoformat(), held.last.isoformat()],
        "later": later or bool(files.keys() - as_sealed.keys() - {ofd.SIGNATURES}),  # others leave the list open
        "as_sealed": hashlib.sha256(ofd.packed(as_sealed)).hexdigest(),
    }


def _number(files: Mapping[str, bytes]) -> str:
    """That of the document's information; "" without one of ours."""
    try:
        found = _root(files[ofd.ROOT]).findtext(f"{_OFD}DocBody/{_OFD}DocInfo/{_OFD}Keywords/{_OFD}Keyword") or ""
    except MemoryError:
        raise
    except Exception:  # nothing that can be read; whether it is damaged says the seal
        return ""
    return found if is_number(found) else ""


def _covered(described: bytes) -> Mapping[str, bytes]:
    """What the description names, in its order, with the SM3 of each. Raises ValueError where it digests otherwise or names one twice."""
    references = _root(described).find(f"{_OFD}SignedInfo/{_OFD}References")
    if references is None or references.get("CheckMethod") != ses.SM3:
        raise ValueError
    named = [
        (one.get("FileRef", "").removeprefix("/"), b64decode(one.findtext(f"{_OFD}CheckValue") or "", validate=True)) for one in references
    ]
    if len(dict(named)) < len(named) or any(name in ofd.OWN for name, _ in named):
        raise ValueError
    return dict(named)


def _root(part: bytes) -> ElementTree.Element:
    """What declares types or entities is refused unread; so is what is not UTF-8."""
    text = part.decode("utf-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError
    return ElementTree.fromstring(text)


def _parts(content: bytes) -> dict[str, bytes]:
    """Every part by its name, in the order of the package. Raises _NotOurs where it is larger or packed otherwise than any of ours, or a
    name leads elsewhere; _Altered where it says a name twice; BadZipFile and others where it is damaged."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        listed = [one for one in package.infolist() if not one.is_dir()]
        names = [one.filename for one in listed]
        if len(listed) > _PARTS or any(map(_leads_elsewhere, names)):
            raise _NotOurs
        if len({name.lower() for name in names}) < len(names):
            raise _Altered
        files, left = dict[str, bytes](), _ALL
        for one in listed:
            if one.flag_bits & 1 or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _NotOurs
            with package.open(one) as part:
                files[one.filename] = part.read(min(_LARGEST, left) + 1)  # whatever size it says, no more is unpacked
            left -= len(files[one.filename])
            if len(files[one.filename]) > _LARGEST or left < 0:
                raise _NotOurs
        return files


def _leads_elsewhere(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or "\0" in name or any(part in ("", ".", "..") for part in name.split("/"))


def _authorities(trust: bytes) -> list[x509.Certificate]:
    return [x509.Certificate.load(one) for _, _, one in pem.unarmor(trust, multiple=True)]
