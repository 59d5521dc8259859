"""长期有效 (PAdES B-LTA): behind a proof comes what a later check needs (certificates, revocation lists) and a timestamp over all of it.

Nothing that was sealed is touched: the file grows at its end, and its beginning is the proof as it was delivered. Each further timestamp
covers the one before, so that its word outlives that one's certificate.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms, ocsp, x509  # type: ignore[import-untyped]
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from connectors import revocation_lists
from connectors.revision import Revision
from connectors.revocation_answers import Responders
from connectors.revocation_lists import Revocations
from connectors.timestamps import ROOM, ROOTS, TimestampServers, Unstamped


@dataclass(frozen=True)
class Extended:
    """`appended` to the file, by which `server`, at what time; `until`: when the certificate of that timestamp ends. Aware, wall clock."""

    appended: bytes
    server: str
    at: datetime
    until: datetime

    def __repr__(self) -> str:
        return f"Extended({self.server}, {self.at:%F %T})"


@dataclass(frozen=True)
class Sources:
    """Who says what was revoked: the `lists` that are good now, and `responders` for the authorities that publish none."""

    lists: Revocations
    responders: Responders

    @property
    def revoked(self) -> frozenset[tuple[bytes, int]]:
        """Issuer (DER) and serial number of each certificate that is known to be."""
        return self.lists.revoked | self.responders.revoked

    @property
    def words(self) -> list[tuple[str, bool, datetime, bytes]]:
        """What was said, to be kept: what it is about (SHA-256 of the authority and its key, or of one certificate's authority and number),
        whether it is an answer, when it was said, and DER. Of answers those alone by which something is revoked."""
        lists = [
            (_digest(one.issuer.dump(), one.authority_key_identifier or b""), False, one["tbs_cert_list"]["this_update"].native, one.dump())
            for one in self.lists.lists
        ]
        said = self.responders.revoking.items()
        return lists + [
            (_digest(issuer, b"%d" % number), True, one.response_data["produced_at"].native, one.dump()) for (issuer, number), one in said
        ]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


class NotExtended(Exception):
    """Nothing was added. `faults`: who failed and a code of `timestamp_token.WORDS`, `revocation_lists.WORDS` or "no_list"."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(",".join(f"{who}:{code}" for who, code in faults.items()))
        self.faults = faults

    @property
    def of_this_file(self) -> bool:
        """Whether it says nothing about the next one: this one names an issuer for whom no list is configured."""
        return set(self.faults.values()) == {"no_list"}


def authorities(folder: Path) -> list[x509.Certificate]:
    """Those of our seals and of timestamps, as the folder has them."""
    found = []
    for name in ("ca.crt.pem", ROOTS):
        try:
            found += list(load_certs_from_pemder_data((folder / name).read_bytes()))
        except (OSError, ValueError):
            continue
    return found


def revocations(folder: Path, wall: datetime) -> Sources:
    """Those that the folder names: its lists, fetched and judged now, and its responders, not yet asked. Blocks."""
    named = [line.split() for line in revocation_lists.addresses(folder)]
    responders = Responders([line[-1] for line in named if line[0] == "ocsp"])
    lists = [line[-1] for line in named if line[0] != "ocsp"]
    return Sources(revocation_lists.fetch(lists, authorities(folder), wall), responders)


def extend(pdf: bytes, folder: Path, servers: TimestampServers, sources: Sources) -> Extended:
    """What makes the file last. Raises NotExtended where nobody says whether a certificate was revoked, or no server gives a timestamp.
    Blocks; some 100 ms of CPU."""
    reader = PdfFileReader(BytesIO(pdf))
    signatures = [*reader.embedded_regular_signatures, *reader.embedded_timestamp_signatures]
    known = {one.dump(): one for one in authorities(folder)}
    known |= {one.dump(): one for signature in signatures for one in _certificates(signature.signed_data)}
    answers = _answers(known.values(), sources)
    writer = Revision(BytesIO(pdf))
    newest = signatures[-1].pkcs7_content.hex().upper().encode()
    DocumentSecurityStore.supply_dss_in_writer(writer, newest, certs=list(known.values()), crls=list(sources.lists.lists), ocsps=answers)
    stamps = _Servers(servers, sources, known.values())
    place = PdfTimeStamper(stamps, field_name=f"Lasting{len(signatures)}")
    try:
        output: Any = place.timestamp_pdf(writer, "sha256", bytes_reserved=ROOM)
    except Unstamped as unstamped:
        raise NotExtended(unstamped.faults) from None
    whole = output.getvalue()
    assert whole.startswith(pdf) and stamps.token is not None
    at = stamps.token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    until = min(one.not_valid_after for one in _certificates(stamps.token["content"]) if one.issuer != one.subject)
    return Extended(whole[len(pdf) :], stamps.server, at, until)


def _unlisted(certificates: Iterable[x509.Certificate], lists: Revocations) -> list[x509.Certificate]:
    """Of whose authority no list speaks."""
    return [one for one in certificates if one.issuer != one.subject and one.issuer.dump() not in lists.issuers]


def _answers(known: Collection[x509.Certificate], sources: Sources) -> list[ocsp.OCSPResponse]:
    """About each that no list speaks of. Raises NotExtended."""
    faults = dict[str, str]()
    unlisted = _unlisted(known, sources.lists)
    found = [sources.responders.about(one, known, faults) for one in unlisted]
    unsaid = {one.issuer.human_friendly for one, answer in zip(unlisted, found, strict=True) if answer is None}
    if unsaid:
        raise NotExtended(sources.lists.faults | faults or dict.fromkeys(sorted(unsaid), "no_list"))
    return [answer.response for answer in found if answer is not None]


def _certificates(signed: cms.SignedData) -> Iterable[x509.Certificate]:
    """Of a signature and of the timestamp beside it."""
    yield from (one.chosen for one in signed["certificates"] or () if one.name == "certificate")
    for signer in signed["signer_infos"]:
        for attribute in signer["unsigned_attrs"] or ():
            if attribute["type"].native == "signature_time_stamp_token":
                for token in attribute["values"]:
                    yield from _certificates(token["content"])


class _Servers(TimeStamper):
    """Our servers, each answer judged, where pyHanko asks for one."""

    def __init__(self, servers: TimestampServers, sources: Sources, known: Collection[x509.Certificate]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._servers, self._sources, self._known = servers, sources, known
        self.server = ""
        self.token: cms.ContentInfo | None = None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        self.token, self.server = await asyncio.to_thread(self._fit, message_digest)
        return self.token

    def _fit(self, digest: bytes) -> tuple[cms.ContentInfo, str]:
        """A list says of all servers at once which was revoked, a responder only of a certificate that was seen: then the next is asked."""
        while True:
            before = self._sources.revoked
            token, server = self._servers.token(digest, before)
            known = [*self._known, *_certificates(token["content"])]  # an authority between it and its root is seen there alone
            for one in _unlisted(known, self._sources.lists):
                self._sources.responders.about(one, known, {})
            if self._sources.revoked == before:
                return token, server
