"""请求签名: the ways in which share gateways want their requests signed, one table row each.

| scheme   | headers                                              | signature                                    |
|----------|------------------------------------------------------|----------------------------------------------|
| none     | none                                                 | the request body carries the access itself   |
| gjgxjhpt | gjgxjhpt_sid, _rid, _rtime (ms), _sign               | Base64(HMAC-SHA256(key, sid + rid + rtime))  |
| x-tif    | x-tif-paasid, -timestamp (s), -nonce, -signature     | hex(SHA-256(time + token + nonce + time))    |
| x-client | X-Client-Id, X-Timestamp (ms), X-Nonce, X-Signature  | Base64(HMAC-SHA256(key, id + time + nonce))  |

With `gjgxjhpt` the key itself is first exchanged, comes wrapped in the application key, and expires.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

Headers = dict[str, str]


@dataclass(frozen=True)
class Scheme:
    """One row of the table: the parameters that a source must name, and what makes the headers of them."""

    parameters: frozenset[str]
    headers: Callable[[Mapping[str, str], str, datetime, str], Headers]  #: parameters, key, now, nonce


def _milliseconds(now: datetime) -> str:
    return str(round(now.timestamp() * 1000))


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


def _none(parameters: Mapping[str, str], key: str, now: datetime, nonce: str) -> Headers:
    return {}


def _gjgxjhpt(parameters: Mapping[str, str], key: str, now: datetime, nonce: str) -> Headers:
    sid, rid, time = parameters["sid"], parameters["rid"], _milliseconds(now)
    return {"gjgxjhpt_sid": sid, "gjgxjhpt_rid": rid, "gjgxjhpt_rtime": time, "gjgxjhpt_sign": _hmac(key, sid + rid + time)}


def _x_tif(parameters: Mapping[str, str], key: str, now: datetime, nonce: str) -> Headers:
    time = str(int(now.timestamp()))
    return {
        "x-tif-paasid": parameters["paasid"],
        "x-tif-timestamp": time,
        "x-tif-nonce": nonce,
        "x-tif-signature": hashlib.sha256((time + key + nonce + time).encode()).hexdigest(),
    }


def _x_client(parameters: Mapping[str, str], key: str, now: datetime, nonce: str) -> Headers:
    client, time = parameters["client_id"], _milliseconds(now)
    return {"X-Client-Id": client, "X-Timestamp": time, "X-Nonce": nonce, "X-Signature": _hmac(key, client + time + nonce)}


SCHEMES: Mapping[str, Scheme] = {
    "none": Scheme(frozenset(), _none),
    "gjgxjhpt": Scheme(frozenset({"sid", "rid"}), _gjgxjhpt),
    "x-tif": Scheme(frozenset({"paasid"}), _x_tif),
    "x-client": Scheme(frozenset({"client_id"}), _x_client),
}


def sign(scheme: str, parameters: Mapping[str, str], key: str, now: datetime, nonce: str) -> Headers:
    """The headers of one signed request. `now` is the wall clock: the other side compares it with its own.

    Raises ValueError where a value cannot stand in a header, without showing it.
    """
    headers = SCHEMES[scheme].headers(parameters, key, now, nonce)
    if not all(value and value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError("a signing parameter is empty or not printable ASCII")
    return headers


def unwrap_aes_sha1prng(wrapped: str, key: str) -> str:
    """An exchanged key out of its wrapping: AES-128/ECB, whose key Java's SHA1PRNG draws from the application key.

    The first bytes that this generator gives after being seeded are SHA-1(SHA-1(seed)). Raises ValueError.
    """
    aes = hashlib.sha1(hashlib.sha1(key.encode()).digest()).digest()[:16]
    decryptor = Cipher(algorithms.AES(aes), modes.ECB()).decryptor()
    unpadder = PKCS7(128).unpadder()
    plain = decryptor.update(base64.b64decode(wrapped, validate=True)) + decryptor.finalize()
    return (unpadder.update(plain) + unpadder.finalize()).decode()
