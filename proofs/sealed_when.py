"""用印时间: when a proof was sealed, as a timestamp proves it, or only as our own record says (obligation 11.1).

What a timestamp proves needs no trust in us: an authority said that this signature was there at that time. It is worth that
only where somebody registered the authority here, and while its certificate is valid.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any

from pyhanko.sign.validation import validate_pdf_timestamp
from pyhanko.sign.validation.generic_cms import collect_timing_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from domain.calendar import LOCAL
from proofs.stamp_revocations import NOTHING_REVOKED, Revocations


class Time(StrEnum):
    """What there is to the time of a seal. A stable code for programs."""

    PROVEN = "proven"
    UNREGISTERED = "unregistered"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    WRONG = "wrong"
    RECORDED = "recorded"


_WORDS: Mapping[Time, str] = MappingProxyType(
    {
        Time.PROVEN: "时间戳证明的时间:{at}已经用印;时间戳由“{by}”签发。",
        Time.UNREGISTERED: "时间戳已附,签发机构未登记:其时间{at}未经证明。",
        Time.LAPSED: "时间戳由“{by}”签发,时间为{at};其证书已过有效期,只凭时间戳不再能证明。",
        Time.REVOKED: "时间戳由“{by}”签发,时间为{at};其证书自{since}起被吊销({why}),这一时间没有得到证明。",
        Time.WRONG: "附有时间戳,但与签章不符、已损坏或时间在将来,不能采信。",
        Time.RECORDED: "没有时间戳。",
    }
)
_APART = timedelta(minutes=1)  #: clocks differ; as at the sealing (`connectors.timestamp_token`)
_KEPT = "此后的时间戳逐次延续这一证明,最近一次为{at},由“{by}”签发。"
_LOST = "另有由“{lost_by}”签发的时间戳不予采信:其证书自{since}起被吊销({why})。"
_OURS = "本系统记载的用印时间是{recorded},没有其他证明。"


@dataclass(frozen=True)
class When:
    """`at`: what the timestamp says; `by`: the subject of its certificate; `recorded`: what our ledger says. Aware."""

    time: Time
    recorded: datetime
    at: datetime | None = None
    by: str = ""
    kept_at: datetime | None = None  #: the newest of the timestamps that were put behind it, each over the one before
    kept_by: str = ""
    since: datetime | None = None  #: from when on a certificate was revoked: that of this time, or of one that was passed over
    why: str = ""
    lost_by: str = ""  #: whose timestamp was passed over

    @property
    def text(self) -> str:
        revoked = {"since": _written(self.since) if self.since else "", "why": self.why}
        said = _WORDS[self.time].format(at=_written(self.at) if self.at else "", by=self.by, **revoked)
        if self.lost_by:
            said += _LOST.format(lost_by=self.lost_by, **revoked)
        if self.kept_at is not None:
            said += _KEPT.format(at=_written(self.kept_at), by=self.kept_by)
        return said if self.time is Time.PROVEN else said + _OURS.format(recorded=_written(self.recorded))


def _written(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%Y年%-m月%-d日 %H:%M:%S}"


def stamp_of(
    signature: EmbeddedPdfSignature, roots: Sequence[Any], now: datetime, revocations: Revocations = NOTHING_REVOKED
) -> dict[str, str] | None:
    """What stands beside a signature, as JSON for `when`; None: no timestamp. Raises whatever a parser raises over a stranger's file.

    `roots`: the registered authorities of timestamps. Nothing is fetched. `now`: wall clock.
    """
    stamp = _stamp(signature, roots, now)
    return None if stamp is None else _judged(stamp, partial(_stamp, signature, roots), revocations, now)


def kept_of(
    signature: EmbeddedPdfSignature,
    stamps: Sequence[EmbeddedPdfSignature],
    roots: Sequence[Any],
    now: datetime,
    revocations: Revocations = NOTHING_REVOKED,
) -> dict[str, str]:
    """The same where `stamps` were put behind the proof, the oldest first: the newest is judged now, each other, and what stands beside
    the signature, at the time of the next good one after it. What one certificate's end would take, the next timestamp has kept; one
    whose word is worth nothing keeps nothing, and what is proven then is that the seal was there by the oldest of the good."""
    moment, good, bad = now, list[dict[str, str]](), list[dict[str, str]]()
    for one in reversed(stamps):
        stamp = _judged(_document(one, roots, moment), partial(_document, one, roots), revocations, moment)
        if stamp["time"] == Time.WRONG:
            return stamp
        (good if stamp["time"] == Time.PROVEN else bad).append(stamp)
        if stamp["time"] == Time.PROVEN:
            moment = datetime.fromisoformat(stamp["at"])
    first = stamp_of(signature, roots, moment, revocations)
    if first is not None and first["time"] == Time.WRONG:
        return first
    lost = next((one for one in (first, *reversed(bad)) if one is not None and one["time"] == Time.REVOKED), None)
    if first is None or first["time"] != Time.PROVEN:
        if not good:
            return bad[0]
        first = good[-1]
    if lost is not None:
        first = {**first, "since": lost["since"], "why": lost["why"], "lost_by": lost["by"]}
    return {**first, "kept_at": good[0]["at"], "kept_by": good[0]["by"]} if good else first


def _judged(
    stamp: TimestampSignatureStatus, at: Callable[[datetime], TimestampSignatureStatus | None], revocations: Revocations, moment: datetime
) -> dict[str, str]:
    """`stamp`: as it is judged at the moment; `at`: the same at another."""
    if not (stamp.intact and stamp.valid) or stamp.timestamp - moment > _APART:
        return {"time": Time.WRONG}
    said = {"time": Time.PROVEN, "at": stamp.timestamp.isoformat(), "by": _name(stamp)}
    if not stamp.trusted:
        then = at(stamp.timestamp)
        return {**said, "time": Time.LAPSED if then is not None and then.trusted else Time.UNREGISTERED}
    revoked = revocations.against(stamp.validation_path, stamp.timestamp, moment)
    return {**said, "time": Time.REVOKED, "since": revoked.since.isoformat(), "why": revoked.why} if revoked else said


def _document(stamp: EmbeddedPdfSignature, roots: Sequence[Any], moment: datetime) -> TimestampSignatureStatus:
    """A timestamp over a whole file, as it is judged at that moment."""
    context = ValidationContext(trust_roots=list(roots), moment=moment, allow_fetching=False)
    return validate_pdf_timestamp(stamp, context, skip_diff=True)  # the ledger knows every byte of this file


def _name(stamp: TimestampSignatureStatus) -> str:
    by = stamp.signing_cert.subject.native
    return str(by.get("common_name") or by.get("organization_name") or "")


def _stamp(signature: EmbeddedPdfSignature, roots: Sequence[Any], moment: datetime) -> TimestampSignatureStatus | None:
    """Its timestamp as it is judged at that moment."""
    context = ValidationContext(trust_roots=list(roots), moment=moment, allow_fetching=False)
    found: TimestampSignatureStatus | None = asyncio.run(collect_timing_info(signature.signer_info, context, lambda _: b"")).get(
        "timestamp_validity"
    )
    return found


def when(stamp: Mapping[str, str] | None, recorded: datetime) -> When:
    """Of a file that the ledger knows. `recorded`: wall clock."""
    if stamp is None:
        return When(Time.RECORDED, recorded)
    at, kept, since = (datetime.fromisoformat(stamp[name]) if name in stamp else None for name in ("at", "kept_at", "since"))
    by, kept_by, why, lost_by = (stamp.get(name, "") for name in ("by", "kept_by", "why", "lost_by"))
    return When(Time(stamp["time"]), recorded, at, by, kept, kept_by, since, why, lost_by)
