"""时间戳 (RFC 3161): what is asked for one signature, whether an answer is fit, and its place beside the signature (PAdES B-T).

Whatever is wrong with an answer has a code and raises `Unfit`: a server that cannot be relied on stamps nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, core, tsp, x509  # type: ignore[import-untyped]
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

# pyHanko tells in its log what it does not trust, with a traceback for each proof: here each has a code.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)

#: How far its clock may be from ours. Ours is compared with the database's (`ledger.timekeeping`).
TOLERANCE = timedelta(minutes=1)

#: Code on the record -> what operators read.
WORDS = {
    "bad_address": "地址不是 http 或 https 网址",
    "bad_roots": "签发机构证书文件 timestamps.ca.pem 无法读取",
    "away": "连接不上或连接中断",
    "slow": "应答太慢",
    "http": "没有按约定应答",
    "too_large": "应答过大",
    "not_timestamp": "应答不是时间戳",
    "refused": "拒绝签发",
    "other_digest": "时间戳是别的摘要的",
    "other_nonce": "时间戳是别的请求的",
    "other_time": "时间戳的时间与本机相差超过一分钟",
    "no_usage": "证书没有时间戳用途",
    "bad_signature": "时间戳的签名不正确",
    "untrusted": "证书不是登记的签发机构所发,或者不在有效期",
    "revoked": "证书已被吊销",
    "no_room": "时间戳过长,文件中放不下",
}


class Unfit(Exception):
    """No timestamp from this server. `code` is one of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """One request: SHA-256 of what is stamped, and a number that its answer must bear."""

    digest: bytes
    nonce: int

    @classmethod
    def about(cls, data: bytes) -> Asked:
        return cls.of(hashlib.sha256(data).digest())

    @classmethod
    def of(cls, digest: bytes) -> Asked:
        return cls(digest, secrets.randbits(63) | 1 << 62)

    @property
    def body(self) -> bytes:
        """TimeStampReq (DER): with the certificates, or nobody could check the answer later."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": self.digest}
        written: bytes = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": self.nonce, "cert_req": True}).dump()
        return written


#: Issuer (DER) and serial number of certificates that were revoked.
Revoked = frozenset[tuple[bytes, int]]


def judge(answer: bytes, asked: Asked, roots: Sequence[x509.Certificate], now: datetime, revoked: Revoked = frozenset()) -> cms.ContentInfo:
    """The token of an answer that is fit. `roots`: the registered authorities; none: any. Raises Unfit. Some 5 ms of CPU."""
    try:
        response = core.SequenceOf.load(answer, spec=core.Any, strict=True)  # asn1crypto's own takes no refusal: a token is missing there
        if response[0].parse(tsp.PKIStatusInfo)["status"].native not in ("granted", "granted_with_mods"):
            raise Unfit("refused")
        token = _fit(response[1].parse(cms.ContentInfo), asked, roots, now)
        if any((one.chosen.issuer.dump(), one.chosen.serial_number) in revoked for one in token["content"]["certificates"]):
            raise Unfit("revoked")
        return token
    except Unfit:
        raise
    except Exception:  # a parser fails in any way over what is no timestamp
        raise Unfit("not_timestamp") from None


def _fit(token: cms.ContentInfo, asked: Asked, roots: Sequence[x509.Certificate], now: datetime) -> cms.ContentInfo:
    signed = token["content"]
    said = signed["encap_content_info"]["content"].parsed
    if not isinstance(said, tsp.TSTInfo):
        raise Unfit("not_timestamp")
    imprint = said["message_imprint"]
    if (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native) != ("sha256", asked.digest):
        raise Unfit("other_digest")
    if said["nonce"].native != asked.nonce:
        raise Unfit("other_nonce")
    at = said["gen_time"].native
    if abs(at - now) > TOLERANCE:
        raise Unfit("other_time")
    status = _status(signed, asked, roots, at)
    usage = status.signing_cert.extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"] or "extended_key_usage" not in status.signing_cert.critical_extensions:
        raise Unfit("no_usage")  # RFC 3161, 2.3: for this alone
    if not (status.valid and status.intact):
        raise Unfit("bad_signature")
    if roots and not status.trusted:
        raise Unfit("untrusted")
    return token


def _status(signed: cms.SignedData, asked: Asked, roots: Sequence[x509.Certificate], at: datetime) -> TimestampSignatureStatus:
    context = ValidationContext(trust_roots=list(roots), moment=at, allow_fetching=False)
    found: dict[str, Any] = asyncio.run(validate_tst_signed_data(signed, context, lambda _: asked.digest))
    return TimestampSignatureStatus(**found)


_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+\d{1,10}\s*\]")


class Place:
    """Where the signature of a file that we have just sealed stands: no signature covers these bytes, so that a timestamp may join it."""

    def __init__(self, pdf: bytes) -> None:
        *_, last = _RANGE.finditer(pdf)
        self._pdf, self._start, self._end = pdf, int(last[1]) + 1, int(last[2]) - 1
        self._object = cms.ContentInfo.load(bytes.fromhex(pdf[self._start : self._end].decode("ascii")))
        (self._signer,) = self._object["content"]["signer_infos"]

    @property
    def signature(self) -> bytes:
        """What a timestamp is about (ETSI EN 319 122-1, 5.3)."""
        value: bytes = self._signer["signature"].native
        return value

    def with_token(self, token: cms.ContentInfo) -> bytes:
        """The file with it; as long as before. Raises Unfit where too little room was kept."""
        attribute = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        self._signer["unsigned_attrs"] = cms.CMSAttributes([attribute])
        written: bytes = self._object.dump().hex().upper().encode()  # as it was written; a check takes no other
        if len(written) > self._end - self._start:
            raise Unfit("no_room")
        return self._pdf[: self._start] + written.ljust(self._end - self._start, b"0") + self._pdf[self._end :]
