"""Whether a list that a page asks for by itself is still as it was shown (decision 0038): compared first, which opens nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime

from fastapi import Request

from gateway.counter.door import is_background
from gateway.edge.counter_pages import EDITION
from gateway.edge.services import services_of
from ledger.casework import inbox_version
from ledger.database import transaction
from ledger.registry.sessions import SignedIn

KNOWN = "x-known"  #: the mark of the list that a page shows already


def mark_of(known: SignedIn, request: Request, now: datetime) -> str:
    """What a list of what waits is made of, for who looks at it; taken before it is read, so that what happens meanwhile is news."""
    unit, inboxes = known.caller.unit, services_of(request).inboxes
    version = inboxes.fresh(unit) if is_background(request) else None  # who opens or sends sees at once what is so
    if version is None:
        with transaction() as session:
            version = inbox_version.version_of(session, unit, now=now)
        inboxes.keep(unit, version)
    made_of = (version, address_of(request), known.caller.person, unit, sorted(known.caller.roles), known.token, EDITION)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]


def address_of(request: Request) -> str:
    """What this page asks again: without what was said once."""
    kept = request.url.remove_query_params("done")
    return f"{kept.path}?{kept.query}" if kept.query else kept.path
