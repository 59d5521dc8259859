"""A real mail server for the tests: it keeps what arrives, and can refuse, stall, hang up, go away and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.ports import free_port


class MailServer:
    """`at_recipient`: what it says to RCPT for an address; `at_data`: what it says to the text, or what it does."""

    def __init__(self) -> None:
        self.port = free_port()
        self.kept: list[EmailMessage] = []
        self.raw: list[bytes] = []  #: every text as it came over the wire
        self.seen: list[tuple[str, str]] = []  #: reader and Message-ID of every text that came, taken or not
        self.at_recipient: dict[str, str] = {}
        self.at_data: dict[str, str] = {}  #: a reply, "hang up" (after the text came) or "stall"
        self.reply = "250 OK"  #: the same, to all others
        self.logins: list[str] = []
        self.options: dict[str, Any] = {}  #: more of aiosmtpd's: TLS, and whether it and a login are required
        self._controller: Controller | None = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.at_recipient:
            return self.at_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        self.raw.append(envelope.content)
        message = message_from_bytes(envelope.content, policy=policy.default)
        reader = envelope.rcpt_tos[0]
        self.seen.append((reader, str(message["Message-ID"])))
        reply = self.at_data.get(reader, self.reply)
        if reply == "stall":
            await asyncio.sleep(60)  # ended by who hangs up
        if reply == "hang up":
            server.transport.close()
        if reply.startswith("250"):
            self.kept.append(message)
        return reply

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, data_size_limit=50_000_000, **self.options)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def to(self, reader: str, about: str = "") -> list[EmailMessage]:
        """What came for this address; with `about`: and names it."""
        mine = [message for message in self.kept if reader in str(message["To"])]
        return [message for message in mine if not about or about in f"{message['Subject']}{message.get_content()}"]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    found = MailServer()
    found.start()
    yield found
    found.stop()
