"""经办: who acts in this thread or task, for what the database keeps by itself (`ledger.tables.traces`)."""

from __future__ import annotations

from contextvars import ContextVar

#: Set at the door (the gateway's entrance, a command); empty: a process of the system, which the trace calls by its role.
ACTOR: ContextVar[str] = ContextVar("actor", default="")
