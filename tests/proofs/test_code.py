from __future__ import annotations

import base64

from proofs.code import code_digest, new_code, verify_url


def test_a_code_holds_128_bits_and_is_never_the_same():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(base64.urlsafe_b64decode(code + "==")) for code in codes} == {16}


def test_the_digest_is_plain_sha256():
    # FIPS 180-2, the vector for "abc"
    assert code_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_address_leads_to_the_verification_page():
    assert verify_url("https://x.example/", "HY1", "c-_") == "https://x.example/verify/HY1?c=c-_"
