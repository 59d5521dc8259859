"""清单公开 (obligation 5.3) as data: the published list and any version of it, and what changed between any two; without a key.

A version is kept by caches for ever; what is called the current one is asked about each time and answered with 304.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response

from gateway.catalog import published_documents
from gateway.catalog.proposal_schemas import VersionOut
from gateway.catalog.published_schemas import ChangeLog, PublishedList, PublishedVersion, PublishedVersions
from gateway.edge.caching import ASK_AGAIN, FOR_EVER, known, marked
from gateway.edge.csv_files import CSV, csv_answer
from gateway.edge.endpoints import Responses, open_router, problems
from gateway.edge.parameters import VersionNumber
from gateway.edge.streams import streamed
from ledger.catalog import published, versions
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.catalog import CatalogVersion

router = open_router("public-catalog")

FromVersion = Annotated[int, Path(ge=0, le=1_000_000, description="从第几版;0 为首次公布之前", examples=[0])]
_UNCHANGED: Responses = {304: {"description": "与 If-None-Match 所持的相同"}}
_LIST = problems("version_unknown", "invalid", key=False, also=_UNCHANGED)
_TABLE = problems("version_unknown", "invalid", key=False, also={200: {"content": CSV}, **_UNCHANGED})


@router.get("/catalog.json", summary="现行清单(JSON)", response_model=PublishedList, responses=_LIST)
def catalog_json(request: Request) -> Response:
    """现行清单的全部条目:事项、证明、免提交的核验方式、出具单位、设定依据;不适用的说明原因。"""
    return _list_json(request, None)


@router.get("/catalog.csv", summary="现行清单(CSV)", response_class=Response, responses=_TABLE)
def catalog_csv(request: Request) -> Response:
    """UTF-8 带签名,可直接用表格软件打开;任何单元格都不会被当作公式。"""
    return _list_csv(request, None)


@router.get("/catalog/versions.json", summary="历次公布(JSON)", response_model=PublishedVersions, responses=problems(key=False))
def versions_json(request: Request) -> PublishedVersions:
    """各版的公布时间、文号和摘要,最新的在前。"""
    with transaction() as session:
        found = versions.versions(session)
    return PublishedVersions(items=[PublishedVersion(**VersionOut.of(row).model_dump(), previous=row.number - 1) for row in found])


@router.get("/catalog/versions/{version}.json", summary="一版清单(JSON)", response_model=PublishedList, responses=_LIST)
def version_json(version: VersionNumber, request: Request) -> Response:
    """任何一版的全部条目。版本一经公布不再改变。"""
    return _list_json(request, version)


@router.get("/catalog/versions/{version}.csv", summary="一版清单(CSV)", response_class=Response, responses=_TABLE)
def version_csv(version: VersionNumber, request: Request) -> Response:
    """同上,CSV。"""
    return _list_csv(request, version)


@router.get("/catalog/changes/{first}/{second}.json", summary="两版之间的变动(JSON)", response_model=ChangeLog, responses=_LIST)
def changes_json(first: FromVersion, second: FromVersion, request: Request) -> Response:
    """任意两版之间的减少、变更、增加,每处写明变动前后的内容。"""
    headers, names = _pair(first, second)
    if answer := known(request, headers):
        return answer
    changes = (published_documents.change_of(one, names) for one in published_documents.changes(first, second))
    pieces = published_documents.as_json({"first": first, "second": second}, "changes", changes)
    return streamed(pieces, "application/json", headers)


@router.get("/catalog/changes/{first}/{second}.csv", summary="两版之间的变动(CSV)", response_class=Response, responses=_TABLE)
def changes_csv(first: FromVersion, second: FromVersion, request: Request) -> Response:
    """同上,CSV。"""
    headers, names = _pair(first, second)
    if answer := known(request, headers):
        return answer
    rows = (published_documents.change_row(one, names) for one in published_documents.changes(first, second))
    return csv_answer(f"catalog-changes-{first}-{second}.csv", published_documents.CHANGE_HEADER, rows, headers)


def _list_json(request: Request, number: int | None) -> Response:
    version, headers = _version(request, number)
    if answer := known(request, headers):
        return answer
    head = {"version": VersionOut.of(version).model_dump(mode="json")}
    pieces = published_documents.as_json(head, "entries", published_documents.entries(version.number))
    return streamed(pieces, "application/json", headers)


def _list_csv(request: Request, number: int | None) -> Response:
    version, headers = _version(request, number)
    if answer := known(request, headers):
        return answer
    rows = (published_documents.entry_row(one) for one in published_documents.entries(version.number))
    return csv_answer(f"catalog-{version.number}.csv", published_documents.ENTRY_HEADER, rows, headers)


def _version(request: Request, number: int | None) -> tuple[CatalogVersion, dict[str, str]]:
    with transaction() as session:
        version = published.version_of(session, number)
    return version, marked(tag_of(version), ASK_AGAIN if number is None else FOR_EVER)


def _pair(first: int, second: int) -> tuple[dict[str, str], dict[str, str]]:
    """Headers for what changed between two versions, and the names of units."""
    with transaction() as session:
        tags = [tag_of(published.version_of(session, number)) if number else "0" for number in (first, second)]
        return marked("-".join(tags), FOR_EVER), registry.unit_names(session)


def tag_of(version: CatalogVersion) -> str:
    """The digest of its content; of a list from before there were digests its number."""
    return version.digest or f"version-{version.number}"
