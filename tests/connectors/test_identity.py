"""统一身份认证: every way in which an answer is none of this browser's, of this provider, for us; by keys of our own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from connectors.identity import IdentityProvider, NotSignedIn, ProviderAway
from domain.identity_provider import Provider, provider

ISSUER, CLIENT, BACK = "https://id.example.invalid", "proofless", "https://wzm.example.invalid/counter/provider/back"
KEY, OTHER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})


class Played:
    """A provider of the tests: what it says of itself, and the token that it gives."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.posted: dict[str, list[str]] = {}
        self.authorization = ""
        self.away = False
        self.description = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
        self.claims: dict[str, Any] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self.description)
            case "/keys":
                return httpx.Response(200, json=KeySet([KEY]).as_dict(private=False))
            case "/token":
                self.posted, self.authorization = parse_qs(request.content.decode()), request.headers.get("authorization", "")
                now = int(time.time())
                whole = {"iss": ISSUER, "sub": "u1", "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": self.asked["nonce"]}
                given = {name: value for name, value in (whole | self.claims).items() if value is not ...}
                return httpx.Response(200, json={"token_type": "Bearer", "access_token": "a", "id_token": self.sign(given)})
        return httpx.Response(404)

    def client(self, secret: str = "") -> IdentityProvider:
        return IdentityProvider(Provider(ISSUER, CLIENT), secret, BACK, httpx.MockTransport(self.answer))

    def sign_in(self, client: IdentityProvider, **answer: str) -> dict[str, Any]:
        address, attempt = client.begin()
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return client.finish(attempt, {"code": "c", "state": attempt.state} | answer)


def test_a_right_answer_and_what_was_asked_for_it() -> None:
    played = Played()
    assert played.sign_in(played.client())["sub"] == "u1"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(played.posted["code_verifier"][0].encode()).digest()).decode().rstrip("=")
    assert (played.asked["code_challenge"], played.asked["code_challenge_method"]) == (challenge, "S256")  # RFC 7636
    assert played.asked["redirect_uri"] == played.posted["redirect_uri"][0] == BACK and played.posted["client_id"] == [CLIENT]
    first = dict(played.asked)
    played.sign_in(played.client("a secret"))
    assert base64.b64decode(played.authorization.removeprefix("Basic ")) == b"proofless:a secret" and "client_id" not in played.posted
    assert all(first[name] != played.asked[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://id.elsewhere.invalid"},
        {"iss": f"{ISSUER}/"},
        {"iss": ...},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},  # for two, and it is not said who asked
        {"aud": ...},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": ...},
        pytest.param({"exp": int(time.time()) - 3600}, id="exp an hour ago"),  # by name: two processes collect at two instants
        {"exp": ...},
        {"sub": ...},
        pytest.param({"iat": int(time.time()) + 3600}, id="iat in an hour"),
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this(claims: dict[str, Any]) -> None:
    played = Played()
    played.claims = claims
    with pytest.raises(NotSignedIn):
        played.sign_in(played.client())


def _signed(head: dict[str, str], claims: dict[str, Any], secret: bytes) -> str:
    """By hand: libraries refuse to."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)]
    mark = hmac.digest(secret, ".".join(parts).encode(), "sha256") if secret else b""
    return ".".join([*parts, base64.urlsafe_b64encode(mark).decode().rstrip("=")])


@pytest.mark.parametrize(
    "sign",
    [
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER),
        lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, KEY),
        lambda claims: _signed({"alg": "HS256", "kid": "one"}, claims, KEY.as_pem(private=False)),  # with the public key as secret
        lambda claims: _signed({"alg": "none"}, claims, b""),
        lambda claims: "no token",
    ],
    ids=["another key", "an unknown key", "a shared secret", "no signature", "nothing"],
)
def test_a_token_that_the_provider_did_not_sign(sign: Callable[[dict[str, Any]], str]) -> None:
    played = Played()
    played.sign = sign
    with pytest.raises(NotSignedIn):
        played.sign_in(played.client())


@pytest.mark.parametrize(
    "answer", [{"state": "another"}, {"state": ""}, {"code": ""}, {"error": "access_denied"}, {"iss": "https://x.invalid"}], ids=str
)
def test_an_answer_of_another_browser_or_provider(answer: dict[str, str]) -> None:
    played = Played()
    with pytest.raises(NotSignedIn):
        played.sign_in(played.client(), **answer)
    assert not played.posted  # the code is not even shown


def test_a_provider_that_names_itself_always_does() -> None:
    """RFC 9207: the answer of another one, without its name, is not taken for this one's."""
    played = Played()
    played.description["authorization_response_iss_parameter_supported"] = True  # type: ignore[assignment]
    with pytest.raises(NotSignedIn):
        played.sign_in(played.client())
    assert played.sign_in(played.client(), iss=ISSUER)["sub"] == "u1"


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "https://id.elsewhere.invalid"}, {"token_endpoint": "http://id.example.invalid/token"}, {"jwks_uri": None}],
    ids=str,
)
def test_a_description_that_cannot_be_trusted(changes: dict[str, Any]) -> None:
    played = Played()
    played.description |= changes
    with pytest.raises(ProviderAway):
        played.client().begin()


def test_a_provider_that_is_away() -> None:
    played = Played()
    client = played.client()
    played.away = True
    with pytest.raises(ProviderAway):
        client.begin()
    played.away = False
    _, attempt = client.begin()
    played.away = True
    with pytest.raises(ProviderAway):
        client.finish(attempt, {"code": "c", "state": attempt.state})


def test_whom_claims_name() -> None:
    plain = Provider(ISSUER, CLIENT, person_claim="uid", persons={"z3": "permit-1"})
    assert [plain.person({"uid": value}) for value in ("z3", "permit-2", "", None, 3)] == ["permit-1", "permit-2", None, None, None]
    assert plain.person({"sub": "permit-1"}) is None
    of_groups = Provider(ISSUER, CLIENT, person_claim="uid", groups=("wzm", "wzm-lead"))
    for held, may in ((["x", "wzm"], True), ("wzm-lead", True), (["x"], False), ([], False), (None, False), ({"wzm": 1}, False)):
        assert (of_groups.person({"uid": "a", "groups": held}) == "a") == may, held
    assert of_groups.person({"uid": "a"}) is None


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "x",
        '{"issuer": "https://a.invalid"}',
        '{"issuer": "http://a.invalid", "client_id": "c"}',
        '{"issuer": "https://a.invalid", "client_id": "c", "secret": "s"}',
        '{"issuer": "https://a.invalid", "client_id": "c", "groups": "one"}',
        '{"issuer": "https://a.invalid", "client_id": "c", "scope": "profile"}',
        '{"issuer": "https://a.invalid", "client_id": 5}',
    ],
)
def test_a_configuration_that_cannot_be(text: str) -> None:
    with pytest.raises(ValueError):
        provider(text)


def test_no_configuration_is_no_provider() -> None:
    assert provider("") is None and provider("{}") is None
