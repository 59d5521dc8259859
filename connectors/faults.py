"""What can go wrong in other people's systems, in two kinds: try again, or do not.

    Fault
    ├── TransientFault    the same call may go through later: refused, timed out, broken off, 5xx, "system busy"
    └── PermanentFault    trying again changes nothing: our credentials, our request, a contract that changed

`str(fault)` is a fixed Chinese sentence that names who failed. It never holds a reply's text or a person's data,
because Prefect stores and shows the text of every exception.
"""

from __future__ import annotations


class Fault(Exception):
    """A failure of a system outside. `who` is its name for people, `code` a short stable English word."""

    def __init__(self, who: str, code: str, text: str) -> None:
        super().__init__(f"{who}:{text}[{code}]")
        self.who, self.code, self.text = who, code, text


class TransientFault(Fault):
    """外部系统暂时不可用: try again later."""


class PermanentFault(Fault):
    """外部系统拒绝或约定不符: needs a person."""
