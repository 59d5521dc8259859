"""统一身份认证: the authorisation-code flow of OpenID Connect with PKCE, as its client.

Signatures and claims of the ID token are checked by joserfc. What stands between the two halves of a sign-in (state, nonce,
verifier) is the caller's to keep, for this browser alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from domain.identity_provider import Provider

#: Signatures with a key that the provider alone has.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_PATIENCE = httpx.Timeout(5.0)
_KNOWN_FOR = 600.0  #: seconds for which the provider's own description is believed
_LEEWAY = 60  #: seconds by which its clock may differ
_LARGEST = 256 * 1024


class ProviderAway(Exception):
    """The provider does not answer, or not as one."""


class NotSignedIn(Exception):
    """The provider's answer is no sign-in of this browser: `why` is for the log, a fixed word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Attempt:
    """What one browser began."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class _Described:
    authorize: str
    token: str
    keys: str
    names_itself: bool
    since: float


class IdentityProvider:
    """The client of one provider. `transport` stands in for the network in tests."""

    def __init__(self, provider: Provider, secret: str, back: str, transport: httpx.BaseTransport | None = None) -> None:
        self.provider, self._secret, self._back = provider, secret, back
        self._http = httpx.Client(timeout=_PATIENCE, trust_env=False, follow_redirects=False, transport=transport)
        self._described: _Described | None = None

    def begin(self) -> tuple[str, Attempt]:
        """Where to send the browser, and what it began. Raises `ProviderAway`."""
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self._back,
            "scope": self.provider.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = self._description().authorize
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", attempt

    def finish(self, attempt: Attempt, answer: Mapping[str, str]) -> dict[str, Any]:
        """The claims of the ID token for what the provider's redirect brought. Raises `NotSignedIn`, `ProviderAway`."""
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise NotSignedIn("state")
        if "error" in answer or not answer.get("code"):
            raise NotSignedIn("declined")
        described = self._description()
        if ("iss" in answer or described.names_itself) and answer.get("iss") != self.provider.issuer:  # RFC 9207
            raise NotSignedIn("issuer")
        token = self._token(described, answer["code"], attempt)
        return self._claims(described, token, attempt)

    def _token(self, described: _Described, code: str, attempt: Attempt) -> str:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": attempt.verifier}
        secret = httpx.BasicAuth(self.provider.client_id, self._secret) if self._secret else httpx.USE_CLIENT_DEFAULT
        if not self._secret:
            form["client_id"] = self.provider.client_id
        try:
            answer = self._http.post(described.token, data=form, auth=secret, headers={"Accept": "application/json"})
            if answer.status_code in (400, 401, 403):
                raise NotSignedIn("code")
            token = answer.raise_for_status().json().get("id_token")
        except (httpx.HTTPError, ValueError, AttributeError):
            raise ProviderAway from None
        if not isinstance(token, str):
            raise NotSignedIn("no token")
        return token

    def _claims(self, described: _Described, token: str, attempt: Attempt) -> dict[str, Any]:
        """OpenID Connect Core, 3.1.3.7."""
        wanted = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self.provider.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": self.provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            keys = KeySet.import_key_set(cast(KeySetSerialization, self._json(described.keys)))
            claims = jwt.decode(token, keys, algorithms=list(_ALGORITHMS)).claims
            wanted.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotSignedIn("token") from None
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", self.provider.client_id) != self.provider.client_id or (len(audiences) > 1 and "azp" not in claims):
            raise NotSignedIn("audience")
        return dict(claims)

    def _description(self) -> _Described:
        known = self._described
        if known is not None and time.monotonic() - known.since < _KNOWN_FOR:
            return known
        try:
            found = self._json(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        except ProviderAway:
            if known is None:
                raise
            self._described = replace(known, since=time.monotonic())  # what it said before holds until it says otherwise
            return self._described
        authorize, token, keys = places = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        secure = self.provider.issuer.startswith("https:")
        if found.get("issuer") != self.provider.issuer or not all(
            isinstance(place, str) and (not secure or place.startswith("https:")) for place in places
        ):
            raise ProviderAway
        names_itself = found.get("authorization_response_iss_parameter_supported") is True
        self._described = _Described(str(authorize), str(token), str(keys), names_itself, time.monotonic())
        return self._described

    def _json(self, address: str) -> dict[str, Any]:
        try:
            answer = self._http.get(address, headers={"Accept": "application/json"}).raise_for_status()
            found = answer.json() if len(answer.content) <= _LARGEST else None
        except (httpx.HTTPError, ValueError):
            raise ProviderAway from None
        if not isinstance(found, dict):
            raise ProviderAway
        return found
