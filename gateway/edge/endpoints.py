"""What all endpoint files use: the router of the API and the problems that an endpoint may answer with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Query

from gateway.edge.authentication import ApiRoute
from gateway.edge.contract import header
from gateway.edge.problems import MEDIA_TYPE, PROBLEMS
from gateway.edge.schemas import ProblemOut
from gateway.edge.values import Instant
from settings import settings

#: Why a request is not in the inbox any more.
GONE = ("request_withdrawn", "request_returned", "request_moved", "request_ended")
#: What stops any call before its endpoint, or wherever it stands: said once, for the whole contract.
ANY_CALL = ("method_not_allowed", "too_slow", "crowded", "unavailable", "clock_off")
_ALWAYS = ("key_invalid", "person_needed", "not_allowed", "own_key_needed", "scope_missing", "too_many_requests", "internal", "unavailable")
_WITH_BODY = ("not_json", "too_nested", "too_large", "not_json_type", "invalid", "text_unclean", "duplicate_field")
_SCHEMA = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
#: What a refusal of this status always says in its header.
_HEADERS = {401: {"WWW-Authenticate": header("Bearer", required=True)}, 429: {"Retry-After": header("几秒之后再试", required=True)}}
_BY_NAME = attrgetter("name")  # an operation's id in the document

Since = Annotated[Instant | None, Query(description="起(含);省略为一年前")]
Until = Annotated[Instant | None, Query(description="止(不含);省略为现在")]


def period(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The period of a list: the last year where nothing was said."""
    end = until or settings().now()
    return since or end - timedelta(days=366), end


def api_router(tag: str) -> APIRouter:
    """A router whose endpoints need a key."""
    return APIRouter(route_class=ApiRoute, tags=[tag], generate_unique_id_function=_BY_NAME)


def open_router(tag: str) -> APIRouter:
    """A router of the API whose endpoints are everybody's."""
    return APIRouter(tags=[tag], generate_unique_id_function=_BY_NAME)


Responses = dict[int | str, dict[str, Any]]


def problems(
    *codes: str, body: bool = False, key: bool = True, also: Mapping[int | str, dict[str, Any]] = MappingProxyType({})
) -> Responses:
    """The responses of one endpoint for its OpenAPI document: `also` as it is, and its problems, one a status."""
    all_codes = (*codes, *(_WITH_BODY if body else ()), *(_ALWAYS if key else ("too_many_requests", "internal")))
    by_status: Responses = {**also}
    for code in all_codes:
        kind = PROBLEMS[code]
        response = by_status.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {"schema": _SCHEMA, "examples": {}}}})
        if kind.status in _HEADERS:
            response["headers"] = _HEADERS[kind.status]
        response["description"] += f"{'、' if response['description'] else ''}{kind.title}(`{code}`)"
        example = {"type": f"/docs#{code}", "title": kind.title, "status": kind.status, "code": code}
        response["content"][MEDIA_TYPE]["examples"][code] = {"value": example | {"detail": kind.detail, "remedy": kind.remedy}}
    return dict(sorted(by_status.items(), key=lambda item: int(item[0])))
