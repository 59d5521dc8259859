"""Readers of a PDF that are not the library that wrote it: poppler where it is installed, Typst's own renderer."""

from __future__ import annotations

import os
import shlex
import shutil
import struct
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy
import pytest
import typst
import zxingcpp


def poppler(tool: str, *arguments: str | Path) -> str:
    """What a poppler tool prints; skips the test where poppler-utils is not installed."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} (poppler-utils) is not installed")
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def openssl(*arguments: str | Path) -> str:
    """What OpenSSL says, on either stream; skips the test where it is not installed or knows no SM2 (before 3.0, or built without)."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    if "SM2" not in subprocess.run(["openssl", "ecparam", "-list_curves"], capture_output=True, text=True, check=False).stdout:
        pytest.skip("this openssl knows no SM2")
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


_JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil")]


def bouncy_castle(program: str, file: bytes, authority: Path, folder: Path) -> str:
    """What a program of `tests/strangers` says of a file; skips the test where Java or Bouncy Castle is not installed (Debian:
    `apt-get install default-jdk-headless libbcpkix-java`)."""
    if shutil.which("java") is None or not all(one.exists() for one in _JARS):
        pytest.skip("Java or Bouncy Castle (Debian: default-jdk-headless, libbcpkix-java) is not installed")
    (folder / "stranger.bin").write_bytes(file)
    source = Path(__file__).parent.parent / "strangers" / f"{program}.java"
    command = ["java", "-cp", ":".join(map(str, _JARS)), str(source), str(folder / "stranger.bin"), str(authority)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout + done.stderr


VALIDATOR = "PROOFLESS_PDFA_VALIDATOR"
"""A command that takes files behind it and ends with 0 where each conforms to the PDF/A that it says it is: `verapdf`."""


def pdfa_validator(files: Mapping[str, bytes], folder: Path) -> tuple[bool, str]:
    """Whether each conforms, and what the validator said; skips the test where none is named."""
    if not (command := os.environ.get(VALIDATOR)):
        pytest.skip(f"{VALIDATOR} names no PDF/A validator (veraPDF: `verapdf`)")
    for name, pdf in files.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    named = [str(folder / f"{name}.pdf") for name in files]
    done = subprocess.run([*shlex.split(command), *named], capture_output=True, text=True, check=False, timeout=280)
    return done.returncode == 0, done.stdout + done.stderr


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "text.pdf").write_bytes(pdf)
    return poppler("pdftotext", "-raw", folder / "text.pdf", "-")


def qr_codes(pdf: bytes, folder: Path) -> list[str]:
    """The QR codes in the lower left part of an A4 page, as a camera would read them. In one of 250 bars of ITF are seen, too."""
    (folder / "page.pdf").write_bytes(pdf)
    part = b"#set page(width: 60mm, height: 80mm, margin: 0mm)\n#place(dx: -20mm, dy: -200mm, "
    source = part + b'image("page.pdf", width: 210mm, height: 297mm))'
    png = typst.compile(source, root=folder, format="png", ppi=150)
    assert isinstance(png, bytes)
    return [code.text for code in zxingcpp.read_barcodes(red_channel(png), formats=zxingcpp.BarcodeFormat.QRCode)]


def red_channel(png: bytes) -> numpy.ndarray:
    """Decodes an 8-bit RGBA PNG: nothing in the lock does, and a whole imaging library for one test is too much."""
    width, height = struct.unpack_from(">II", png, 16)
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride, above = zlib.decompress(data), width * 4, bytearray(width * 4)
    rows = []
    for y in range(height):
        start = y * (stride + 1)
        method, row = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for x in range(stride):
            left, corner = (row[x - 4], above[x - 4]) if x >= 4 else (0, 0)
            row[x] = (row[x] + _predicted(method, left, above[x], corner)) & 255
        rows.append(row[::4])
        above = row
    return numpy.array(rows, dtype=numpy.uint8)


def _predicted(method: int, left: int, above: int, corner: int) -> int:
    if method < 4:
        return (0, left, above, (left + above) // 2)[method]
    distances = [abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)]
    return (left, above, corner)[distances.index(min(distances))]
