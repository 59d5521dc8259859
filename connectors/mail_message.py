"""邮件的样子: one message as every server passes it on and every reader shows it.

Seven bits on the wire: a server that does not offer 8BITMIME may cut the eighth bit or refuse the text, and a relay
behind it may be one. A file's name stands twice: in Content-Disposition as RFC 2231 has it, and in Content-Type as
encoded words (RFC 2047), which is what older readers look for; without it they show "ATT0001.dat".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.header import Header
from email.message import EmailMessage, Message
from email.utils import formatdate

#: `refold_source`: what is set as it must stand on the wire is not folded anew.
_WIRE = policy.SMTP.clone(cte_type="7bit", refold_source="none")


@dataclass(frozen=True)
class Attachment:
    """附件. `kind`: its media type."""

    name: str
    kind: str
    content: bytes


def compose(sender: str, to: Sequence[str], subject: str, body: str, message_id: str, files: Sequence[Attachment] = ()) -> EmailMessage:
    """One message of plain text, with its files; every byte of it ASCII, no line longer than the protocol allows."""
    message = EmailMessage(_WIRE)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{message_id}@proofless>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    for file in files:
        main, _, sub = file.kind.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    for part, file in zip(message.iter_attachments(), files, strict=True):
        _name_twice(part, file)
    return message


def _name_twice(part: Message, file: Attachment) -> None:
    """Content-Type with the name as encoded words, each of them whole characters and on a line of its own."""
    words = Header(file.name, "utf-8", maxlinelen=72).encode(linesep="\r\n")
    del part["Content-Type"]
    part.set_raw("Content-Type", f'{file.kind};\r\n name="{words}"')
