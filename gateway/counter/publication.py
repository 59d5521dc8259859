"""清单公布的页面 (obligations 5.2, 5.3): what was agreed is published by another person than who agreed to it; every version until now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from fastapi import Request, Response

from domain.adjusting import ProposalStatus, Step
from domain.listing import ChangeKind
from gateway.catalog import proposals as api
from gateway.catalog.proposal_inputs import VersionIn
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from ledger.catalog import proposals, published, versions
from ledger.database import transaction
from ledger.registry import registry

router = pages()

_PAGE = "/counter/catalog/publication"
_ON_A_PAGE, _VERSIONS = 100, 12  #: proposals, and versions with what each changed: about 80 KB
_LABELS: Mapping[str, str] = MappingProxyType({"proposals": "要公布的内容", "document": "公布的文号或者公告名称"})


@router.get(_PAGE, name="counter_publication")
def publication(request: Request, caller: PageCaller, page: Paging, published_as: int = 0) -> Response:
    """What waits to be published, who agreed to it, and the newest versions with their differences."""
    found = api.get_proposals(caller, replace(page, limit=_ON_A_PAGE), ProposalStatus.AGREED)
    with transaction() as session:
        steps = {one.id: proposals.steps_of(session, one.id) for one in found.items}
        names = registry.names_of_actors(session, {f"person:{step.person}" for its in steps.values() for step in its})
        every = versions.versions(session)
        counts = published.brought(session, [one.number for one in every[:_VERSIONS]])
        units = registry.unit_names(session)
    agreed = {one: next((step for step in reversed(its) if step.step in (Step.CONSENT, Step.DECIDE)), None) for one, its in steps.items()}
    return render(
        request,
        "catalog_publication.html",
        found=found,
        agreed=agreed,
        own={one for one, its in steps.items() if proposals.not_by(its, Step.PUBLISH, caller.person)},
        names={actor.partition(":")[2]: name for actor, name in names.items()},
        units=units,
        versions=every[:_VERSIONS],
        total=len(every),
        counts=counts,
        kinds=[ChangeKind.REMOVE, ChangeKind.ALTER, ChangeKind.ADD],
        may_publish=page_refusal("counter_publish", caller) is None,
        published_as=published_as,
    )


@router.post(f"{_PAGE}/publish", name="counter_publish")
def publish(caller: PageCaller, sent: SentForm) -> Response:
    """公布: what is ticked becomes the next version, whole or not at all."""
    version = api.publish_version(
        model_of(VersionIn, {"proposals": sent.all("proposals"), "document": sent.text("document")}, _LABELS), caller
    )
    return goes_on(f"{_PAGE}?published_as={version.number}")
