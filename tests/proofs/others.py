"""Documents of other projects, signed well, oddly or not at all: none of them is kept here, only the digest of each, what is expected and
what the check says (`others.txt`; docs/checked-documents.md tells where they come from).

A line: the set, the first 20 digits of the SHA-256, what is expected, what the public page says, what is said with their authority in place
of ours. Expected: whether what the first signature covers is intact, and whether it covers the whole file, each `+`, `-` or `?`; `none`: no
signature.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, pem, x509

from proofs import pdf_judgement
from proofs.check import check
from proofs.container import container_of
from proofs.verdicts import CheckResult, KnownProof, Verdict
from tests.proofs.samples import NUMBER

LIST = Path(__file__).with_name("others.txt")
NOW = datetime(2026, 11, 30, tzinfo=UTC)
_SIGNS = {True: "+", False: "-", None: "?"}


@dataclass(frozen=True)
class Document:
    set: str
    digest: str
    expected: str
    public: str
    facts: str  #: the four, with their authority for ours


def listed() -> dict[str, Document]:
    """By digest."""
    rows = (line.split() for line in LIST.read_text("ascii").splitlines())
    return {digest: Document(name, digest, expected, public, facts) for name, digest, expected, public, facts in rows}


@cache
def found(folder: Path) -> list[tuple[Document, Path]]:
    """Those in the folder and below it that are listed, whatever they are called, each once."""
    known, there = listed(), []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and 0 < file.stat().st_size < 2**23:
            document = known.pop(hashlib.sha256(file.read_bytes()).hexdigest()[:20], None)
            if document is not None:
                there.append((document, file))
    return there


def said(result: CheckResult) -> str:
    facts = result.facts
    return "".join(_SIGNS[so] for so in (facts.intact, facts.ours, facts.current, facts.whole))


def with_their_authority(content: bytes, ours: bytes) -> CheckResult:
    """Its own topmost certificate for ours, at a moment at which its certificates are valid; `ours` where it names none."""
    trust, moment = _authority(content) or (ours, NOW)
    return check(content, trust, lambda _: None, moment, wall=NOW)


def in_this_process(patch: pytest.MonkeyPatch) -> None:
    """What the check has read in a process of its own is read here: a thousand documents take a minute less."""
    patch.setattr(pdf_judgement, "read", lambda function, *given, limits: json.loads(json.dumps(list(function(*given)))))


def as_a_proof(content: bytes, patch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What is said of it if it bore a number of ours, where the ledger knows what its first signature covers, and where it does not."""
    authority, container = _authority(content), container_of(content)
    assert authority is not None and container is not None
    trust, moment = authority
    opened = pdf_judgement._open
    patch.setattr(pdf_judgement, "_open", lambda signed: (opened(signed)[0], NUMBER))
    record = KnownProof(hashlib.sha256(content[: container.end]).hexdigest(), moment)
    known = check(content, trust, lambda _: record, moment, wall=NOW)
    unknown = check(content, trust, lambda _: None, moment, wall=NOW)
    assert known.verdict in {Verdict.VALID, Verdict.LATER_REVISION} and unknown.verdict in {Verdict.UNKNOWN_HERE, Verdict.LATER_REVISION}
    return said(known), said(unknown)


def _authority(content: bytes) -> tuple[bytes, datetime] | None:
    """The last certificate that leads from the first signature's, and a moment at which all on the way are valid: that at which it says
    it was signed, if it is one."""
    container = container_of(content)
    try:
        assert container is not None
        signed = cms.ContentInfo.load(container.cms)["content"]
        signer = signed["signer_infos"][0]
        held = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
        way = [next(one for one in held if _is(one, signer["sid"]))]
        by_name = {one.subject.dump(): one for one in held}
        while (above := by_name.get(way[-1].issuer.dump())) is not None and above not in way:
            way.append(above)
        spans = [one["tbs_certificate"]["validity"] for one in way]
        first, last = max(one["not_before"].native for one in spans), min(one["not_after"].native for one in spans)
        times = [one["values"][0].native for one in signer["signed_attrs"] or () if one["type"].native == "signing_time"]
    except (AssertionError, ValueError, TypeError, KeyError, IndexError, StopIteration):
        return None
    moment = times[0] if times and first <= times[0] <= last else first + (last - first) / 2
    return pem.armor("CERTIFICATE", way[-1].dump()), moment


def _is(one: x509.Certificate, identifier: Any) -> bool:
    if identifier.name == "issuer_and_serial_number":
        wanted = identifier.chosen
        return bool(one.issuer == wanted["issuer"] and one.serial_number == wanted["serial_number"].native)
    return bool(one.key_identifier == identifier.chosen.native)


_KINDS = {
    "++": "signed, the whole file",
    "+-": "signed, more behind it",
    "-": "changed, or signed wrongly",
    "?": "a signature that no other reader judges",
    "none": "not signed",
}


def kind(document: Document) -> str:
    return _KINDS[document.expected if document.expected in _KINDS else document.expected[0]]


def outcome(document: Document) -> str:
    """With their authority for ours: as expected, not judged, or another thing than expected."""
    if document.expected == "none":
        return "as expected" if document.facts[0] != "+" else "otherwise"
    intact, whole = document.expected
    ours = document.facts[0]
    if ours == "?":
        return "not judged"
    if intact in "+-" and intact != ours:
        return "otherwise"
    return "otherwise" if ours == "+" and whole in "+-" and whole != document.facts[3] else "as expected"


def table() -> str:
    """By set and kind, in Markdown."""
    rows = Counter((one.set, kind(one), one.public, outcome(one)) for one in listed().values())
    order, lines = list(_KINDS.values()), []
    for name, what in sorted({(name, what) for name, what, _, _ in rows}, key=lambda one: (one[0], order.index(one[1]))):
        own = {key[2:]: count for key, count in rows.items() if key[:2] == (name, what)}
        public = Counter[str]()
        judged = Counter[str]()
        for (verdict, result), count in own.items():
            public[verdict] += count
            judged[result] += count
        told = ", ".join(f"{count} `{verdict}`" for verdict, count in sorted(public.items()))
        cells = (str(judged[result]) if judged[result] else "–" for result in ("as expected", "not judged", "otherwise"))
        lines.append(f"| {name} | {what} | {public.total()} | {told} | {' | '.join(cells)} |")
    head = "| set | kind | documents | the public page says | with their authority for ours: as expected | not judged | otherwise |"
    return "\n".join([head, "|-|-|-|-|-|-|-|", *lines])
