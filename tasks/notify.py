"""通知: send what is due by mail and webhook. No database session is open while a server is spoken to."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from connectors.callbacks import send as send_webhook
from connectors.faults import PermanentFault, TransientFault
from connectors.mail import OUTCOME_UNKNOWN, Attachment, send_mail
from domain.notices import NoticeChannel, NoticeKind, text
from ledger.database import transaction
from ledger.outbox import notifications
from ledger.outbox.callbacks_sent import AWAY, Receipt
from ledger.outbox.notifications import Notification
from ledger.tables.record import RecordHead
from reports import head_letters, issuing, letters
from settings import settings
from tasks.steps import in_ledger_thread, place_of

log = logging.getLogger(__name__)


_AT_MOST = 200  #: in one go: what is left then waits for the next sweep


async def send_notices(number: str | None) -> None:
    """Send the notices that are due: of one verification, or of all (None).

    One that fails takes no other with it; where nobody answers, the rest of that way waits for the next sweep.
    """
    silent: set[str] = set()
    for _ in range(_AT_MOST):
        notice = await in_ledger_thread(_take_next, number, silent)
        if notice is None:
            return
        try:
            answer, outcome = await _send(notice), Receipt.RECEIVED
        except PermanentFault as fault:
            answer, outcome = fault.code, Receipt.REFUSED
        except TransientFault as fault:
            if fault.code == OUTCOME_UNKNOWN:
                continue  # nothing is recorded: it is shown as unknown, and a person settles it
            answer, outcome = fault.code, Receipt.NOT_YET
            silent |= {notice.way} if fault.code in AWAY else set()
        except Exception as error:
            log.warning("notice %s: %s", notice.id, place_of(error))
            continue  # nobody foresaw it, nor knows what left: a mail is shown as unknown, a webhook is booked again
        await in_ledger_thread(_record, notice, answer, outcome)


async def _send(notice: Notification) -> str:
    if notice.channel is NoticeChannel.WEBHOOK:
        return await send_webhook(notice)
    at = settings()
    if not at.smtp_host:
        raise PermanentFault("邮件服务器", "not_configured", "没有配置邮件服务器")  # listed; sent once a person says so
    letter = await in_ledger_thread(_letter, notice)
    await send_mail(at, letter.subject, letter.body, str(notice.id), notice.mail, letter.files)
    return "250"


@dataclass(frozen=True)
class Letter:
    """What a mail says."""

    subject: str
    body: str
    files: tuple[Attachment, ...] = ()


def _letter(notice: Notification) -> Letter:
    at, identity = settings(), str(notice.id)
    if notice.kind is NoticeKind.HEAD:
        return _of_head(notice)
    if notice.kind is not NoticeKind.REPORT:
        body = text(notice.kind, notice.unit_name, notice.verification, notice.about, at.public_url, identity)
        return Letter(f"【无证明办事】{notice.kind.label} {notice.verification}", body)
    with transaction() as session:
        row, report = issuing.read(session, UUID(notice.cause))
        files = tuple(
            Attachment(letters.file_name(row, kind), letters.KINDS[kind], issuing.bytes_of(row, kind)) for kind in ("pdf", "xlsx")
        )
    return Letter(letters.title(row), letters.body(row, report, at.public_url, identity), files)


def _of_head(notice: Notification) -> Letter:
    """The file is the one that the verifier takes, byte for byte: as text it could be folded or recoded on its way."""
    at = settings()
    with transaction() as session:
        head = session.get_one(RecordHead, notice.about)
    file = Attachment(head_letters.file_name(head), "application/octet-stream", head.note.encode())
    return Letter(head_letters.title(head, at.district), head_letters.body(head, at.public_url, str(notice.id)), (file,))


def _take_next(number: str | None, silent: set[str]) -> Notification | None:
    with transaction() as session:
        return notifications.take_next(session, now=settings().now(), number=number, without=silent)


def _record(notice: Notification, answer: str, outcome: Receipt) -> None:
    with transaction() as session:
        notifications.record_attempt(session, notice, answer, outcome, now=settings().now())
