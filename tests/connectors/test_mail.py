"""邮件, against a real server: what is an outcome, what may pass, and what nobody can know."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from uuid import uuid4

import pytest

from connectors import mail
from connectors.faults import PermanentFault, TransientFault
from connectors.mail import OUTCOME_UNKNOWN, Attachment, send_mail
from settings import Settings
from tests.mailserver import MailServer, mail_server

READER = "reader@example.cn"
PDF = Attachment("市中区无证明办事工作周报2026-W10.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a server says nothing more: for all others the seconds are those of a crowded machine."""
    monkeypatch.setattr(mail, "_SECONDS", 2.0)


def send(server: MailServer, *files: Attachment, identity: str = "") -> None:
    at = Settings(smtp_host="127.0.0.1", smtp_port=server.port)
    asyncio.run(send_mail(at, "周报", "正文\n", identity or str(uuid4()), READER, files))


def test_files_arrive_as_they_are_under_their_chinese_names(server: MailServer) -> None:
    send(server, PDF, identity="one")
    (message,) = server.to(READER)
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_content()) == (PDF.name, PDF.kind, PDF.content)
    body = message.get_body()
    assert body is not None and body.get_content().strip() == "正文" and message["Message-ID"] == "<one@proofless>"


LONG = "枣庄市市中区" * 12 + "行政审批服务局无证明办事工作周报 2026-W10.pdf"
NAMES = [PDF.name, LONG, "report 2026-W10.pdf", "a b c " * 40 + "end.pdf", '引号"分号;反斜杠\\等号=.pdf', "𬭎㼆.pdf"]


def test_seven_bits_on_the_wire_and_no_long_line(server: MailServer) -> None:
    """aiosmtpd offers 8BITMIME and SMTPUTF8; a relay behind a server may have neither."""
    send(server, PDF, Attachment(LONG, PDF.kind, PDF.content))
    (raw,) = server.raw
    assert raw.isascii() and max(map(len, raw.splitlines())) <= 998


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_is_read_by_old_readers_and_new_ones(server: MailServer, name: str) -> None:
    """By RFC 2231 from Content-Disposition, and by RFC 2047 from Content-Type, as readers without the former do it."""
    send(server, Attachment(name, PDF.kind, PDF.content))
    (raw,) = server.raw
    old = next(part for part in message_from_bytes(raw).walk() if part.get_content_type() == PDF.kind)
    assert old.get_filename() == name
    unfolded = str(old["Content-Type"]).replace("\r\n", "")
    (value,) = re.findall(r'name="(.*)"$', unfolded)
    assert "".join(text.decode(charset or "ascii") for text, charset in decode_header(value)) == name
    (new,) = server.to(READER)[0].iter_attachments()
    assert (new.get_filename(), new.get_content_type(), new.get_content()) == (name, PDF.kind, PDF.content)


def test_a_recipient_that_is_refused_for_now_may_be_tried_again_and_one_that_is_refused_may_not(server: MailServer) -> None:
    server.at_recipient[READER] = "450 greylisted"
    with pytest.raises(TransientFault, match="refused_for_now"):
        send(server)
    server.at_recipient[READER] = "550 unknown"
    with pytest.raises(PermanentFault, match="recipients_refused"):
        send(server)


@pytest.mark.parametrize(
    ("does", "kind", "code"), [("451 later", TransientFault, "refused_for_now"), ("554 no", PermanentFault, "refused")]
)
def test_a_reply_to_the_text_is_an_outcome(server: MailServer, does: str, kind: type[Exception], code: str) -> None:
    server.at_data[READER] = does
    with pytest.raises(kind, match=code):
        send(server)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("does", ["stall", "hang up"])
def test_after_the_text_was_handed_over_nobody_knows(server: MailServer, does: str) -> None:
    server.at_data[READER] = does
    with pytest.raises(TransientFault, match=OUTCOME_UNKNOWN):
        send(server)


@pytest.mark.usefixtures("impatient")
def test_before_the_text_was_handed_over_nothing_is_in_doubt(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stall(*_: object) -> str:
        await asyncio.sleep(60)  # ended by who hangs up
        return "250 OK"

    monkeypatch.setattr(server, "handle_RCPT", stall, raising=False)
    with pytest.raises(TransientFault, match="unreachable"):
        send(server)
    server.stop()
    with pytest.raises(TransientFault, match="unreachable"):
        send(server)


def test_a_server_that_greets_with_a_refusal_is_asked_again() -> None:
    async def meet() -> None:
        async def turn_away(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"421 too busy\r\n")
            writer.close()

        async with await asyncio.start_server(turn_away, "127.0.0.1", 0) as busy:
            at = Settings(smtp_host="127.0.0.1", smtp_port=busy.sockets[0].getsockname()[1])
            await send_mail(at, "s", "b", "id", READER)

    with pytest.raises(TransientFault, match="refused_for_now"):
        asyncio.run(meet())
