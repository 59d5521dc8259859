"""收件箱: what other units ask of the caller's unit, and its answers (10.1, 10.4)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query

from gateway.answers.inbox import InboxAnswer, InboxAnswerItem, ReplyTaken
from gateway.entrance import CurrentCaller
from gateway.problems import Problem
from gateway.routes.shared import api_router, problems
from gateway.sent.inbox import SentReply
from ledger import inboxes, requests
from ledger.database import transaction
from settings import settings

router = api_router("收件箱")

RequestId = Annotated[UUID, Path(description="核验申请的编号(收件箱中的 id)")]


@router.get("/v1/inbox", summary="收件箱", responses=problems("invalid"))
def get_inbox(
    caller: CurrentCaller,
    status: Annotated[Literal["open", "answered"], Query(description="open 待办,answered 已答复")] = "open",
) -> InboxAnswer:
    """发给本单位的核验申请。待办按时限先后排列,最急的在前,一次最多 100 项;查看有记录。"""
    now = settings().now()
    with transaction() as session:
        found = inboxes.lines(session, caller.unit, answered=status == "answered", actor=caller.actor, now=now)
        return InboxAnswer(items=[InboxAnswerItem.of(line, now) for line in found])


@router.get("/v1/inbox/{id}", summary="查看申请", responses=problems("request_unknown", "request_withdrawn", "invalid"))
def get_request(id: RequestId, caller: CurrentCaller) -> InboxAnswerItem:  # noqa: A002  (the address says id)
    """一项核验申请。已撤回的不再显示。"""
    now = settings().now()
    with transaction() as session:
        line = inboxes.line(session, caller.unit, id, actor=caller.actor, now=now)
        if line is None:
            raise Problem("request_unknown")
        if line.request.withdrawn_at is not None:
            raise Problem("request_withdrawn")
        return InboxAnswerItem.of(line, now)


@router.post(
    "/v1/inbox/{id}/reply",
    summary="答复申请",
    responses=problems("request_unknown", "already_answered", "request_withdrawn", "fields_missing", body=True),
)
def reply_to_request(id: RequestId, body: SentReply, caller: CurrentCaller) -> ReplyTaken:  # noqa: A002
    """属实须填写证明所需的全部内容,多余的内容不保存;无法核验的由人工决定下一步。首次答复有效。"""
    data = requests.Reply(body.answer, dict(body.fields), body.note)
    with transaction() as session:
        try:
            requests.reply(session, id, caller.unit, data, now=settings().now(), actor=caller.actor)
        except requests.NotYours:
            raise Problem("request_unknown") from None
        except requests.AlreadyAnswered:
            raise Problem("already_answered") from None
        except requests.RequestWithdrawn:
            raise Problem("request_withdrawn") from None
        except requests.FieldsMissing as missing:
            # The names come from the catalog, not from the caller.
            raise Problem("fields_missing", errors=[(f"fields.{name}", "缺少这一项。") for name in missing.names]) from None
    return ReplyTaken(id=id, status="answered")
