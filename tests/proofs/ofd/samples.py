"""A proof as OFD and what may be done to its package."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from connectors.seal import LocalSeals
from domain.proof_form import Form
from guomi.ofd import packed
from proofs.check import check
from proofs.ofd.document import render_ofd
from proofs.seal_image import draw_seal
from proofs.verdicts import CheckResult, KnownProof
from runtime.services.development_keys import ensure_development_seals
from tests.proofs.samples import NAMES, NUMBER, page, use

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SEALED_AT = datetime(2026, 11, 23, 18, 5, 9, tzinfo=UTC)


@cache
def folder() -> Path:
    """Development keys of SM2 with their electronic seals; for the whole process."""
    at = Path(_home().name) / "seals"
    ensure_development_seals(at, NAMES, "sm2")
    return at


@cache
def _home() -> TemporaryDirectory[str]:
    return TemporaryDirectory()


def seals(at: Path) -> LocalSeals:
    return LocalSeals(at, NAMES, True, draw_seal, Form.OFD)


def authority() -> bytes:
    return (folder() / "ca.crt.pem").read_bytes()


@cache
def unsealed() -> bytes:
    return render_ofd(page())


@cache
def sealed() -> bytes:
    return seals(folder()).sign(unsealed(), use())


def parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def changed(package: bytes, parts_of_it: Mapping[str, bytes | None]) -> bytes:
    """The package with these parts in the place of those of their names, or beside them; None: without."""
    return packed({name: one for name, one in {**parts(package), **parts_of_it}.items() if one is not None})


def judged(content: bytes, now: datetime = NOW, original: bytes | None = None, **known: object) -> CheckResult:
    """The verdict by a ledger that delivered `sealed()`."""
    record = KnownProof(**{"digest": hashlib.sha256(original or sealed()).hexdigest(), "sealed_at": SEALED_AT, **known})  # type: ignore[arg-type]
    return check(content, authority(), lambda number: record if number == NUMBER else None, now)


def said(found: CheckResult) -> str:
    return "".join({"yes": "+", "no": "-", "unknown": "?"}[one.verdict] for one in found.facts.told())
