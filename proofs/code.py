"""核验码: the random code inside a proof's QR code, which opens its masked fields on the public page.

It exists in clear on the paper alone: the ledger keeps the digest, so that not even a copy of the database opens a
proof that somebody does not hold.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

import zxingcpp


def new_code() -> str:
    """A fresh code: 128 random bits as 22 characters that are safe in an address."""
    return secrets.token_urlsafe(16)


def code_digest(code: str) -> str:
    """SHA-256 of a code in hexadecimal: what the ledger stores. 128 random bits need no salt and no slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()


def verify_url(public_url: str, number: str, code: str, word: str = "") -> str:
    """What the QR code says: the public verification page of `number`, opened with `code`; behind it the signed word for who is offline."""
    return f"{public_url.rstrip('/')}/verify/{number}?c={code}" + (f"#{word}" if word else "")


def qr_svg(text: str) -> str:
    """The QR code of `text` as SVG, error correction M, without the quiet zone (the page leaves it)."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg: str = zxingcpp.write_barcode_to_svg(code, add_quiet_zones=False)
    return svg


def qr_picture(text: str) -> str:
    """`qr_svg` as the address of a picture (data URI)."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(text).encode()).decode()
