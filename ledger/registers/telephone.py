"""主动提供, confirmed on the applicant's own telephone (obligations 2.6, 2.7, reading 17): what stands in the address that he scans, and
the code that his telephone shows when he confirms, for the 代办员 to type.

No gateway for short messages is needed, and nothing is kept until he has confirmed: the address carries, encrypted, what he is asked
about, by ids and codes alone; who he is, the page reads from the case. A code is of one address and holds as long as it.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.masking import mask_name, mask_number
from domain.records import VoluntaryReason
from domain.refusal import Refusal
from ledger.cases import cases
from ledger.registers import voluntary
from ledger.tables.cases import Case, Party
from ledger.tables.registry import Matter
from ledger.vault import Place, VaultError, vault

LASTS = timedelta(minutes=10)  #: from the 代办员's click to the code typed
_PLACE = Place("voluntary_submissions", "confirmation", "address")
_FIGURES, _SECONDS = 6, 5  #: of a code; bytes of a time
_LONGEST = 2000  #: characters of an address


class ConfirmationOver(Refusal, code="confirmation_over"):
    """The address is none of ours, its time is over, or what it speaks of is gone."""


@dataclass(frozen=True)
class Asked:
    """What an applicant is asked to confirm. `once`: of the page that asked; `proof`: a code of the catalog or a name, as in the 台账."""

    once: UUID
    party: UUID
    proof: str
    reason: VoluntaryReason
    until: datetime


@dataclass(frozen=True)
class Shown:
    """The same in words, the person masked."""

    matter_name: str
    proof_name: str
    name: str
    id_number: str
    until: datetime

    def __repr__(self) -> str:
        return "Shown(…)"


def address_of(asked: Asked) -> str:
    """The last part of the address, short enough for a QR code that every telephone reads: opens nothing but this page."""
    text = f"{asked.reason.value}\x1f{asked.proof}".encode()
    packed = asked.once.bytes + asked.party.bytes + int(asked.until.timestamp()).to_bytes(_SECONDS, "big") + text
    return base64.urlsafe_b64encode(vault().encrypt(_PLACE, packed)).decode().rstrip("=")


def read(address: str, *, now: datetime) -> Asked:
    """Raises `ConfirmationOver`."""
    try:
        packed = vault().decrypt(_PLACE, base64.urlsafe_b64decode(address[:_LONGEST] + "=" * (-len(address) % 4)))
    except (ValueError, VaultError):
        raise ConfirmationOver from None
    reason, proof = packed[32 + _SECONDS :].decode().split("\x1f")
    until = datetime.fromtimestamp(int.from_bytes(packed[32 : 32 + _SECONDS], "big"), UTC)
    asked = Asked(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), proof, VoluntaryReason(reason), until)
    if is_past(asked.until, now):
        raise ConfirmationOver
    return asked


def show(session: Session, asked: Asked) -> Shown:
    """What the applicant reads. Raises `ConfirmationOver` where the case is destroyed or gone."""
    party = session.get(Party, asked.party)
    case = session.get(Case, party.case) if party else None
    if case is None or party is None or not case.data_key:
        raise ConfirmationOver
    person = cases.open_subject(party, cases.case_key(case))
    return Shown(
        matter_name=session.get_one(Matter, case.matter).name,
        proof_name=voluntary.name_of(session, asked.proof),
        name=mask_name(person.name),
        id_number=mask_number(person.id_number),
        until=asked.until,
    )


def code_of(address: str) -> str:
    """确认码: shown to who confirmed, of this very address."""
    return f"{int.from_bytes(vault().mark('hand in', address)[:8], 'big') % 10**_FIGURES:0{_FIGURES}d}"


def is_right(address: str, code: str) -> bool:
    return hmac.compare_digest(code_of(address).encode(), code.encode())


def evidence(asked: Asked, code: str) -> str:
    """What is kept of it: by its SHA-256 the 台账 knows it again."""
    return f"code {code} until {asked.until.isoformat()} for {asked.once}"
