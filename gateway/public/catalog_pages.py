"""清单公开 (obligation 5.3) as pages for everybody, readable on a telephone: the list, its versions, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from gateway.catalog import published_documents
from gateway.catalog.published_schemas import ListedEntry
from gateway.edge.caching import page_once
from gateway.edge.endpoints import Responses, open_router, problems
from gateway.edge.pages import HTML, look, page
from gateway.edge.paging import words_of
from gateway.edge.parameters import VersionNumber
from gateway.public.catalog import FromVersion, tag_of
from ledger.catalog import published, versions
from ledger.catalog.published import Wanted
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.catalog import CatalogVersion
from settings import settings

router = open_router("public-catalog")

_HTML: Responses = {200: {"content": HTML, "description": "网页"}}
_PAGE = problems("version_unknown", "text_unclean", "invalid", key=False, also=_HTML)
_ON_A_PAGE = 50

Text = Annotated[str, Query(max_length=60, description="事项、证明、单位或依据中的文字", examples=["户籍"])]
OfUnit = Annotated[str, Query(max_length=64, description="只看这个单位(单位编码)")]
PageNumber = Annotated[int, Query(ge=1, le=100_000, description="第几页")]


@router.get("/catalog", summary="现行清单", response_class=Response, responses=_PAGE)
def catalog_page(request: Request, q: Text = "", unit: OfUnit = "", p: PageNumber = 1) -> Response:
    """市中区“无证明办事”清单的网页:可按文字和单位查找,写明每项证明怎样核验而不用提交。"""
    return _list(request, None, q, unit, p)


@router.get("/catalog/versions", summary="历次公布", response_class=Response, responses=problems(key=False, also=_HTML))
def versions_page(request: Request) -> Response:
    """各版清单,和任意两版的对照。"""
    with transaction() as session:
        found = versions.versions(session)
    return page_once(request, look(*map(_known_by, found)), lambda: page("catalog_versions.html", versions=found))


@router.get("/catalog/versions/{version}", summary="一版清单", response_class=Response, responses=_PAGE)
def version_page(version: VersionNumber, request: Request, q: Text = "", unit: OfUnit = "", p: PageNumber = 1) -> Response:
    """任何一版清单的网页。"""
    return _list(request, version, q, unit, p)


@router.get(
    "/catalog/changes",
    summary="对照两版",
    response_class=Response,
    responses=problems("invalid", key=False, also={303: {"description": "转到对照页"}}),
)
def changes_start(
    request: Request,
    first: Annotated[int, Query(ge=0, le=1_000_000, description="从第几版", examples=[0])],
    second: Annotated[int, Query(ge=0, le=1_000_000, description="到第几版", examples=[1])],
) -> Response:
    """网页表单的去处:转到这两版的变动。"""
    return RedirectResponse(f"/catalog/changes/{first}/{second}", 303)


@router.get("/catalog/changes/{first}/{second}", summary="两版之间的变动", response_class=Response, responses=_PAGE)
def changes_page(first: FromVersion, second: FromVersion, request: Request, p: PageNumber = 1) -> Response:
    """任意两版之间减少、变更、增加了什么。"""
    with transaction() as session:
        known_versions = {number: published.version_of(session, number) for number in {first, second} - {0}}
        names = registry.unit_names(session)
    tag = look(first, second, *map(_known_by, known_versions.values()), sorted(names.items()))
    return page_once(request, tag, lambda: _changes(request, first, second, known_versions, names, p))


def _changes(
    request: Request, first: int, second: int, known_versions: Mapping[int, CatalogVersion], names: Mapping[str, str], p: int
) -> HTMLResponse:
    with transaction() as session:
        counts = published.change_counts(session, first, second)
        found = published.changes(session, first, second, limit=_ON_A_PAGE, offset=(p - 1) * _ON_A_PAGE)
    return page(
        "catalog_changes.html",
        first=first,
        second=second,
        versions=known_versions,
        counts=counts,
        total=sum(counts.values()),
        changes=[published_documents.change_of(one, names) for one in found],
        pages=_pages(request, p, sum(counts.values())),
    )


def _list(request: Request, number: int | None, text: str, unit: str, at: int) -> Response:
    words = words_of(text)
    with transaction() as session:
        version, newest = published.version_of(session, number), versions.current(session)
        names = sorted(registry.unit_names(session).items())  # a unit bears its name of today in every version
    tag = look(settings().feedback_url, newest, _known_by(version), names, text, unit, at)
    return page_once(request, tag, lambda: _set(request, version, newest, Wanted(words, unit or None), text, at))


def _set(request: Request, version: CatalogVersion, newest: int, wanted: Wanted, text: str, at: int) -> HTMLResponse:
    with transaction() as session:
        found = published.page(session, version.number, wanted, limit=_ON_A_PAGE, offset=(at - 1) * _ON_A_PAGE)
        units, hits = published.units(session, version.number), published.units(session, version.number, wanted)
        figures = published.figures(session, version.number)
    total = sum(count for _, _, count in hits)
    return page(
        "catalog.html",
        version=version,
        newest=newest,
        text=text,
        unit=wanted.unit or "",
        units=units,
        figures=figures,
        total=total,
        groups=_groups([published_documents.entry_of(one.entry, one.unit_name) for one in found]),
        at=at,
        pages=_pages(request, at, total),
        feedback_url=settings().feedback_url,
        path=request.url.path,
    )


def _known_by(version: CatalogVersion) -> tuple[object, ...]:
    """All that pages say of a version, and its digest for what stands in it."""
    return version.number, tag_of(version), version.published_at, version.document


def _groups(entries: list[ListedEntry]) -> list[dict[str, Any]]:
    """By unit, and in it by matter."""
    return [
        {"unit": unit, "matters": [(matter, list(proofs)) for matter, proofs in groupby(of_unit, key=lambda one: one.matter)]}
        for unit, of_unit in groupby(entries, key=lambda one: one.unit)
    ]


def _pages(request: Request, at: int, total: int) -> dict[str, Any]:
    """Where the pages before and after are; empty addresses where there is none."""
    last = max(1, -(-total // _ON_A_PAGE))

    def address(number: int) -> str:
        query = request.url.include_query_params(p=number).query
        return f"{request.url.path}?{query}" if 1 <= number <= last else ""

    return {"at": at, "last": last, "before": address(at - 1), "after": address(at + 1)}
