"""持证人授权 (obligation 6.3): what the citizen's telephone gave at the window, kept under the case's key until a source is asked.

A credential about a person: no event, message or answer says it, and with the case's key it is erased.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from domain.refusal import Refusal
from ledger.vault import CaseKey, Place
from settings import settings


class AuthorisationNotTaken(Refusal, code="authorisation_not_taken"):
    """The proof's source takes no holder's authorisation."""


def is_taken(source: str | None) -> bool:
    """Whether the source of this name asks by a holder's authorisation, as its file says."""
    return source in _taking(settings().sources_dir)


@lru_cache(maxsize=4)
def _taking(folder: Path) -> frozenset[str]:
    return frozenset(file.stem for file in folder.glob("*.toml") if "authorised" in tomllib.loads(file.read_text("utf-8")))


def sealed(key: CaseKey, number: str, authorisation: str | None) -> bytes | None:
    """As the verification of this number keeps it."""
    return None if authorisation is None else key.encrypt_text(_place(number), authorisation)


def opened(key: CaseKey, number: str, kept: bytes | None) -> str | None:
    """As it was handed over; None where none was."""
    return key.decrypt_text(_place(number), kept) if kept else None


def _place(number: str) -> Place:
    return Place("verifications", "authorisation", number)
