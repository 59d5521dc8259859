"""公开的: the endpoints and pages that ask for no key, and the quota that a call counts for. The others: `gateway.edge.permissions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Open:
    """As in `gateway.edge.permissions.Rule`."""

    quota: str
    shared: bool = False


SIGN_IN, PROVIDER, WATCHING = "sign_in", "provider", "watching"  #: apart: who waits for a provider holds up nobody who signs in without
_CHECK, _PUBLISHED, _SIGN_IN, _PROVIDER, _WATCHED = (Open(quota) for quota in ("check", "catalog", SIGN_IN, PROVIDER, WATCHING))
_PAGE, _DOCUMENTS = (Open(quota, shared=True) for quota in ("catalog", "documents"))

PUBLIC: Mapping[str, Open] = MappingProxyType(
    {
        "figures_page": _PAGE,
        "figures_json": _PUBLISHED,
        "figures_csv": _PUBLISHED,
        "record_heads": _PUBLISHED,
        "record_head": _PUBLISHED,
        "get_status_lists": _PUBLISHED,
        "get_status_list": _PUBLISHED,
        "catalog_page": _PAGE,
        "catalog_json": _PUBLISHED,
        "catalog_csv": _PUBLISHED,
        "versions_page": _PAGE,
        "versions_json": _PUBLISHED,
        "version_page": _PAGE,
        "version_json": _PUBLISHED,
        "version_csv": _PUBLISHED,
        "changes_start": _PUBLISHED,
        "changes_page": _PAGE,
        "changes_json": _PUBLISHED,
        "changes_csv": _PUBLISHED,
        "verify_start": _DOCUMENTS,
        "verify_offline": _DOCUMENTS,
        "verify_number": _CHECK,
        "compare_fields": _CHECK,
        "verify_upload": _CHECK,
        "liveness": _WATCHED,
        "health": _WATCHED,
        "metrics": _WATCHED,
        "openapi_document": _DOCUMENTS,
        "docs": _DOCUMENTS,
        "home": _DOCUMENTS,
        "who_asked": _CHECK,
        "who_asked_open": _CHECK,
        "who_asked_list": _CHECK,
        "who_asked_object": _CHECK,
        "who_asked_end": _CHECK,
        "hand_in": _CHECK,
        "hand_in_confirm": _CHECK,
        "counter_sign_in": _SIGN_IN,
        "counter_signing_in": _SIGN_IN,
        "counter_link": _SIGN_IN,
        "counter_set_up": _SIGN_IN,
        "counter_provider": _PROVIDER,
        "counter_provider_back": _PROVIDER,
    }
)
