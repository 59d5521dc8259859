"""吊销列表: which certificates under our registered authorities were revoked (CRL); kept inside a proof that is extended.

One file in the folder of the seals, `revocations.txt`: one address a line (`#` begins a remark), that of a responder behind `ocsp `
(`connectors.revocation_answers`). Without it no proof is extended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from asn1crypto import crl, pem  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.timestamp_token import TOLERANCE
from connectors.transport import tls

LIST = "revocations.txt"
_PATIENCE = 10.0  #: seconds for one list
_LARGEST = 4_194_304  #: bytes

#: Code on the record -> what operators read.
WORDS = {
    "away": "连接不上、太慢或没有给出吊销列表",
    "too_large": "吊销列表过大",
    "not_list": "不是吊销列表",
    "unknown_issuer": "不是印章或时间戳登记的颁发机构签发的,或签名不正确",
    "stale": "吊销列表或查询应答已过下次更新时间,或时间在将来",
    "not_answer": "不是吊销查询的应答",
    "refused": "吊销查询服务没有作答",
    "unknown_certificate": "吊销查询的应答没有说明所问的证书",
}


@dataclass(frozen=True)
class Revocations:
    """The lists that are good now. `faults`: address and code, of those that are not."""

    lists: tuple[crl.CertificateList, ...]
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def issuers(self) -> set[bytes]:
        """Subjects (DER) of the authorities that have said what they revoked."""
        return {one.issuer.dump() for one in self.lists}

    @property
    def revoked(self) -> frozenset[tuple[bytes, int]]:
        """Issuer (DER) and serial number of each certificate that was."""
        found = set()
        for one in self.lists:
            entries = one["tbs_cert_list"]["revoked_certificates"]
            found |= {(one.issuer.dump(), entry["user_certificate"].native) for entry in entries or ()}
        return frozenset(found)


class Unfit(Exception):
    """A list or an answer that is worth nothing. `code` is one of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def addresses(folder: Path) -> list[str]:
    """The lines that the folder names; none where it names none or the file cannot be read."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
    return [line for line in (text.partition("#")[0].strip() for text in lines) if line]


def fetch(urls: Sequence[str], authorities: Sequence[asn1_x509.Certificate], wall: datetime) -> Revocations:
    """Each list, judged: signed by one of the `authorities`, and good at `wall`. Blocks; raises nothing."""
    found, faults = [], dict[str, str]()
    for url in urls:
        try:
            found.append(_judged(asyncio.run(read(url)), authorities, wall))
        except Unfit as unfit:
            faults[url.rpartition("@")[2]] = unfit.code
    return Revocations(tuple(found), faults)


async def read(url: str, largest: int = _LARGEST, body: bytes | None = None, kind: str = "") -> bytes:
    """What an address gives, asked with a `body` of some `kind` or with none. Raises Unfit."""
    found = bytearray()
    headers = {"Content-Type": kind} if kind else {}
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            httpx.AsyncClient(timeout=_PATIENCE, verify=tls(), follow_redirects=False, trust_env=False) as client,
            client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as reply,
        ):
            if reply.status_code != httpx.codes.OK:
                raise Unfit("away")
            async for chunk in reply.aiter_bytes():
                found += chunk
                if len(found) > largest:
                    raise Unfit("too_large")
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise Unfit("away") from None
    return bytes(found)


def _judged(raw: bytes, authorities: Sequence[asn1_x509.Certificate], wall: datetime) -> crl.CertificateList:
    try:
        der = pem.unarmor(raw)[2] if pem.detect(raw) else raw
        read = x509.load_der_x509_crl(der)
        until = read.next_update_utc
        issuers = [x509.load_der_x509_certificate(one.dump()) for one in authorities if one.subject.dump() == read.issuer.public_bytes()]
        signed = any(read.is_signature_valid(one.public_key()) for one in issuers)  # type: ignore[arg-type]
        found = crl.CertificateList.load(read.public_bytes(Encoding.DER))
    except Exception:  # a parser fails in any way over what is no list
        raise Unfit("not_list") from None
    if not signed:
        raise Unfit("unknown_issuer")
    if read.last_update_utc - TOLERANCE > wall or until is None or until < wall:
        raise Unfit("stale")
    return found
