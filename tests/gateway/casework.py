"""What the flow does to a verification, done by hand through the ledger's own functions: no state is set directly."""

from __future__ import annotations

import re
from uuid import uuid4

from connectors.seal import LocalSeals, SealUse
from connectors.timestamps import servers_of
from domain.methods import Method
from domain.share import Candidate, Finding, ShareOutcome
from gateway.app import ROUTERS
from gateway.edge.authentication import ApiRoute
from ledger.casework import delivery
from ledger.database import transaction
from ledger.inbox import requests
from ledger.lifecycle import leases
from ledger.lifecycle.moves import Lease
from ledger.methods import sharing
from ledger.sealing import sealing, status_lists
from ledger.tables.verifications import Verification
from proofs.code import code_digest, new_code, verify_url
from proofs.page import SEAL_BOX, ProofPage, render
from settings import settings

FIELDS = {"户主姓名": "演示甲子", "与户主关系": "户主", "户别": "家庭户", "住址": "山东省枣庄市市中区演示路1号"}
OWNER = "test/1"


def lease(number: str) -> Lease:
    with transaction() as session:
        held = leases.acquire(session, number, OWNER)
    assert held is not None
    return held


def release(number: str) -> None:
    with transaction() as session:
        row = session.get_one(Verification, number)
        leases.release(session, Lease(number, OWNER, row.lease_token))


def look_up(number: str, outcome: ShareOutcome = ShareOutcome.FOUND, candidates: tuple[Candidate, ...] = ()) -> None:
    """Take the verification up and record what the share source said."""
    held, now = lease(number), settings().now()
    fields = FIELDS if outcome in (ShareOutcome.FOUND, ShareOutcome.MISMATCH) else {}
    found = Finding("licence_library", outcome, "演示来源的答复", fields, candidates, maker="演示来源单位")
    with transaction() as session:
        sharing.take_up(session, [held], "worker:test", now=now)
    with transaction() as session:
        sharing.record_finding(session, held, found, asked_at=now, now=now, actor="worker:test")
    release(number)


def ask(number: str) -> str:
    """Put the request into the issuing unit's inbox; gives its id."""
    held, now = lease(number), settings().now()
    with transaction() as session:
        sharing.take_up(session, [held], "worker:test", now=now)
    with transaction() as session:
        requests.ask(session, held, now=now, actor="worker:test")
    with transaction() as session:
        request = requests.open_request(session, number)
        assert request is not None
        identity = str(request.id)
    release(number)
    return identity


def seal_and_deliver(number: str, seals: LocalSeals, file: bytes = b"") -> tuple[str, bytes]:
    """Make, seal (with a timestamp where servers are configured) and deliver the proof; gives the QR code's secret and the file, which
    is `file` where one is given."""
    held, now, code = lease(number), settings().now(), new_code()
    with transaction() as session:
        found = sealing.evidence(session, number)
    with transaction() as session:
        use = sealing.start_use(session, held, found.seal, seals.key(found.seal), now=now, actor="worker:test")
    page = ProofPage(
        number=number,
        kind=found.about.entry.proof_name,
        body="演示。",
        fields=found.fields,
        requesting_unit=found.about.unit_name,
        making_unit=found.maker,
        retrieved_at=now,
        method=Method.DATA_SHARING.label,
        purpose=found.about.entry.matter_name,
        seal_name=settings().seal_share_name,
        verify_url=verify_url(settings().public_url, number, code),
        status=status_lists.place(use.serial) if use.serial is not None else None,
    )
    stamps = servers_of(settings().seals_dir)
    pdf = file or stamps.stamp(seals.sign(render(page), SealUse(str(use.id), number, use.seal, SEAL_BOX, room=stamps.room))).pdf
    with transaction() as session:
        signed = sealing.Signed(held, found.about, use, sealing.Sealed(pdf, code_digest(code), found.fields))
        sealing.store_proof(session, signed, now=now, actor="worker:test")
    release(number)
    deliver(number)
    return code, pdf


def deliver(number: str) -> None:
    held = lease(number)
    with transaction() as session:
        delivery.deliver(session, held, now=settings().now(), actor="worker:test")
    release(number)


def every_call() -> dict[str, tuple[str, str]]:
    """Each endpoint with a key, as a call about nothing that is there: its method and address."""
    named = {"year": "2027", "version": "1", "id": str(uuid4()), "mailing": str(uuid4())}
    return {
        route.name: (min(route.methods), re.sub(r"{(\w+)}", lambda name: named.get(name[1], "none"), route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, ApiRoute)
    }
