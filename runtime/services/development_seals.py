"""演示印章的登记: the development seals enter the register by the same road as any other
(obligation 9.4): 申请, 制作 by two, 备案, 启用.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from domain.seals import KeyKind
from ledger.database import transaction
from ledger.sealing import certificates, seal_register
from ledger.sealing.seal_register import Filing
from ledger.tables.registry import Unit
from ledger.tables.seals import RegisteredSeal
from settings import settings
from tasks.sealing import seal_names

_UNIT = "370402-OFFICE"  #: of the sandbox's district: 区政府办公室(区大数据局)
_ASKS, _CONFIRMS = "system:up", "person:demo-admin"


def register_development_seals(folder: Path) -> None:
    """Those of the folder that are registered nowhere, in the place of a development seal that was in use; where a real seal is in
    use, or there is no unit yet, nothing. The same again changes nothing."""
    now = settings().now()
    for kind, name in seal_names().items():
        pem = (folder / f"{kind}.crt.pem").read_text()
        certificate = certificates.read(pem)
        with transaction() as session:
            known = session.scalar(select(RegisteredSeal.id).where(RegisteredSeal.fingerprint == certificate.fingerprint))
            units = session.scalars(select(Unit.code).where(Unit.active).order_by(Unit.code != _UNIT, Unit.code).limit(1)).first()
            before = seal_register.in_force(session, now=now).get(kind)
            if not certificate.development or known or units is None or (before and before.key_kind is not KeyKind.DEVELOPMENT):
                continue
            row = seal_register.apply(session, kind, name, units, before.id if before else None, now=now, actor=_ASKS)
            filing = Filing("演示,无备案", date(2022, 6, 28))
            seal_register.ask_making(session, row.id, pem, KeyKind.DEVELOPMENT, f"{kind}.key.pem", filing, now=now, actor=_ASKS)
            seal_register.confirm(session, row.id, now=now, actor=_CONFIRMS)
            seal_register.start(session, row.id, now=now, actor=_CONFIRMS)
