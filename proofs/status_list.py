"""撤销状态清单: which proofs are revoked, as one small signed file that anybody checks without us (IETF Token Status List, JWT).

A bit a proof, by the place that stands in its `proof.json`. What a stranger hands us as a list is read with the same care as any
other file: every fault has its words, and nothing is unpacked without a limit.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from domain.calendar import LOCAL
from domain.instants import is_past
from domain.refusal import Refusal
from domain.status_places import SIZE

MEDIA_TYPE = "application/statuslist+jwt"
HOLDS, REREAD = timedelta(days=1), timedelta(minutes=15)  #: `exp` and `ttl`
_TYPE, _ALGORITHM = "statuslist+jwt", "ES256"
_SKEW = timedelta(minutes=5)  #: between the clock that signed and the reader's


class StatusListRefused(Refusal):
    """Nothing can be concluded from this list; the text says why, in Chinese."""


@dataclass(frozen=True)
class StatusList:
    """A list that was read and holds. `packed`: the first place is the lowest bit of the first byte."""

    uri: str
    signed_at: datetime
    until: datetime
    bits: int
    packed: bytes

    def status(self, index: int) -> int:
        """0 valid, 1 revoked. Raises StatusListRefused for a place that it does not have."""
        if not 0 <= index < len(self.packed) * 8 // self.bits:
            raise StatusListRefused("这份证明的位置不在状态清单之内,请核对清单和证明是否来自同一系统。")
        per_byte = 8 // self.bits
        return self.packed[index // per_byte] >> (index % per_byte * self.bits) & (1 << self.bits) - 1


def packed(revoked: Iterable[int], size: int = SIZE) -> str:
    """`lst` of one bit a place: packed, DEFLATE in ZLIB, base64url."""
    found = bytearray(size // 8)
    for index in revoked:
        found[index // 8] |= 1 << index % 8
    return base64.urlsafe_b64encode(zlib.compress(bytes(found), 9)).rstrip(b"=").decode()


def unpacked(lst: str, most: int = SIZE) -> bytes:
    """The bytes of `lst`. Raises ValueError for what is none, or is more than `most` bytes."""
    stream = zlib.decompressobj()
    found = stream.decompress(base64.b64decode(lst + "=" * (-len(lst) % 4), b"-_", validate=True), most)
    if not stream.eof or stream.unconsumed_tail:
        raise ValueError("not whole, or too large")
    return found


def public_keys(private: bytes) -> dict[str, Any]:
    """The key under which our lists stand, as a JWK set."""
    return {"keys": [_key(private).as_dict(private=False) | {"use": "sig", "alg": _ALGORITHM}]}


def signed(private: bytes, uri: str, revoked: Iterable[int], *, now: datetime) -> str:
    """The list of this address as a JWT. `private`: 48 secret bytes, from which an ECDSA key on P-256 comes."""
    key = _key(private)
    claims = {
        "sub": uri,
        "iat": int(now.timestamp()),
        "exp": int((now + HOLDS).timestamp()),
        "ttl": int(REREAD.total_seconds()),
        "status_list": {"bits": 1, "lst": packed(revoked)},
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid, "typ": _TYPE}, claims, key, algorithms=[_ALGORITHM])


def read(token: str, keys: Mapping[str, Any], *, now: datetime) -> StatusList:
    """A list that somebody saved, by the keys (a JWK set) that he trusts. Raises StatusListRefused; a stale one is told by name."""
    try:
        found = jwt.decode(token.strip(), KeySet.import_key_set(dict(keys)), algorithms=[_ALGORITHM])  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        raise StatusListRefused("状态清单的签名不对,或者不是用所给的公钥签的。请从核验系统重新下载清单和公钥。") from None
    try:
        said = found.claims["status_list"]
        bits, lst, uri = int(said["bits"]), unpacked(said["lst"]), str(found.claims["sub"])
        since, until = (datetime.fromtimestamp(int(found.claims[name]), LOCAL) for name in ("iat", "exp"))
        if found.header.get("typ") != _TYPE or bits not in (1, 2, 4, 8):
            raise ValueError
    except (ValueError, KeyError, TypeError, OverflowError, zlib.error):
        raise StatusListRefused("文件签名正确,但不是撤销状态清单,或者内容不完整。请重新下载。") from None
    if since > now + _SKEW:
        raise StatusListRefused(f"状态清单的签发时间({since:%Y-%m-%d %H:%M})晚于现在。请核对本机时钟后重试。")
    if is_past(until, now):
        raise StatusListRefused(
            f"状态清单已过期(签发于 {since:%Y-%m-%d %H:%M},有效至 {until:%Y-%m-%d %H:%M}),不能据此判断是否撤销。请重新下载。"
        )
    return StatusList(uri, since, until, bits, lst)


#: The order of P-256 (FIPS 186-5): a key is one of as many numbers, less one.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signing_key(private: bytes) -> ec.EllipticCurvePrivateKey:
    """The key of our lists, and of the words in our codes."""
    number = int.from_bytes(private, "big") % (_ORDER - 1) + 1  # 16 bytes more than the order has: no bias (FIPS 186-5 A.2.1)
    return ec.derive_private_key(number, ec.SECP256R1())


def _key(private: bytes) -> ECKey:
    key = ECKey.import_key(signing_key(private))
    key.ensure_kid()
    return key
