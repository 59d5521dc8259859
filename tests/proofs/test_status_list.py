"""撤销状态清单: the form of the IETF, held against its own examples and read by programs that are not ours."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt

from domain.status_places import SIZE, scattered
from proofs import status_list
from proofs.status_list import StatusList, StatusListRefused
from tests.ledger.filing import NOW

PRIVATE, URI = b"k" * 48, "https://proofs.example/status-lists/0"
KEYS = status_list.public_keys(PRIVATE)
#: draft-ietf-oauth-status-list, its two examples: bits, `lst`, what each place says.
EXAMPLES = [
    (1, "eNrbuRgAAhcBXQ", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
    (2, "eNo76fITAAPfAgc", [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
]


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(("bits", "lst", "said"), EXAMPLES)
def test_the_examples_of_the_specification(bits: int, lst: str, said: list[int]) -> None:
    found = StatusList(URI, NOW, NOW, bits, status_list.unpacked(lst))
    assert [found.status(index) for index in range(len(said))] == said
    with pytest.raises(StatusListRefused, match="不在状态清单之内"):
        found.status(len(found.packed) * 8 // bits)


def test_we_write_the_example_of_the_specification() -> None:
    _, lst, said = EXAMPLES[0]
    ours = status_list.packed([index for index, one in enumerate(said) if one], len(said))
    assert zlib.decompress(decoded(ours)) == zlib.decompress(decoded(lst))


@pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated")
def test_read_by_another_library_and_by_hand() -> None:
    revoked = {0, 7, 8, 4711, SIZE - 1}
    token = status_list.signed(PRIVATE, URI, revoked, now=NOW)
    from authlib.jose import JsonWebKey, JsonWebToken

    claims = JsonWebToken(["ES256"]).decode(token, JsonWebKey.import_key_set(json.loads(json.dumps(KEYS))))
    assert claims.header["typ"] == "statuslist+jwt" and claims["sub"] == URI
    assert (claims["iat"], claims["exp"], claims["ttl"]) == (int(NOW.timestamp()), int(NOW.timestamp()) + 86400, 900)
    head, body, signature = token.split(".")
    x, y = (int.from_bytes(decoded(KEYS["keys"][0][name]), "big") for name in "xy")
    raw = decoded(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))  # raises where it does not hold
    bits = zlib.decompress(decoded(json.loads(decoded(body))["status_list"]["lst"]))
    assert {index for index in range(SIZE) if bits[index // 8] >> index % 8 & 1} == revoked
    assert "d" not in KEYS["keys"][0], "the public key alone"


def forged(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, leave: str = "") -> str:
    """Signed by our key, and yet wrong."""
    good = {"sub": URI, "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60, "status_list": {"bits": 1, "lst": EXAMPLES[0][1]}}
    said = {name: value for name, value in (good | (claims or {})).items() if name != leave}
    return jwt.encode({"alg": "ES256", "typ": "statuslist+jwt"} | (header or {}), said, status_list._key(PRIVATE), algorithms=["ES256"])


BOMB = base64.urlsafe_b64encode(zlib.compress(bytes(2**26), 9)).decode().rstrip("=")
OURS = status_list.signed(PRIVATE, URI, [5], now=NOW)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "签名不对"),
        ("a.b.c", "签名不对"),
        (OURS[:-8], "签名不对"),
        (OURS.replace(".", ".e30", 1), "签名不对"),
        (status_list.signed(b"x" * 48, URI, [], now=NOW), "签名不对"),
        (forged(header={"typ": "JWT"}), "不是撤销状态清单"),
        (forged({"status_list": {"bits": 3, "lst": EXAMPLES[0][1]}}), "不是撤销状态清单"),
        (forged({"status_list": {"bits": 1, "lst": EXAMPLES[0][1][:-4]}}), "不是撤销状态清单"),
        (forged({"status_list": {"bits": 1, "lst": BOMB}}), "不是撤销状态清单"),
        (forged({"status_list": "x"}), "不是撤销状态清单"),
        (forged(leave="exp"), "不是撤销状态清单"),
        (forged(leave="sub"), "不是撤销状态清单"),
        (status_list.signed(PRIVATE, URI, [], now=NOW + timedelta(hours=1)), "晚于现在"),
        (status_list.signed(PRIVATE, URI, [], now=NOW - timedelta(days=1, seconds=1)), "状态清单已过期"),
    ],
)
def test_what_tells_nothing_is_refused_by_name(token: str, said: str) -> None:
    with pytest.raises(StatusListRefused, match=said):
        status_list.read(token, KEYS, now=NOW)


def test_a_list_holds_to_its_last_second() -> None:
    token = status_list.signed(PRIVATE, URI, [5], now=NOW)
    assert status_list.read(token, KEYS, now=NOW + timedelta(days=1)).status(5) == 1


@given(st.integers(0, 2**31))
def test_places_are_given_once_each(salt: int) -> None:
    def order(step: int, half: int) -> int:
        return hash((salt, step, half))

    sample = [*range(300), SIZE - 1, SIZE // 2]
    found = [scattered(serial, _mixed(order)) for serial in sample]
    assert len(set(found)) == len(sample) and all(0 <= one < SIZE for one in found)


def _mixed(order: Callable[[int, int], int]) -> Callable[[int, int], int]:
    return lambda step, half: order(step, half) & 0xFFFF
