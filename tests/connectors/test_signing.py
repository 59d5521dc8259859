"""The vectors were made with `openssl dgst` and, for the wrapped key, with Java's own SHA1PRNG and AES."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.signing import SCHEMES, sign, unwrap_aes_sha1prng

NOW = datetime(2026, 3, 4, 2, 6, 40, 123000, tzinfo=UTC)  # 1772590000.123
VECTORS = [
    ("none", {}, "", "nonce-01", {}),
    (
        "gjgxjhpt",
        {"sid": "s_370402DEM_hydj_0001", "rid": "rid-demo@2022"},
        "demo-key-0001",
        "nonce-01",
        {
            "gjgxjhpt_sid": "s_370402DEM_hydj_0001",
            "gjgxjhpt_rid": "rid-demo@2022",
            "gjgxjhpt_rtime": "1772590000123",
            "gjgxjhpt_sign": "DeSPm+fdCGo7jgEYxb51chfLyvsmwFWyZ/x7qWXP+Aw=",
        },
    ),
    (
        "x-tif",
        {"paasid": "demo-paas"},
        "demo-token",
        "nonce-01",
        {
            "x-tif-paasid": "demo-paas",
            "x-tif-timestamp": "1772590000",
            "x-tif-nonce": "nonce-01",
            "x-tif-signature": "ef120a8d3a71e0f5acb249874054615badd5eae093fba9e9c2f2af4e30fd3d78",
        },
    ),
    (
        "x-client",
        {"client_id": "client-demo"},
        "demo-key-0001",
        "nonce-01",
        {
            "X-Client-Id": "client-demo",
            "X-Timestamp": "1772590000123",
            "X-Nonce": "nonce-01",
            "X-Signature": "rfmHWJXDSIV2BC2eqLL+Ws0dWEnHJh0bYDgOGUSsYCo=",
        },
    ),
]


@pytest.mark.parametrize(("scheme", "parameters", "key", "nonce", "headers"), VECTORS, ids=[v[0] for v in VECTORS])
def test_headers_of_each_scheme(scheme: str, parameters: dict[str, str], key: str, nonce: str, headers: dict[str, str]) -> None:
    assert sign(scheme, parameters, key, NOW, nonce) == headers
    assert SCHEMES[scheme].parameters == set(parameters)


def test_every_scheme_has_a_vector() -> None:
    assert {vector[0] for vector in VECTORS} == set(SCHEMES)


@pytest.mark.parametrize("value", ["", "服务", "a\r\nX-Evil: 1", "a\x00"])
def test_what_cannot_stand_in_a_header_is_refused_unseen(value: str) -> None:
    with pytest.raises(ValueError) as caught:
        sign("x-tif", {"paasid": value}, "key", NOW, "nonce")
    assert not value or value not in str(caught.value)


def test_a_wrapped_key_comes_out_as_java_put_it_in() -> None:
    wrapped = "UtgJumSOZNqEOW/LiBgJm1LYCbpkjmTahDlvy4gYCZvGd336pH3fZ7im3zvX7Yel"
    assert unwrap_aes_sha1prng(wrapped, "demo-app-key") == "0123456789abcdef" * 2


@pytest.mark.parametrize("wrapped", ["", "不是", "UtgJumSOZNqEOW/LiBgJmw==", "abc"])
def test_what_was_not_wrapped_for_us_is_a_value_error(wrapped: str) -> None:
    with pytest.raises(ValueError):
        unwrap_aes_sha1prng(wrapped, "another-key")
