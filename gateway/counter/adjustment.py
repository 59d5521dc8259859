"""清单调整的报送页 (obligations 5.4, 5.5, 5.7): the entries found and chosen, what becomes of each, why and since when; one act reports
it, and the three working days are said as soon as the day of the cause is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from domain.adjusting import ProposalKind
from domain.listing import ChangeKind
from domain.refusal import Refusal
from gateway.catalog.proposal_inputs import ProposalIn
from gateway.catalog.proposals import report_adjustment
from gateway.counter.adjustment_form import CHANGE, Line, changes_sent, lines_sent, new_line
from gateway.counter.adjustment_page import Shown, choices, due_of, found, sent_back, show, typed
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Search
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.visibility import own_proposal
from ledger.catalog import proposals, reporting
from ledger.database import transaction
from ledger.registry import registry
from ledger.registry.keys import Caller

router = pages()

_PAGE = "/counter/catalog/adjustments"
_MOST = 12  #: changes that one page takes: each has some fifteen fields of the form's 300
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
def form(
    request: Request, caller: PageCaller, unit: _Code = "", once: UUID | None = None, of: UUID | None = None, q: Search = ""
) -> Response:
    """Its own list, or one that the unit drafts for another. `of`: what was sent back, to be reported otherwise."""
    if of is None:
        return show(request, caller, Shown(unit=unit, once=once or uuid4(), q=q))
    with transaction() as session:
        row = own_proposal(session, caller, of)
        if not reporting.is_sent_back(row):
            raise Problem(
                "step_refused", detail="这一项没有退回修改,或者已经重新报送、撤回。", remedy="请在“清单调整”中查看它现在办到哪一步。"
            )
        return show(request, caller, sent_back(session, row, registry.lists_of(session, caller.unit), once or uuid4()))


@router.get(f"{_PAGE}/entries", name="counter_adjustment_entries")
def find_entries(request: Request, caller: PageCaller, unit: _Code, q: Search = "") -> Response:
    """What of the published list can be removed or altered, and what can be added."""
    return render(request, "adjustment_entries.html", **found(caller, unit, q))


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
    _refuse_another(chosen, matter, proof)
    with transaction() as session:
        line = new_line(session, kind, matter, proof, registry.lists_of(session, caller.unit))
        return render(request, "adjustment_change.html", **vars(line), **choices(session))


def _refuse_another(chosen: Sequence[Line | re.Match[str]], matter: str, proof: str) -> None:
    """One place is changed once, and a page takes no more than it can hold."""
    keys = [(one.matter.code, one.proof.code) if isinstance(one, Line) else (one["matter"], one["proof"]) for one in chosen]
    if (matter, proof) in keys:
        raise Problem("change_twice", remedy="请在下面的报送内容中改这一处,或者先去掉它。")
    if len(keys) >= _MOST:
        raise Problem("invalid", detail=f"一次最多填写 {_MOST} 处变动。", remedy="请先报送这些,其余的另报一次。")


@router.get(f"{_PAGE}/due", name="counter_adjustment_due")
def due(request: Request, reason_date: Annotated[str, Query(max_length=40)] = "") -> Response:
    """三个工作日: until when it is to be reported, as soon as the day is there."""
    return render(request, "adjustment_due.html", **due_of(reason_date))


@router.post(f"{_PAGE}/{{once}}", name="counter_adjustment_send")
def send(request: Request, once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """起草并报送; the page of what was reported says what becomes of it. Where no script does it, a change is chosen or taken out and
    an entry looked for by sending the page, too, and what is refused comes back with it."""
    try:
        if not {"pick", "drop", "find"} & sent.form.keys():
            return goes_on(f"/counter/catalog/proposals/{_report(once, caller, sent)}?done=true")
        return show(request, caller, typed(sent, once, _chosen(caller, sent)))
    except (Refusal, Problem) as why:
        if "hx-request" in request.headers:
            raise
        with transaction() as session:
            lines = list(lines_sent(session, sent, registry.lists_of(session, caller.unit)))
        return show(request, caller, typed(sent, once, lines, problem_of(why)))


def _chosen(caller: Caller, sent: Sent) -> list[Line]:
    """The changes of the form, with the one that was picked and without the one that was dropped."""
    with transaction() as session:
        units = registry.lists_of(session, caller.unit)
        lines = [one for one in lines_sent(session, sent, units) if one.n != sent.text("drop")]
        kind, *about = sent.text("pick").split("|")
        if kind in set(ChangeKind):
            matter, proof = about if len(about) == 2 else (sent.text("matter"), sent.text("proof"))
            _refuse_another(lines, matter, proof)
            lines.append(new_line(session, ChangeKind(kind), matter, proof, units))
        return lines


def _report(once: UUID, caller: Caller, sent: Sent) -> UUID:
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
    return report_adjustment(model_of(ProposalIn, values, _LABELS), caller, identity=once, replaces=sent.id("of")).id
