"""谁也在办: on the page of one request, whose it is at this moment and who else has it open, said without a reload."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from gateway.counter.door import CurrentPerson, pages
from gateway.counter.freshness import KNOWN
from gateway.edge.counter_pages import EDITION, HEADERS, render
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.services import services_of
from ledger.casework import inbox_view
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.sessions import SignedIn

router = pages()


@router.get("/counter/inbox/{wanted}/beside", name="counter_beside")
def beside(request: Request, wanted: UUID, known: CurrentPerson) -> Response:
    """What the page asks by itself; nothing at all where it is as it was shown."""
    content = whose(request, wanted, known)
    if request.headers.get(KNOWN) == content["mark"]:
        return Response(status_code=204, headers=dict(HEADERS))
    return render(request, "request_beside.html", wanted=wanted, meanwhile=True, **content)


def whose(request: Request, wanted: UUID, known: SignedIn) -> dict[str, Any]:
    """What that part of the page shows; whoever opens it has hereby looked."""
    with transaction() as session:
        stands = inbox_view.standing(session, known.caller.unit, wanted)
        if stands is None:
            raise Problem("request_unknown")
        seen = services_of(request).lookers.note(wanted, known.caller.person or "")
        names = registry.names_of_actors(session, [f"person:{one}" for one in seen])
    others = [names.get(f"person:{one}", one) for one in seen if one != stands.holder]
    gone = problem_of(stands.gone) if stands.gone else None
    shown = (stands.holder, stands.holder_name, stands.resting, stands.answered_at, gone.code if gone else "", others, known.token, EDITION)
    mark = hashlib.sha256(repr(shown).encode()).hexdigest()[:24]
    return {"stands": stands, "gone": gone, "others": others, "mine": stands.holder == known.caller.person, "mark": mark}
