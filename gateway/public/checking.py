"""验真: what the public pages say of a number or of a file, as documents that page and JSON share."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from domain.identity import tidy
from domain.masking import mask_name, mask_number, mask_value
from domain.numbers import is_number
from domain.origins import OriginOf
from domain.revocations import reason_words
from domain.spelling import same_name, words
from gateway.edge.problems import Problem
from gateway.public.judging import judged
from gateway.public.verify_schemas import CheckedUpload, Compared, FactOut, PublicFields, PublicOut, SealedWhen
from ledger.audit import record_access
from ledger.database import transaction
from ledger.oversight import origins
from ledger.sealing import publication
from ledger.sealing.publication import Printed, ProofStatus
from proofs.code import code_digest
from proofs.facts import Facts
from proofs.verdicts import Verdict
from settings import settings

_TEXTS = {
    ProofStatus.VALID: "本系统出具过这个编号的电子证明,现行有效。",
    ProofStatus.EXPIRED: "本系统出具过这个编号的电子证明,但已超过有效期,不应再采用。",
    ProofStatus.REVOKED: "本系统出具过这个编号的电子证明,{ended}。不应再采用。",
}
_WITHOUT_CODE = "编号可能被抄到伪造的纸上:请扫描证明上的二维码核对内容,或上传原始文件检查。"
_WRONG_CODE = "核验码不正确,因此不显示证明内容。请直接扫描证明上的二维码;仍不正确的,这份证明可能是伪造的。"
_WITH_CODE = "请把下列内容与手中的证明逐项对照;隐藏的内容(*)请照证明填写后核对。不一致的,手中的证明可能是伪造或变造的。"
#: What a file is that was made here, whether or not it still holds.
_GENUINE = {Verdict.VALID, Verdict.EXPIRED, Verdict.REVOKED}

_ID_NUMBER = re.compile(r"[0-9A-Z]{18}")  #: whatever its label says


def check_number(
    number: str, code: str | None, address: str = "", typed: Mapping[str, str] | None = None, admit: Callable[[str], None] = lambda _: None
) -> PublicOut:
    """Whether a proof of this number holds; its masked content for who holds the code. Raises `proof_unknown`.

    `typed`: what is printed on the paper in somebody's hand, by label: told equal or not, for who holds the code, as often
    as `admit` allows. Where a mask hides what decides (已婚, 未婚), an altered paper is found out by this alone.
    """
    now = settings().now()
    with transaction() as session:
        found = publication.find(session, number, now=now) if is_number(number) else None
        if found is None:
            raise Problem("proof_unknown")
        # Compared in constant time, and always: how long an answer takes must not tell how much of a code was right.
        right = hmac.compare_digest(code_digest(code or ""), found.code_digest)
        fields = None
        compared = None
        if right:
            if typed is not None:
                admit(number)
            shown = publication.printed(session, number, found.proof)
            fields = _masked(shown)
            if typed is not None:
                compared = {label: _compared(shown, label, text) for label, text in typed.items() if text.strip()}
            what = "public_check" if typed is None else "public_compare"
            record_access(session, number, what, actor="public", unit=None, now=now)
            _note(session, number, address, now)
    facts = Facts(ours=right or None, current=found.standing is ProofStatus.VALID)
    return PublicOut(
        number=number,
        standing=found.standing.value,
        text=_TEXTS[found.standing].format(ended=found.ended),
        revoked_at=found.proof.revoked_at,
        revoked_why=reason_words(found.proof.revoked_why) if found.proof.revoked_at else None,
        replaced_by=found.replaced_by,
        made_at=found.proof.made_at if right else None,
        valid_until=found.proof.valid_until if right else None,
        code_right=right if code else None,
        proof=fields,
        compared=compared,
        facts=FactOut.all_of(facts, by_number=True),
        hint=_WITH_CODE if right else _WRONG_CODE if code else _WITHOUT_CODE,
        demonstration=settings().seal_development,
    )


def check_file(content: bytes, address: str = "") -> CheckedUpload:
    """The verdict on a file, judged in memory."""
    now = settings().now()
    found = judged(content, _authorities(settings().seals_dir), now)
    if found.number and found.verdict in _GENUINE:
        with transaction() as session:
            _note(session, found.number, address, now)
    demonstration = settings().seal_development
    facts = FactOut.all_of(found.facts)
    return CheckedUpload(
        code=found.verdict.value,
        text=found.text,
        number=found.number,
        facts=facts,
        sealed=SealedWhen.of(found.when) if found.when else None,
        algorithm=found.algorithm,
        demonstration=demonstration,
    )


def _note(session: Session, number: str, address: str, now: datetime) -> None:
    """That somebody who holds the proof looked, from one more place (obligation 16.9)."""
    if address:
        origins.note(session, OriginOf.PROOF, number, address, now=now)


@lru_cache(maxsize=1)
def _authorities(folder: Path) -> bytes:
    """The certificates under which our seals stand."""
    try:
        return (folder / "ca.crt.pem").read_bytes()
    except OSError:
        raise Problem("check_unavailable") from None


def _masked(shown: Printed) -> PublicFields:
    return PublicFields(
        kind=shown.kind,
        matter_name=shown.matter_name,
        requesting_unit=shown.requesting_unit,
        maker=shown.maker,
        result=shown.result,
        otherwise=shown.otherwise,
        fields={label: _mask(label, value) for label, value in shown.content},
    )


def _mask(label: str, value: str) -> str:
    if _is_number(label) or _ID_NUMBER.fullmatch(value.upper()):
        return mask_number(value)
    return mask_name(value) if _is_name(label) else mask_value(value)


def _compared(shown: Printed, label: str, typed: str) -> Compared:
    """The masks' own rules of what is a name and what a number; a label may stand twice on a page."""
    printed = [value for name, value in shown.content if words(name) == words(label)]
    if not printed:
        return Compared.NOT_PRINTED
    return Compared.SAME if any(_same(label, value, typed) for value in printed) else Compared.DIFFERS


def _same(label: str, printed: str, typed: str) -> bool:
    if _is_number(label):
        return tidy(printed) == tidy(typed)
    return same_name(printed, typed) if _is_name(label) else words(printed) == words(typed)


def _is_number(label: str) -> bool:
    return label.endswith(("号码", "代码"))


def _is_name(label: str) -> bool:
    return "姓名" in label
