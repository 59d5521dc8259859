"""可离线核对的二维码: the word behind the address says what was signed, any other program checks it, and a copy of a copy is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
from datetime import UTC, datetime

import pytest
import typst
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from proofs import status_list
from proofs.code import new_code, qr_svg, verify_url
from proofs.signed_code import SignedCode, digest_of, signed
from tests.proofs.readers import red_channel

PRIVATE, NUMBER = bytes(range(48)), "HY202603047K3M9QXT"
UNTIL = datetime(2026, 6, 2, 15, 59, tzinfo=UTC)
READ = ("户籍证明", "属实", "演示甲子", "37040219900101001X")


def public_key() -> ec.EllipticCurvePublicKey:
    """As a reader has it: from the published set."""
    (key,) = status_list.public_keys(PRIVATE)["keys"]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "="), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def word() -> str:
    return signed(PRIVATE, SignedCode(NUMBER, 3, 0xABCDE, UNTIL, digest_of("c" * 22, NUMBER, *READ)))


def test_it_says_list_place_end_and_digest_under_our_signature() -> None:
    whole = base64.urlsafe_b64decode(word())
    assert len(word()) == 120 and "=" not in word()
    form, listed, place, until, digest = struct.unpack(">BH3sI16s", whole[:26])
    assert (form, listed, int.from_bytes(place, "big")) == (1, 3, 0xABCDE)
    assert datetime.fromtimestamp(until, UTC) == UNTIL
    expected = hmac.new(b"c" * 22, "\x1f".join((NUMBER, *READ)).encode(), hashlib.sha256).digest()[:16]
    assert digest == expected
    r, s = (int.from_bytes(part, "big") for part in (whole[26:58], whole[58:]))
    material = b"proofless code\x00" + NUMBER.encode() + b"\x00" + whole[:26]
    public_key().verify(encode_dss_signature(r, s), material, ec.ECDSA(SHA256()))
    for other in (material[:-1] + bytes([material[-1] ^ 1]), material.replace(b"HY2026", b"HY2027")):
        with pytest.raises(InvalidSignature):
            public_key().verify(encode_dss_signature(r, s), other, ec.ECDSA(SHA256()))


def test_how_somebody_spaces_and_types_it_makes_no_difference_and_whom_it_names_does() -> None:
    same = digest_of("c", NUMBER, " 户籍 证明", "属实", "演示　甲子", "37040219900101001x")
    assert same == digest_of("c", NUMBER, *READ)
    for at, other in enumerate(("未婚证明", "不属实", "演示乙丑", "370402199001010010")):
        assert digest_of("c", NUMBER, *READ[:at], other, *READ[at + 1 :]) != same
    assert digest_of("d", NUMBER, *READ) != same != digest_of("c", NUMBER[:-1] + "U", *READ)


def test_nobodys_data_stand_in_it() -> None:
    held = base64.urlsafe_b64decode(word())
    assert all(text.encode() not in held for text in READ)
    assert digest_of(new_code(), NUMBER, *READ) != digest_of(new_code(), NUMBER, *READ), "two proofs of one person are not told as such"


@pytest.mark.parametrize("dots", [75, 100, 200])
def test_the_code_is_read_from_a_coarse_copy_that_is_askew(dots: int) -> None:
    """44 mm wide as on the page, grey and turned, at so many dots an inch."""
    address = verify_url("https://zhengming.example.cn", NUMBER, new_code(), word())
    turned = f"rotate(4deg, image(bytes({json.dumps(qr_svg(address))}), width: 44mm))"
    sheet = f"#set page(width: 60mm, height: 60mm, margin: 6mm, fill: luma(80%))\n#place({turned})"
    png = typst.compile(sheet.encode(), format="png", ppi=dots)
    assert isinstance(png, bytes)
    assert [found.text for found in zxingcpp.read_barcodes(red_channel(png), formats=zxingcpp.BarcodeFormat.QRCode)] == [address]
