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

from gateway.edge.list_problems import LIST_PROBLEMS
from gateway.edge.oversight_problems import OVERSIGHT_PROBLEMS
from gateway.edge.report_problems import REPORT_PROBLEMS


@dataclass(frozen=True)
class Kind:
    """One line of the table."""

    status: int
    title: str
    detail: str
    remedy: str


_PAPER = "请按提示处理;如认为认定有误,请联系工作专班办公室。"
_CHECK_NUMBER = "请核对编号;只能查看本单位的办件和核验。"

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
            403, "须用本人的密钥", "登记管理、专班办公室的决定、须两人办理的步骤、公布和修复,不能通过业务系统的密钥办理。",
            "请由相应岗位的人员用本人的密钥办理。",
        ),
        "scope_missing": Kind(
            403, "超出密钥的权限范围", "这个业务系统的密钥没有这项操作所需的权限范围。", "请由管理人员用 ./run keys make --system 编码 --scope 范围 另发密钥,或由经办人用本人的密钥办理。"
        ),
        "lookups_blocked": Kind(
            403, "发起核验已暂停", "近期查询的姓名与证件号码不符过多,发起核验已暂停。",
            "已发起的核验照常办理。请向工作专班办公室说明情况,由其登记理由后解除;当事人急需的,可由本单位未被限制的人员以本人的密钥发起。",
        ),
        "not_on_duty": Kind(
            403, "不是值守的督办员", "督办由本单位此刻或督办开始时值守的督办员(含代理)反馈。", "请由值守的督办员反馈;尚未指定的,先在值守中指定。"
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
        "proof_unknown": Kind(
            404, "查无此证明", "本系统没有出具过这个编号的电子证明。", "请核对编号;编号印在证明上,以 HY 开头共 18 位。"
        ),
        "erased": Kind(
            410, "已按期销毁", "保管期限届满,当事人信息和电子证明已经销毁,只保留办理经过。", "可以查询办理经过;确需证明的,请重新发起核验。"
        ),
        "method_not_allowed": Kind(405, "不支持这种操作", "这个地址不支持所用的 HTTP 方法。", "请对照 /docs 核对方法。"),
        # where things stand
        "case_closed": Kind(409, "办件已办结", "该办件已办结,不能再更改或发起核验。", "请核对办件编号;确需核验的,请登记新的办件。"),
        "name_differs": Kind(
            409, "姓名与证件号码不一致", "同一证件号码在该办件中登记的是另一个姓名(名称)。", "请核对姓名和证件号码;登记时写错的,尚未向任何单位查询前可用 POST /v1/cases/{case_number}/name-corrections 更正。"
        ),
        "name_asked": Kind(
            409, "已用该姓名查询", "已有数据源、单位或申请人按登记的姓名(名称)被询问,答复以此为据,不能再更正。",
            "请撤回该核验,并以正确的姓名另行登记办件。",
        ),
        "case_fixed": Kind(
            409, "事项和办件类型不能再变", "该办件已发起核验,事项和办件类型不能更改。", "确需更改的,请登记新的办件。"
        ),
        "accepted_at_wrong": Kind(422, "受理时间不合理", "受理时间晚于现在,或早于三年前。", "请核对 accepted_at 的年份和时区。"),
        "promise_passed": Kind(422, "承诺时限已过", "承诺办结时间(或按承诺天数推算的时间)早于现在。", "请核对时间;已延期的,请填写延期后的承诺办结时间。"),
        "promise_reason_needed": Kind(
            422, "缺少变更理由", "该办件有未办结的核验,变更承诺时限须说明理由。", "请在 promise_reason 中选填理由。"
        ),
        "claimed_by_other": Kind(409, "已由同事认领", "这项申请已由本单位其他人员认领。", "请由认领人办理或放回;督办员可以直接办理。"),
        "supplements_off": Kind(409, "未启用补正", "本区规则没有启用补正。", "请按现有内容答复,或答复“无法核验”并说明。"),
        "limit_passed": Kind(409, "已超过时限", "时限已过,补正不能再使时限暂停。", "请尽快答复;缺少内容的,答复“无法核验”并说明。"),
        "not_sealed": Kind(409, "不制作证明", "按清单,这样的答复不制作证明。", "可以直接答复。"),
        "page_refused": Kind(422, "证明排不出来", "证明内容含有字库没有的字符,或超出一页。", "请核对内容后重试;确为生僻字的,联系运维。"),
        "suggests_itself": Kind(422, "不能建议转给本单位", "转办建议写的是退回单位自己。", "请填写应当办理的单位,或说明为何无法确定。"),
        "names_requester": Kind(422, "不能转给需求单位", "所填单位就是发起核验的需求单位。", "请填写应当出具证明的单位;无法确定的,退回时写明原因,由需求单位或专班办公室确定。"),
        "suggested_unit_unknown": Kind(422, "没有可用的单位", "所填单位不在名录中或已停用。", "请核对单位编码。"),
        "no_suggestion": Kind(422, "须写明转办单位", "退回时没有建议单位,转办须写明单位。", "请填写 unit,或撤回后另行发起。"),
        "returned_before": Kind(409, "该单位已经退回过", "这项核验曾由该单位退回。", "请转其他单位;无法确定的,联系工作专班办公室。"),
        "commitment_unknown": Kind(404, "没有告知承诺", "这项核验没有告知承诺。", "请查看核验状态。"),
        "commitment_blocked": Kind(
            409, "暂不能承诺", "该申请人此前的承诺经核查不实,信用修复前不能再作承诺。", "请登记“不作承诺”,系统转下一种核验方式;不得要求申请人提交证明。"
        ),
        "check_unknown": Kind(404, "没有这项核查", "本单位没有这项承诺核查。", "请刷新核查清单后重试。"),
        "check_done": Kind(409, "已经核查", "这项承诺已有核查结论,以首次结论为准。", "无需处理。"),
        "block_unknown": Kind(404, "没有这项限制", "没有这项承诺限制。", "请刷新清单后重试。"),
        "attachment_unknown": Kind(404, "没有这个附件", "没有这个附件,或还不能查看。", "请刷新后重试。"),
        "attachment_kind": Kind(422, "附件类型不对", "附件须为内容完整、不设打开密码的 PDF、PNG 或 JPEG 文件。", "请核对文件后重新上传。"),
        "file_unreadable": Kind(
            422, "文件读不了", "文件已损坏,或结构过于复杂,在规定的内存和时间内没有读完,已停止读取。", "请用原来的软件打开文件,另存为新的文件后重新上传。"
        ),
        "attachments_full": Kind(409, "附件已满", "附件数量已达上限。", "请合并为一个文件,或删减后重新发起。"),
        "not_delivered": Kind(409, "尚未送达", "这项核验还没有送达的结论。", "请在送达后再报告不符或异议。"),
        "mismatch_open": Kind(409, "已报告不符", "这项核验已有未核实的不符报告。", "请等待核实结果。"),
        "mismatch_fields": Kind(422, "没有这样的项目", "不一致的项目须是清单中这项证明的内容,或“核验结论”。", "请按证明上的名称填写 fields;申请人的说法写在 stated。"),
        "mismatch_unknown": Kind(404, "没有不符报告", "这项核验没有不符报告。", "请先报告不符。"),
        "mismatch_unsettled": Kind(409, "不符尚未核实", "出具单位尚未核实完毕。", "请在核实后再登记异议。"),
        "mismatch_closed": Kind(409, "没有核实中的不符", "这项核验没有正在核实的不符报告。", "请先报告不符;已经核实完毕的,可以登记异议。"),
        "objected_already": Kind(409, "异议已登记", "对这次核实结果的异议已经登记,以首次登记的为准。", "请告知申请人依法申请行政复议等途径;有新情况的,重新报告不符。"),
        "no_issuer_to_check": Kind(409, "没有可核实的单位", "清单没有配置出具单位,不能发起核实。", "请联系工作专班办公室。"),
        "duty_refused": Kind(422, "值守安排不合格", "值守安排不合格。", "请更正后重新提交。"),
        "duty_unknown": Kind(404, "没有这项安排", "本单位没有这项值守安排。", "请刷新后重试。"),
        "calendar_refused": Kind(422, "日历不合格", "工作日历不合格。", "请对照放假通知更正后重新提交。"),
        "timetable_refused": Kind(422, "服务时间不合格", "服务时间不合格。", "请更正后重新提交。"),
        "outage_refused": Kind(422, "故障时间不合格", "故障的起止时间不合格。", "请更正后重新提交。"),
        "instant_in_future": Kind(422, "时间晚于现在", "所填的时间晚于现在。", "请核对时间。"),
        "person_unknown": Kind(422, "没有这名人员", "所填人员不是本单位在册人员。", "请核对人员编码。"),
        "year_unknown": Kind(404, "没有这一年的日历", "这一年的工作日历尚未录入。", "请由工作专班办公室录入;录入后时限自动补算。"),
        "notice_unknown": Kind(404, "没有待确认的通知", "没有这项待确认的通知。", "请刷新清单后重试。"),
        "supervision_unknown": Kind(404, "没有这项督办", "本单位没有这项督办。", "请刷新督办清单后重试。"),
        "supervision_closed": Kind(409, "督办已终止", "需求单位已撤回或申请已改派,督办随之终止。", "无需反馈。"),
        "fed_back_already": Kind(409, "已经反馈", "这项督办已有反馈,以首次反馈为准。", "无需处理。"),
        "no_soft_limit": Kind(409, "没有可说明理由的时限", "这项申请没有“原则上”的时限,最迟时限不适用超时理由。", "请尽快答复。"),
        "nothing_missed": Kind(409, "没有超时", "这项时限已按时完成,或已终止,不需要理由。", "无需处理。"),
        "excuse_stands": Kind(409, "理由已经提交或认定", "这项时限的超时理由已经提交,或已由专班办公室认定。", "请查看时限说明。"),
        "no_excuse": Kind(409, "没有待认定的理由", "出具单位没有对这项时限说明理由。", "请刷新清单后重试。"),
        "already_answered": Kind(409, "已经答复", "这项申请已有答复,以首次答复为准。", "如答复有误,请联系需求单位重新发起核验。"),
        "state_conflict": Kind(409, "当前状态不允许", "核验的当前状态不允许这项操作。", "请查看核验的最新状态后再决定。"),
        "request_withdrawn": Kind(410, "申请已撤回", "需求单位已撤回这项核验。", "无需答复。"),
        "request_returned": Kind(410, "申请已退回", "本单位已退回这项申请,由需求单位转办。", "无需答复;退回有误的,请联系需求单位转回。"),
        "request_moved": Kind(410, "申请已转给其他单位", "这项核验已改由其他单位或其他方式办理。", "无需答复。"),
        "request_ended": Kind(410, "核验已由人工办结", "工作专班办公室或运维人员已办结这项核验。", "无需答复。"),
        "too_large": Kind(413, "内容过大", "请求正文超过大小限制。", "JSON 正文以 64 KB、上传的 PDF 以 5 MB、清单文件以 20 MB 为限。"),
        "not_json_type": Kind(
            415, "正文类型不对", "请求正文的 Content-Type 不是 application/json。", "请以 application/json 发送。"
        ),
        "not_upload": Kind(
            415, "没有收到文件", "没有收到要核验的 PDF 文件。", "请以表单(multipart/form-data)的 file 项上传一个 PDF 文件。"
        ),
        # what was sent
        "invalid": Kind(422, "内容不合格", "请求中有不合格的内容。", "请按 errors 逐项更正后重新发送。"),
        "text_unclean": Kind(
            422, "含有不允许的字符", "文字中含有控制字符或不成对的编码。", "请去掉不可见字符后重新发送。"
        ),
        "duplicate_field": Kind(422, "字段重复", "JSON 对象中同一个字段出现了两次。", "请每个字段只写一次。"),
        "idempotency_key_reused": Kind(
            422, "幂等键已用于其他请求", "同一个 Idempotency-Key 曾随另一份正文使用。", "新的核验请换一个幂等键;重发请保持正文不变。"
        ),
        "id_number_invalid": Kind(
            422, "证件号码不合格", "证件号码的长度、日期或校验码不对,或与证件类型不符。",
            "请对照证件核对号码和证件类型:9 开头 18 位、三个字母开头 15 位的是外国人永久居留身份证。"
        ),
        "names_somebody": Kind(422, "写明了当事人", "以明文保存的内容中有公民身份号码、电话号码,或有关人员的姓名。", "请删去后重试;确需说明的,写在加密保存的说明中。"),
        "personal_data_in_number": Kind(
            422, "编号中含有个人信息", "办件编号或幂等键中含有公民身份号码、电话号码,或当事人的姓名、证件号码。", "请使用不含个人信息的编号。"
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
        "fields_missing": Kind(422, "答复缺少必填内容", "答复“属实”须填写证明所需的全部内容。", "请补齐 errors 中列出的各项。"),
        "not_a_candidate": Kind(422, "不在可选范围", "所选证照不在列出的候选之中。", "请从核验的 candidates 中选择,或以 null 表示都不是。"),
        "callback_url_invalid": Kind(
            422, "回调地址不合格", "回调地址须为 http 或 https,不带口令、片段和个人信息。", "请更正后重新登记。"
        ),
        "callback_host_unknown": Kind(
            422, "找不到回调主机", "回调地址中的主机名解析不到地址。", "请核对主机名;刚刚启用的域名请稍后再试。"
        ),
        "callback_address_refused": Kind(
            422, "不向该地址发送回调", "回调地址指向本系统所在的机器或不允许发往的网络。",
            "请登记接收系统自己的地址;确需发往该网络的,请运维人员设置 PROOFLESS_CALLBACK_NETWORKS。",
        ),
        "callback_secret_invalid": Kind(
            422, "回调密钥不合格", "密钥须为 whsec_ 加 24 至 64 字节的 base64。", "请更正,或省略 secret 由系统生成。"
        ),
        **{code: Kind(*line) for code, line in {**LIST_PROBLEMS, **REPORT_PROBLEMS, **OVERSIGHT_PROBLEMS}.items()},
        # ours
        "too_slow": Kind(408, "正文发送过慢", "请求正文没有在限定的时间内送达。", "请检查网络后重新发送;仍不成功的,请压缩或拆分文件。"),
        "too_many_requests": Kind(429, "请求过于频繁", "请求次数超过限额。", "请稍候再试;程序按响应头 Retry-After 的秒数等候。"),
        "quota_spent": Kind(429, "已达限额", "登记办件、发起核验或者查阅个人信息的件数已达限额。", "请按响应头 Retry-After 的秒数等候后再试。"),
        "internal": Kind(500, "系统内部错误", "系统处理时出错,已留下记录。", "请稍后重试;仍不成功的,请把 instance 告知运维人员。"),
        "check_unavailable": Kind(
            503, "暂时无法核验文件", "系统没有配置签章证书,不能判断文件真伪。", "请改用编号或二维码查询;运维人员请检查印章目录中的 ca.crt.pem。"
        ),
        "crowded": Kind(503, "同时办理的请求过多", "系统此刻同时办理的请求已达上限。", "请按 Retry-After 的秒数等候后以同一个幂等键重试。"),
        "reading_busy": Kind(503, "等候读取的文件过多", "此刻等候读取的文件过多,没有收下这一份。", "请按 Retry-After 的秒数等候后重新上传。"),
        "clock_off": Kind(
            503, "时钟有误,暂停写入", "接口服务的时钟与数据库不一致,没有写入任何内容。",
            "请稍后以同一个幂等键重试;运维人员请校准时钟(NTP),校准后自动恢复。",
        ),  # fmt: skip
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
