"""问题: every refusal and every failure that the gateway answers with, in one table (RFC 9457).

A problem says what happened and what to do, in Chinese; its `code` is stable and made for programs. Texts are fixed:
what a caller sent is never repeated, because it may be a person's data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from gateway.edge.batch_problems import BATCH_PROBLEMS
from gateway.edge.list_problems import LIST_PROBLEMS
from gateway.edge.oversight_problems import OVERSIGHT_PROBLEMS
from gateway.edge.report_problems import REPORT_PROBLEMS
from gateway.edge.sign_in_problems import SIGN_IN_PROBLEMS
from gateway.edge.state_problems import STATE_PROBLEMS


@dataclass(frozen=True)
class Kind:
    """One line of the table."""

    status: int
    title: str
    detail: str
    remedy: str


_PAPER = "请按提示处理;如认为认定有误,请联系工作专班办公室。"
_CHECK_NUMBER = "请核对编号;只能查看本单位的办件和核验。"

_ELSEWHERE = {**STATE_PROBLEMS, **BATCH_PROBLEMS, **LIST_PROBLEMS, **REPORT_PROBLEMS, **OVERSIGHT_PROBLEMS, **SIGN_IN_PROBLEMS}

PROBLEMS: Mapping[str, Kind] = MappingProxyType(
    {
        # the call itself
        "bad_request": Kind(400, "请求无法理解", "请求不符合 HTTP 约定。", "请核对请求格式后重新发送。"),
        "not_json": Kind(400, "不是合格的 JSON", "请求正文不是合格的 UTF-8 编码 JSON。", "请核对正文格式后重新发送。"),
        "too_nested": Kind(400, "JSON 嵌套过深", "请求正文的嵌套层数超过接口所需。", "请按接口文档的结构重新发送。"),
        "idempotency_key_invalid": Kind(
            400, "缺少幂等键", "请求头 Idempotency-Key 缺失或不合格。", "请用 1 至 200 个可见 ASCII 字符,每次新的核验换一个,重发时不变。"
        ),
        "key_invalid": Kind(
            401, "密钥无效", "没有提供接口密钥,或密钥不存在、已过期、已停用。", "请在 Authorization 请求头中以 Bearer 方式提供有效密钥。"
        ),
        "person_needed": Kind(
            401,
            "缺少经办人",
            "业务系统的密钥须在请求头 Proofless-Acting-Person 中写明在册的经办人。",
            "请填写本单位在册且在岗人员的人员编码。",
        ),
        "not_allowed": Kind(403, "没有权限", "经办人的岗位不能进行这项操作。", "请由相应岗位的人员办理,或联系系统管理员调整岗位。"),
        "own_key_needed": Kind(
            403,
            "须用本人的密钥",
            "登记管理、专班办公室的决定、须两人办理的步骤、公布和修复,不能通过业务系统的密钥办理。",
            "请由相应岗位的人员用本人的密钥办理。",
        ),
        "scope_missing": Kind(
            403,
            "超出密钥的权限范围",
            "这个业务系统的密钥没有这项操作所需的权限范围。",
            "请由管理人员用 ./run keys make --system 编码 --scope 范围 另发密钥,或由经办人用本人的密钥办理。",
        ),
        "lookups_blocked": Kind(
            403,
            "发起核验已暂停",
            "近期查询的姓名与证件号码不符过多,发起核验已暂停。",
            "已发起的核验照常办理。请向工作专班办公室说明情况,由其登记理由后解除;当事人急需的,可由本单位未被限制的人员以本人的密钥发起。",
        ),
        "not_on_duty": Kind(
            403,
            "不是值守的督办员",
            "督办由本单位此刻或督办开始时值守的督办员(含代理)反馈。",
            "请由值守的督办员反馈;尚未指定的,先在值守中指定。",
        ),
        "not_found": Kind(404, "没有这个地址", "接口中没有这个地址。", "请对照 /docs 核对地址。"),
        "case_unknown": Kind(404, "没有这个办件", "本单位没有登记过这个编号的办件。", "请核对办件编号,或先用 PUT /v1/cases 登记办件。"),
        "number_unknown": Kind(404, "没有这个核验编号", "没有这个核验编号,或它不属于本单位。", _CHECK_NUMBER),
        "request_unknown": Kind(404, "没有这项核验申请", "本单位的收件箱中没有这项申请。", "请刷新收件箱后重试。"),
        "unit_unknown": Kind(404, "没有这个单位", "单位名录中没有这个单位编码。", "请核对单位编码。"),
        "callback_unknown": Kind(404, "没有回调地址", "该单位没有登记回调地址。", "无需处理。"),
        "proof_not_ready": Kind(
            404, "没有可下载的证明", "这项核验没有已送达的电子证明。", "请先查看核验状态;只有核验结论加盖印章并送达后才能下载。"
        ),
        "proof_other_form": Kind(
            404, "证明是另一种格式", "这份电子证明的文件不是这种格式。", "请回到核验的页面下载;程序请用核验的 links.proof 所给的地址。"
        ),
        "proof_unknown": Kind(404, "查无此证明", "本系统没有出具过这个编号的电子证明。", "请核对编号;编号印在证明上,以 HY 开头共 18 位。"),
        "status_list_unknown": Kind(404, "没有这份清单", "没有这个编号的撤销状态清单。", "请从 /status-lists 查看有哪些清单。"),
        "erased": Kind(
            410, "已按期销毁", "保管期限届满,当事人信息和电子证明已经销毁,只保留办理经过。", "可以查询办理经过;确需证明的,请重新发起核验。"
        ),
        "method_not_allowed": Kind(405, "不支持这种操作", "这个地址不支持所用的 HTTP 方法。", "请对照 /docs 核对方法。"),
        # what was sent
        "invalid": Kind(422, "内容不合格", "请求中有不合格的内容。", "请按 errors 逐项更正后重新发送。"),
        "text_unclean": Kind(422, "含有不允许的字符", "文字中含有控制字符或不成对的编码。", "请去掉不可见字符后重新发送。"),
        "duplicate_field": Kind(422, "字段重复", "JSON 对象中同一个字段出现了两次。", "请每个字段只写一次。"),
        "idempotency_key_reused": Kind(
            422, "幂等键已用于其他请求", "同一个 Idempotency-Key 曾随另一份正文使用。", "新的核验请换一个幂等键;重发请保持正文不变。"
        ),
        "id_number_invalid": Kind(
            422,
            "证件号码不合格",
            "证件号码的长度、日期或校验码不对,或与证件类型不符。",
            "请对照证件核对号码和证件类型:9 开头 18 位、三个字母开头 15 位的是外国人永久居留身份证。",
        ),
        "names_somebody": Kind(
            422,
            "写明了当事人",
            "以明文保存的内容中有公民身份号码、电话号码,或有关人员的姓名。",
            "请删去后重试;确需说明的,写在加密保存的说明中。",
        ),
        "personal_data_in_number": Kind(
            422,
            "编号中含有个人信息",
            "办件编号或幂等键中含有公民身份号码、电话号码,或当事人的姓名、证件号码。",
            "请使用不含个人信息的编号。",
        ),
        "matter_unknown": Kind(422, "没有这个事项", "清单中没有这个事项编码。", "请核对事项编码。"),
        "matter_not_yours": Kind(
            422, "不是本单位的事项", "该事项由其他单位办理,本单位不能以此发起核验。", "请由办理该事项的单位发起,或核对事项编码。"
        ),
        "matter_differs": Kind(422, "事项与办件不一致", "所填事项不是该办件登记的事项。", "请核对事项编码,或省略 matter。"),
        "proof_kind_unknown": Kind(422, "没有这种证明", "清单中没有这个证明编码。", "请核对证明编码。"),
        "proof_not_listed": Kind(422, "清单未列这项证明", "清单中该事项不需要这项证明。", _PAPER),
        "excluded_category": Kind(422, "不适用本规则", "该证明事项属于不适用本规则的类别。", _PAPER),
        "excluded_outside": Kind(422, "不适用本规则", "该证明应由区外出具且不能通过网络核验。", _PAPER),
        "excluded_review": Kind(422, "不适用本规则", "该事项的审核环节在市级以上。", _PAPER),
        "not_a_party": Kind(422, "不是当事人", "被核验人不是该办件的当事人。", "请先把当事人登记到办件。"),
        "no_method": Kind(422, "没有核验方式", "清单未给这项证明配置核验方式。", "请联系工作专班办公室。"),
        "fields_missing": Kind(422, "答复缺少必填内容", "答复“属实”须填写证明所需的全部内容。", "请补齐列出的各项。"),
        "authorisation_not_taken": Kind(422, "不用持证人授权", "这项证明的数据源不凭持证人授权查询。", "请去掉 authorisation 后重新发送。"),
        "not_a_candidate": Kind(422, "不在可选范围", "所选证照不在列出的候选之中。", "请从核验的 candidates 中选择,或以 null 表示都不是。"),
        "callback_url_invalid": Kind(422, "回调地址不合格", "回调地址须为 http 或 https,不带口令、片段和个人信息。", "请更正后重新登记。"),
        "callback_host_unknown": Kind(422, "找不到回调主机", "回调地址中的主机名解析不到地址。", "请核对主机名;刚刚启用的域名请稍后再试。"),
        "callback_address_refused": Kind(
            422,
            "不向该地址发送回调",
            "回调地址指向本系统所在的机器或不允许发往的网络。",
            "请登记接收系统自己的地址;确需发往该网络的,请运维人员设置 PROOFLESS_CALLBACK_NETWORKS。",
        ),
        "callback_secret_invalid": Kind(
            422, "回调密钥不合格", "密钥须为 whsec_ 加 24 至 64 字节的 base64。", "请更正,或省略 secret 由系统生成。"
        ),
        **{code: Kind(*line) for code, line in _ELSEWHERE.items()},
        # ours
        "too_slow": Kind(408, "正文发送过慢", "请求正文没有在限定的时间内送达。", "请检查网络后重新发送;仍不成功的,请压缩或拆分文件。"),
        "too_many_requests": Kind(429, "请求过于频繁", "请求次数超过限额。", "请稍候再试;程序按响应头 Retry-After 的秒数等候。"),
        "quota_spent": Kind(
            429, "已达限额", "登记办件、发起核验或者查阅个人信息的件数已达限额。", "请按响应头 Retry-After 的秒数等候后再试。"
        ),
        "internal": Kind(500, "系统内部错误", "系统处理时出错,已留下记录。", "请稍后重试;仍不成功的,请把 instance 告知运维人员。"),
        "check_unavailable": Kind(
            503,
            "暂时无法核验文件",
            "系统没有配置签章证书,不能判断文件真伪。",
            "请改用编号或二维码查询;运维人员请检查印章目录中的 ca.crt.pem。",
        ),
        "crowded": Kind(503, "同时办理的请求过多", "系统此刻同时办理的请求已达上限。", "请按 Retry-After 的秒数等候后以同一个幂等键重试。"),
        "reading_busy": Kind(
            503, "等候读取的文件过多", "此刻等候读取的文件过多,没有收下这一份。", "请按 Retry-After 的秒数等候后重新上传。"
        ),
        "clock_off": Kind(
            503,
            "时钟有误,暂停写入",
            "接口服务的时钟与数据库不一致,没有写入任何内容。",
            "请稍后以同一个幂等键重试;运维人员请校准时钟(NTP),校准后自动恢复。",
        ),
        "unavailable": Kind(503, "暂时无法办理", "系统的数据库暂时不可用。", "请稍后以同一个幂等键重试。"),
    }
)

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """Stops a call with one line of the table.

    `detail` and `remedy` replace the table's words where a rule of `domain` says it better; `errors` are pairs of
    field and text; `blocks` are what the rules of the list say of an entry, each with its remedy; `obligation` and
    `facts` go to the record of refusals: codes and ids, never personal data.
    """

    def __init__(
        self,
        code: str,
        *,
        detail: str | None = None,
        remedy: str | None = None,
        errors: Sequence[tuple[str, str]] = (),
        blocks: Sequence[Mapping[str, str]] = (),
        headers: dict[str, str] | None = None,
        obligation: str | None = None,
        facts: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        kind = PROBLEMS[code]
        super().__init__(kind.status, detail or kind.detail, headers)
        self.code, self.kind, self.remedy = code, kind, remedy or kind.remedy
        self.errors, self.blocks = tuple(errors), tuple(blocks)
        self.obligation, self.facts = obligation, facts


def body_of(problem: Problem, instance: str | None = None) -> dict[str, Any]:
    """The JSON object of a problem."""
    body: dict[str, Any] = {
        "type": f"/docs#{problem.code}",
        "title": problem.kind.title,
        "status": problem.status_code,
        "code": problem.code,
        "detail": problem.detail,
        "remedy": problem.remedy,
    }
    if instance:
        body["instance"] = instance
    if problem.errors:
        body["errors"] = [{"field": field, "text": text} for field, text in problem.errors]
    if problem.blocks:
        body["blocks"] = [dict(block) for block in problem.blocks]
    return body


def as_json(problem: Problem, instance: str | None = None) -> Response:
    """The problem as an answer."""
    headers = {**(problem.headers or {})}
    if problem.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body_of(problem, instance), problem.status_code, headers, MEDIA_TYPE)
