"""可离线核对的二维码: behind the `#` of the code's address stands a signed word by which a telephone judges a paper without us.

    1 byte form · 2 bytes list · 3 bytes place in it · 4 bytes end of validity (Unix) · 16 bytes digest · 64 bytes signature (ES256)

all in base64url: 120 characters, read by gateway/assets/verify.offline.js. A browser sends nothing of what follows a `#`, and a
telephone that only opens the address loses nothing. Nobody's data stand in it: the digest is of what the reader types from the paper,
under the code that is on the paper alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from proofs.status_list import signing_key

_FORM, _HEAD = 1, struct.Struct(">BH3sI16s")
_SAID = b"proofless code\x00"  #: nothing else that this key signs begins so


@dataclass(frozen=True)
class SignedCode:
    """What the code of one proof says. `until` aware; `digest` as `digest_of` makes it."""

    number: str
    listed: int  #: the number of its list of revoked proofs
    index: int  #: its place there
    until: datetime
    digest: bytes


def digest_of(code: str, number: str, *read: str) -> bytes:
    """Of what a reader can read on the paper: 证明名称, 核验结论, 姓名, 证件号码; however he spaces and writes it. 16 bytes."""
    said = "\x1f".join("".join(unicodedata.normalize("NFKC", text).split()).upper() for text in (number, *read))
    return hmac.digest(code.encode(), said.encode(), hashlib.sha256)[:16]


def signed(private: bytes, code: SignedCode) -> str:
    """The word behind the `#`. `private`: as for `proofs.status_list`, whose key it is."""
    head = _HEAD.pack(_FORM, code.listed, code.index.to_bytes(3, "big"), int(code.until.timestamp()), code.digest)
    r, s = decode_dss_signature(signing_key(private).sign(_SAID + code.number.encode() + b"\x00" + head, ec.ECDSA(SHA256())))
    return base64.urlsafe_b64encode(head + r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
