"""收件箱: what other units ask of the caller's unit, and what it may do with it (obligations 10.1, 10.4, 10.10, 10.11)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Response

from domain.batches import PATTERN
from domain.lifecycle import State
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import GONE, api_router, problems
from gateway.edge.paging import PagingOfPersons, words_of
from gateway.edge.parameters import RequestId
from gateway.edge.problems import Problem
from gateway.edge.visibility import may_override
from gateway.inbox.preview import preview
from gateway.inbox.schemas import (
    ActionDone,
    InboxAnswerItem,
    InboxBatchLine,
    InboxOut,
    ReplyIn,
    RequestOut,
    ReturnIn,
    ReturnTaken,
    SupplementRequestIn,
)
from ledger.batches import inbox as batches
from ledger.casework import attachments, inbox_view
from ledger.database import transaction
from ledger.inbox import claims, requests, returns, supplements
from ledger.tables.verifications import Verification
from settings import settings

router = api_router("inbox")

_ACTIONS = ("request_unknown", "already_answered", *GONE, "claimed_by_other")
_PDF = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}


@router.get("/v1/inbox", summary="收件箱", responses=problems("invalid", "text_unclean"))
def get_inbox(
    caller: CurrentCaller,
    page: PagingOfPersons,
    status: Annotated[Literal["open", "answered"], Query(description="open 待办,answered 已答复")] = "open",
    batch: Annotated[str | None, Query(pattern=PATTERN, description="只看这个批次的申请")] = None,
    claimed: Annotated[Literal["me", "nobody"] | None, Query(description="me 本人认领的,nobody 无人认领的;省略为全部")] = None,
    q: Annotated[str, Query(max_length=64, description="核验编号或需求单位的办件编号,须完整;批次中的也在内")] = "",
) -> InboxOut:
    """发给本单位的核验申请。待办按时限先后排列,已超时的在最前,等待补正的在后;一页最多 100 项。查看有记录。

    批量核验的申请不逐项列出:每个批次在第一页的 `batches` 中为一项,其中的申请以 `batch` 查看。
    """
    now, answered = settings().now(), status == "answered"
    claimant = {None: None, "me": caller.person, "nobody": ""}[claimed]
    wanted = requests.InboxFilter(answered, batch, claimant, " ".join(words_of(q)))
    first = wanted == requests.InboxFilter() and page.after is None
    with transaction() as session:
        found = inbox_view.lines(session, caller.unit, page, wanted=wanted, actor=caller.actor, now=now)
        asked = [InboxBatchLine.of(one) for one in batches.lines(session, caller.unit)] if first else []
        items = [InboxAnswerItem.of(line, now) for line in found.rows]
        return InboxOut(items=items, batches=asked, next_cursor=page.cursor(found))


@router.get("/v1/inbox/{id}", summary="查看申请", responses=problems("request_unknown", *GONE, "invalid"))
def get_request(id: RequestId, caller: CurrentCaller) -> RequestOut:  # noqa: A002  (the address says id)
    """一项核验申请:补正、此前的退回、数据共享来源此前的答复、附件;核实不符的,另有申请人的陈述。已撤回的不再显示。"""
    now = settings().now()
    with transaction() as session:
        found = inbox_view.detail(session, caller.unit, id, actor=caller.actor, now=now)
        if found is None:
            raise Problem("request_unknown")
        request = found.line.request
        if request.withdrawn_at is not None:
            raise claims.gone(session, session.get_one(Verification, request.verification), request)
        files = attachments.visible(session, caller.unit, request.verification, request.id)
        return RequestOut.of(found, files, now)


@router.post("/v1/inbox/{id}/claim", summary="认领", responses=problems(*_ACTIONS, "invalid"))
def claim_request(id: RequestId, caller: CurrentCaller) -> ActionDone:  # noqa: A002
    """认领后,同事不能再办理;督办员可以接手。重复认领不产生变化。"""
    with transaction() as session:
        claims.claim(session, id, caller.unit, now=settings().now(), actor=caller.actor, override=may_override(session, caller, id))
    return ActionDone(id=id, status="claimed")


@router.post("/v1/inbox/{id}/release", summary="放回", responses=problems(*_ACTIONS, "invalid"))
def release_request(id: RequestId, caller: CurrentCaller) -> ActionDone:  # noqa: A002
    """放回收件箱,由同事认领。"""
    with transaction() as session:
        claims.release(session, id, caller.unit, now=settings().now(), actor=caller.actor, override=may_override(session, caller, id))
    return ActionDone(id=id, status="open")


@router.post(
    "/v1/inbox/{id}/preview",
    summary="预览证明",
    response_class=Response,
    responses=problems(*_ACTIONS, "fields_missing", "not_sealed", "page_refused", body=True, also={200: {"content": _PDF}}),
)
def preview_reply(id: RequestId, body: ReplyIn, caller: CurrentCaller) -> Response:  # noqa: A002
    """按拟答复的内容排出证明,注明“预览”,不用印、不保存。时限照常计算。"""
    data = requests.Reply(body.answer, dict(body.fields), body.note)
    with transaction() as session:
        pdf = preview(session, caller, id, data, override=may_override(session, caller, id))
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="preview.pdf"'})


@router.post("/v1/inbox/{id}/reply", summary="答复申请", responses=problems(*_ACTIONS, "fields_missing", body=True))
def reply_to_request(id: RequestId, body: ReplyIn, caller: CurrentCaller) -> ActionDone:  # noqa: A002
    """属实须填写证明所需的全部内容,多余的内容不保存;无法核验的转下一种方式或由人工决定。首次答复有效,逾期的仍然送达。"""
    data = requests.Reply(body.answer, dict(body.fields), body.note)
    with transaction() as session:
        requests.reply(session, id, caller.unit, data, now=settings().now(), actor=caller.actor, override=may_override(session, caller, id))
    return ActionDone(id=id, status="answered")


@router.post(
    "/v1/inbox/{id}/supplement",
    summary="要求补正",
    responses=problems(*_ACTIONS, "supplements_off", "limit_passed", "state_conflict", body=True),
)
def ask_for_supplement(id: RequestId, body: SupplementRequestIn, caller: CurrentCaller) -> ActionDone:  # noqa: A002
    """缺少资料时要求需求单位补正:三十分钟和二十四小时的时限暂停,承诺时限不变。时限已过的不能再要求补正。"""
    with transaction() as session:
        supplements.ask(
            session, id, caller.unit, body.what, now=settings().now(), actor=caller.actor, override=may_override(session, caller, id)
        )
    return ActionDone(id=id, status="resting")


@router.post(
    "/v1/inbox/{id}/return",
    summary="退回申请",
    responses=problems(*_ACTIONS, "suggests_itself", "names_requester", "suggested_unit_unknown", body=True),
)
def return_request(id: RequestId, body: ReturnIn, caller: CurrentCaller) -> ReturnTaken:  # noqa: A002
    """仅限不属本单位职责,应在三十分钟内退回,写明理由和转办建议。第二次退回由工作专班办公室处理。"""
    with transaction() as session:
        state = returns.give_back(
            session, id, caller.unit, body.as_reason(), now=settings().now(), actor=caller.actor, override=may_override(session, caller, id)
        )
    return ReturnTaken(id=id, status="returned", forwarded=state is State.TO_ASK, to_office=state is State.NEEDS_ATTENTION)
