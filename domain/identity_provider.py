"""统一身份认证: how the district's identity provider (OpenID Connect) is configured, and whom of the roster its claims name.

One JSON object in `PROOFLESS_OIDC`, for example:

    {"issuer": "https://id.example", "client_id": "proofless", "name": "区统一身份认证",
     "person_claim": "preferred_username", "persons": {"zhangsan": "permit-1"},
     "group_claim": "groups", "groups": ["wuzhengming"]}

Rights are never the provider's: it says who somebody is, the roster says what that person may do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

_OWN_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Provider:
    """`persons`: a claim's value -> the person's code, for those who are called otherwise there; everybody else's value is the
    code. `groups`: of which somebody needs one; none: whoever is on the roster."""

    issuer: str
    client_id: str
    name: str = "统一身份认证"
    scope: str = "openid profile"
    person_claim: str = "sub"
    persons: Mapping[str, str] = field(default_factory=dict)
    group_claim: str = "groups"
    groups: tuple[str, ...] = ()

    def person(self, claims: Mapping[str, Any]) -> str | None:
        """The person's code in the roster; None: the claims name nobody, or somebody of none of the groups."""
        value = claims.get(self.person_claim)
        if not isinstance(value, str) or not value:
            return None
        held = claims.get(self.group_claim, [])
        among = {held} if isinstance(held, str) else {one for one in held if isinstance(one, str)} if isinstance(held, list) else set()
        if self.groups and not among & set(self.groups):
            return None
        return self.persons.get(value, value)


def provider(text: str) -> Provider | None:
    """The provider of a configuration; None: there is none. Raises ValueError where it cannot be."""
    given = json.loads(text or "{}")
    if given == {}:
        return None
    if not isinstance(given, dict) or given.keys() - {one.name for one in fields(Provider)} or not {"issuer", "client_id"} <= given.keys():
        raise ValueError("not a provider")
    groups, persons = given.pop("groups", []), given.pop("persons", {})
    if not isinstance(groups, list) or not isinstance(persons, dict):
        raise ValueError("groups are a list, persons an object")
    if not all(isinstance(one, str) and one for one in (*given.values(), *groups, *persons.keys(), *persons.values())):
        raise ValueError("texts")
    where = urlsplit(given["issuer"])
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _OWN_MACHINE):
        raise ValueError("over TLS alone")
    if "openid" not in given.get("scope", "openid").split():
        raise ValueError("without openid it is no sign-in")
    return Provider(**given, groups=tuple(groups), persons=persons)
