"""统一身份认证: signing in with the district's identity provider. It says who somebody is; what she may do stands in the roster."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import asdict
from datetime import datetime, timedelta

from fastapi import Request, Response

from connectors.identity import Attempt, IdentityProvider, NotSignedIn, ProviderAway
from domain.instants import is_past
from domain.sign_in import Method, browser_of
from gateway.counter import cookies
from gateway.counter.door import open_pages
from gateway.counter.sign_in import Next, begun, own_page
from gateway.edge.counter_pages import HEADERS
from gateway.edge.problems import Problem
from gateway.edge.services import services_of
from ledger.database import transaction
from ledger.registry import sessions
from ledger.registry.sessions import SignedOut
from ledger.vault import Place, VaultError, vault
from settings import settings

router = open_pages()

BACK = "/counter/provider/back"
_LASTS = timedelta(minutes=10)
_PLACE = Place("cookies", "attempt", "")
_LOG = logging.getLogger(__name__)


@router.get("/counter/provider", name="counter_provider")
def away(request: Request, next: Next = "") -> Response:  # noqa: A002
    """To the provider, with what this browser began in a cookie that we alone can read."""
    try:
        address, attempt = _provider(request).begin()
    except ProviderAway:
        raise Problem("provider_away") from None
    answer = Response(status_code=303, headers={**HEADERS, "Location": address})
    cookies.give(request, answer, _kept(attempt, own_page(next), settings().now()), cookies.ATTEMPT)
    return answer


@router.get(BACK, name="counter_provider_back")
def back(request: Request) -> Response:
    """From the provider: of this browser's own attempt, not older than ten minutes, for somebody on the roster."""
    now, browser = settings().now(), browser_of(request.headers.get("user-agent", ""))
    attempt, wanted = _began(cookies.token_of(request, cookies.ATTEMPT), now)
    provider = _provider(request)
    try:
        claims = provider.finish(attempt, dict(request.query_params))
    except ProviderAway:
        raise Problem("provider_away") from None
    except NotSignedIn as refused:
        _LOG.warning("the identity provider's answer was not taken: %s", refused.why)
        raise Problem("provider_refused") from None
    person = provider.provider.person(claims)
    try:
        if person is None:
            raise SignedOut
        with transaction() as session:
            token = sessions.begin(session, person, method=Method.PROVIDER, browser=browser, before=cookies.token_of(request), now=now)
    except SignedOut:
        raise Problem("not_on_the_roster") from None
    answer = begun(request, token, wanted)
    cookies.take_away(request, answer, cookies.ATTEMPT)
    return answer


def _provider(request: Request) -> IdentityProvider:
    if (found := services_of(request).provider) is None:
        raise Problem("not_found")
    return found


def _kept(attempt: Attempt, wanted: str, now: datetime) -> str:
    written = json.dumps({"attempt": asdict(attempt), "next": wanted, "until": (now + _LASTS).isoformat()})
    return base64.urlsafe_b64encode(vault().encrypt(_PLACE, written.encode())).decode()


def _began(kept: str, now: datetime) -> tuple[Attempt, str]:
    """Raises Problem `provider_refused` where this browser began nothing, or too long ago."""
    try:
        found = json.loads(vault().decrypt(_PLACE, base64.urlsafe_b64decode(kept)))
        if is_past(datetime.fromisoformat(found["until"]), now):
            raise Problem("provider_refused")
        return Attempt(**found["attempt"]), own_page(found["next"])
    except (VaultError, ValueError):
        raise Problem("provider_refused") from None
