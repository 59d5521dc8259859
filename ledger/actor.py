"""经办: who acts in this thread or task, for what the database keeps by itself (`ledger.tables.traces`)."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

#: Set at the door (the gateway's entrance, a command); empty: a process of the system, which the trace calls by its role.
ACTOR: ContextVar[str] = ContextVar("actor", default="")


def person_of(actor: str) -> str:
    """The person of an actor, whichever system they used."""
    return actor.removeprefix("person:").partition(" via ")[0]


@dataclass(frozen=True)
class Filer:
    """Who files: the acting person, their unit, and the system that they used, if any."""

    unit: str
    person: str
    system: str | None = None

    @property
    def actor(self) -> str:
        return f"person:{self.person}" + (f" via {self.system}" if self.system else "")
