"""邮件: plain text to officials, with files where there are any; one bounded attempt at a mail server."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from connectors.faults import PermanentFault, TransientFault
from connectors.mail_message import Attachment, compose
from domain.notices import is_mail_address
from settings import Settings

WHO = "邮件服务器"
OUTCOME_UNKNOWN = "outcome_unknown"
"""The code of a fault after the text was handed over: it may have arrived, so it must not be sent again by itself."""

_SECONDS = 10.0


async def send_mail(settings: Settings, subject: str, body: str, message_id: str, to: str = "", files: Sequence[Attachment] = ()) -> None:
    """Send to `to`, or to `mail_operators`. Raises TransientFault or PermanentFault with fixed words, never the server's.

    `message_id` is the same for every attempt at the same message, so that readers can fold repeats.
    """
    addresses = [address.strip() for address in (to or settings.mail_operators).split(",") if address.strip()]
    if not addresses or not all(map(is_mail_address, addresses)):  # before the header: a line break would begin another
        raise PermanentFault(WHO, "bad_address", "收件地址不是邮件地址,请核对名册中的邮箱或告警邮箱的设置")
    message = compose(settings.mail_from, addresses, subject, body, message_id, files)
    await asyncio.to_thread(_send, settings, message)


class _HandsOver:
    """Knows whether the text has been handed over: before that, a broken connection leaves nothing in doubt."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = True
        return super().data(msg)  # type: ignore[misc, no-any-return]


class _Server(_HandsOver, smtplib.SMTP):
    """In clear, or from STARTTLS on in TLS."""


class _SafeServer(_HandsOver, smtplib.SMTP_SSL):
    """In TLS from the first byte."""


def _connect(at: Settings) -> _Server | _SafeServer:
    """A server that has greeted us, has shown whose it is and knows us, as the settings ask."""
    if at.smtp_security == "none":
        return _Server(at.smtp_host, at.smtp_port, timeout=_SECONDS)
    trusted = ssl.create_default_context(cafile=at.smtp_ca_file)
    server: _Server | _SafeServer
    if at.smtp_security == "tls":
        server = _SafeServer(at.smtp_host, at.smtp_port, timeout=_SECONDS, context=trusted)
    else:
        server = _Server(at.smtp_host, at.smtp_port, timeout=_SECONDS)
    try:
        if at.smtp_security == "starttls":
            server.starttls(context=trusted)  # a server that does not offer it gets neither password nor text
        if at.smtp_user:
            server.login(at.smtp_user, at.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _send(settings: Settings, message: EmailMessage) -> None:
    server: _Server | _SafeServer | None = None
    try:
        try:
            server = _connect(settings)
            server.send_message(message)
        finally:
            if server is not None:
                server.close()  # not quit(): what it might say after accepting the message changes nothing
    except (smtplib.SMTPAuthenticationError, UnicodeEncodeError):  # smtplib logs in with ASCII alone
        raise TransientFault(WHO, "login_refused", "登录被拒绝,请核对 PROOFLESS_SMTP_USER 和口令文件 proofless_smtp_password") from None
    except smtplib.SMTPNotSupportedError:
        raise TransientFault(WHO, "not_offered", "不提供所要求的加密或登录方式,邮件没有发出,请核对端口和 PROOFLESS_SMTP_SECURITY") from None
    except ssl.SSLError:
        raise TransientFault(
            WHO, "untrusted", "证书不被信任或加密协商失败,邮件没有发出,请核对主机名、端口和 PROOFLESS_SMTP_CA_FILE"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        if all(400 <= code < 500 for code, _ in error.recipients.values()):
            raise TransientFault(WHO, "refused_for_now", "暂时不接收邮件,请稍后再试") from None
        raise PermanentFault(WHO, "recipients_refused", "拒绝全部收件人,请核对收件地址") from None
    except smtplib.SMTPResponseException as error:
        # A reply of the server is an outcome: 4xx may pass, 5xx does not.
        if 400 <= error.smtp_code < 500:
            raise TransientFault(WHO, "refused_for_now", "暂时不接收邮件,请稍后再试") from None
        raise PermanentFault(WHO, "refused", "拒绝接收邮件,请核对发件人、收件人和服务器设置") from None
    except (OSError, smtplib.SMTPException):
        if server is not None and server.handed_over:
            raise TransientFault(WHO, OUTCOME_UNKNOWN, "发送中断,不能确定对方是否已收到,请人工核对") from None
        raise TransientFault(WHO, "unreachable", "无法连接,请检查地址和网络") from None
