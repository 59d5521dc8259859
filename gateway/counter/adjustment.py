"""清单调整的报送页 (obligations 5.4, 5.5, 5.7): the entries found and chosen, what becomes of each, why and since when; one act reports
it, and the three working days are said as soon as the day of the cause is typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from domain.adjusting import ProposalKind
from domain.calendar import MissingYear
from domain.instants import is_past
from domain.limits import IN_FORCE
from domain.listing import ChangeKind
from domain.methods import Method
from domain.scope import Exclusion
from gateway.catalog.proposal_inputs import ProposalIn
from gateway.catalog.proposals import report_adjustment
from gateway.counter.adjustment_form import CHANGE, changes_sent, mark_of
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Search, words_of
from gateway.edge.problems import Problem
from ledger.calendars import terms
from ledger.catalog import entries, proposals, published, reporting, versions
from ledger.catalog.published import Wanted
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.registry import Matter, ProofKind
from settings import LOCAL, settings

router = pages()

_PAGE = "/counter/catalog/adjustments"
_FOUND, _MOST = 30, 12  #: entries that a search shows; changes that one page takes: each has some fifteen fields of the form's 300
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "事由",
        "reason_date": "事由发生之日",
        "document": "依据的文件",
        "law_change": "对应的法规变动",
        "changes": "变动",
        "methods": "核验方式",
        "issuing_unit": "出具单位",
        "source": "数据来源",
        "fields": "核验内容",
        "basis": "设定依据",
        "validity_days": "有效天数",
        "limit_minutes": "核验时限(分钟)",
        "commitment_basis": "应当采取告知承诺的依据",
        "exclusion_decided_by": "认定机关",
        "exclusion_evidence": "认定依据",
    }
)
_Code = Annotated[str, Query(max_length=64)]


@router.get(f"{_PAGE}/new", name="counter_adjustment")
def form(request: Request, caller: PageCaller, unit: _Code = "", once: UUID | None = None) -> Response:
    """Its own list, or one that the unit drafts for another."""
    units = _units(caller)
    with transaction() as session:
        names = registry.unit_names(session)
        wanted = unit if unit in units else units[0]
        laws = reporting.unanswered(session, wanted, now=settings().now())
    return render(
        request,
        "adjustment.html",
        unit=wanted,
        units=[(code, names[code]) for code in units],
        laws=laws,
        once=once or uuid4(),
        today=settings().now().astimezone(LOCAL).date(),
        begins=IN_FORCE.date(),
        **_found(caller, wanted, ""),
    )


@router.get(f"{_PAGE}/entries", name="counter_adjustment_entries")
def find_entries(request: Request, caller: PageCaller, unit: _Code, q: Search = "") -> Response:
    """What of the published list can be removed or altered, and what can be added."""
    return render(request, "adjustment_entries.html", **_found(caller, unit, q))


@router.get(f"{_PAGE}/change", name="counter_adjustment_change")
def one_change(
    request: Request,
    caller: PageCaller,
    kind: ChangeKind,
    matter: _Code,
    proof: _Code,
    change: Annotated[list[str] | None, Query(max_length=100)] = None,
) -> Response:
    """One more change for the form, filled with what stands now. `change`: those that are in it already."""
    chosen = [found for one in change or () if (found := CHANGE.fullmatch(one))]
    if any(one["matter"] == matter and one["proof"] == proof for one in chosen):
        raise Problem("change_twice", remedy="请在下面的报送内容中改这一处,或者先去掉它。")
    if len(chosen) >= _MOST:
        raise Problem("invalid", detail=f"一次最多填写 {_MOST} 处变动。", remedy="请先报送这些,其余的另报一次。")
    units = _units(caller)
    with transaction() as session:
        known, proof_kind = session.get(Matter, matter), session.get(ProofKind, proof)
        if known is None or known.unit not in units:
            raise Problem("matter_unknown")
        if proof_kind is None:
            raise Problem("proof_kind_unknown")
        standing = entries.listed_entry(session, matter, proof)
        if (standing is None) is not (kind is ChangeKind.ADD):
            raise Problem("entry_not_listed" if standing is None else "entry_listed_already")
        return render(
            request,
            "adjustment_change.html",
            n=mark_of(matter, proof, standing[1] if standing else None),
            kind=kind,
            matter=known,
            proof=proof_kind,
            entry=standing[1] if standing else None,
            methods=list(Method),
            exclusions=list(Exclusion),
            units=sorted(registry.unit_names(session).items(), key=lambda one: one[1]),
            sources=reporting.sources(session),
        )


@router.get(f"{_PAGE}/due", name="counter_adjustment_due")
def due(request: Request, reason_date: Annotated[str, Query(max_length=40)] = "") -> Response:
    """三个工作日: until when it is to be reported, as soon as the day is there."""
    now, found = settings().now(), None
    try:
        day = date.fromisoformat(reason_date)
    except ValueError:
        return render(request, "adjustment_due.html", day=None, due=None, late=False, missing=None, wrong="")
    if day > now.astimezone(LOCAL).date() or day < IN_FORCE.date():
        wrong = "不能在今天以后" if day > IN_FORCE.date() else "不能早于规则施行之日(2022年6月28日)"
        return render(request, "adjustment_due.html", day=day, due=None, late=False, missing=None, wrong=wrong)
    missing = None
    try:
        with transaction() as session:
            found = terms.report_due(session, day)
    except MissingYear as year:
        missing = year.year
    late = found is not None and is_past(found, now)
    return render(request, "adjustment_due.html", day=day, due=found, late=late, missing=missing, wrong="")


@router.post(f"{_PAGE}/{{once}}", name="counter_adjustment_send")
def send(once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """起草并报送; the page of what was reported says what becomes of it."""
    with transaction() as session:
        changes = changes_sent(session, sent, is_new=proposals.find(session, once) is None)
    if not changes:
        raise Problem("invalid", detail="还没有选择条目。", remedy="请在上面找到要调整的条目,选择减少、变更或者增加,再报送。")
    values: dict[str, object] = {
        "kind": ProposalKind.ADJUSTMENT,
        "unit": sent.text("unit"),
        "reason": " ".join(sent.text("reason").split()),
        "reason_date": sent.text("reason_date") or None,
        "document": sent.text("document"),
        "law_change": sent.number("law_change"),
        "changes": changes,
    }
    made = report_adjustment(model_of(ProposalIn, values, _LABELS), caller, identity=once)
    return goes_on(f"/counter/catalog/proposals/{made.id}?done=true")


def _units(caller: Caller) -> list[str]:
    with transaction() as session:
        return registry.lists_of(session, caller.unit)


def _found(caller: Caller, unit: str, q: str) -> dict[str, Any]:
    units, words = _units(caller), words_of(q)
    wanted = unit if unit in units else units[0]
    with transaction() as session:
        rows = published.page(session, versions.current(session), Wanted(words, wanted), limit=_FOUND + 1)
        matters = reporting.matters_like(session, wanted, (), 200)
        proofs = reporting.proofs_like(session, words, _FOUND) if words else []
    return {"q": q, "wanted": wanted, "entries": [one.entry for one in rows[:_FOUND]], "more": len(rows) > _FOUND} | {
        "matters": matters,
        "proofs": proofs,
    }
