"""首页: who is signed in, what can be done from here, and what else the person's roles may do."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.routing import APIRoute

from gateway.counter.door import CurrentPerson, pages
from gateway.edge.contract import TAGS
from gateway.edge.counter_pages import render
from gateway.edge.permissions import RULES
from gateway.edge.scopes import refusal
from ledger.registry.keys import Caller

router = pages()


@router.get("/counter", name="counter_home")
def home(request: Request, known: CurrentPerson) -> Response:
    """What this person may open, and by the table of permissions what else may be done through the API."""
    return render(request, "home.html", abilities=_abilities(request, known.caller))


def _abilities(request: Request, caller: Caller) -> list[tuple[str, list[str]]]:
    """By topic, what the caller's roles may do, as the interface calls it."""
    found: dict[str, list[str]] = {}
    for route in request.app.state.routes:
        if isinstance(route, APIRoute) and route.include_in_schema and not RULES[route.name].public and refusal(route.name, caller) is None:
            found.setdefault(str(route.tags[0]), []).append(str(route.summary))
    return [(words, found[tag]) for tag, words in TAGS.items() if tag in found]
