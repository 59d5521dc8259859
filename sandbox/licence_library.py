"""枣庄市电子证照库, simulated: HTTP 200 also for errors, links that work once and die after ten minutes."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from sandbox import authorisations, licence_intake
from sandbox.accounts import Accounts
from sandbox.faults import Fault, Switch, Switches
from sandbox.licences import BUSINESS_LICENCE, DISABILITY, HOUSEHOLD_REGISTER, LIBRARY, MARRIAGE_CERTIFICATE, REAL_ESTATE, Licence, State

NOT_PERMITTED = "11370402DEM0000ZZZ001"
"""A published type that this account may not read."""
_TYPES = {HOUSEHOLD_REGISTER, MARRIAGE_CERTIFICATE, REAL_ESTATE, DISABILITY, BUSINESS_LICENCE}
_HOLDER_TYPES = {"111": "citizen_id", "001": "uscc"}
_STATUS = {State.REVOKED: 21, State.EXPIRED: 22, State.RESTRICTED: 23}
_MESSAGES = {
    0: "接口调用成功",
    10: "未找到匹配的证照信息",
    11: "身份验证不通过",
    12: "要求必填的输入参数值不为空",
    21: "该电子证照已废止或已注销",
    22: "该电子证照已过期",
    23: "该电子证照已受限使用",
    100: "该用户无访问该证的权限！请先申请",
    102: "参数值错误",
    103: "持证主体代码类型代码不符合规范",
    109: "验证信息中certNo【证照编码】不能为空",
    110: "验证信息中holderCode【持证主体代码】不能为空",
    111: "验证信息中holder【持证主体】不能为空",
    113: "证照类型代码有误",
    **authorisations.MESSAGES,
}
_VERDICTS = {0: "信息正确且有效", 4: "信息不全无法验证", 5: "查无此信息", 6: "请填写certData中参数", 7: "部分信息有误或不完整"}
_LINK_LIFE = 600.0
_LINK_KEPT = 3600.0  #: so long it is still said why it works no more
_SPENT = "此id的文件已经被下载，不能再次下载"
_TOO_OLD = "此id的文件已10分钟过期，请重新请求"
_PAGE = b"BT /F1 24 Tf 72 720 Td (SYNTHETIC LICENCE - SANDBOX) Tj ET"


def _reply(status: int, data: Any = None, message: str | None = None) -> dict[str, Any]:
    return {"head": {"status": status, "message": message or _MESSAGES.get(status, "其他异常")}, "data": data or {}}


def build(
    accounts: Accounts,
    switches: Switches,
    clock: Callable[[], float] = time.monotonic,
    intake: licence_intake.Intake | None = None,
    authorised: authorisations.Authorisations | None = None,
) -> APIRouter:
    """The service. `clock` counts the seconds of the download links."""
    router = APIRouter(prefix="/CertShare", tags=["电子证照库"])
    agreed = authorised or authorisations.Authorisations(clock)
    links: dict[str, tuple[float, bool]] = {}  # id -> given out at, spent; the id says nothing about anybody

    def on(fault: Fault, request: Request) -> Switch | None:
        return switches.take("licence_library", fault, request.url.path)

    async def asked(request: Request) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The request's data and, where it gets no further, the reply."""
        try:
            body = await request.json()
            head, data = body["head"], body["data"]
            account = str(head["accessId"]), str(head["accessToken"])
            assert isinstance(data, dict)
        except (ValueError, KeyError, TypeError, AssertionError):
            return {}, _reply(12)
        known = accounts.licence_library_access_id, accounts.licence_library_access_token
        if not all(hmac.compare_digest(a.encode(), b.encode()) for a, b in zip(account, known, strict=True)):
            return {}, _reply(11)
        if not data.get("useCause") or len(str(data["useCause"])) > 200:
            return {}, _reply(12)
        if switch := on(Fault.STATUS, request):
            return {}, _reply(int(switch.status), message=switch.message)
        return data, None

    @router.post("/queryCertInfoByHolderCode")
    async def query(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        return refusal or answered(data, request)

    @router.post("/queryCertInfosByVerifyTrx")
    async def query_authorised(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        if refusal:
            return refusal
        if not data.get("trxId"):
            return _reply(12)
        trx = str(data["trxId"])
        refused = agreed.refusal(trx, str(data.get("holderCode", "")), str(data.get("certTypeCode", "")))
        if refused is not None:
            return _reply(refused)
        reply = answered(data, request)
        if reply["head"]["status"] == 0:
            agreed.use(trx)
        return reply

    def answered(data: dict[str, Any], request: Request) -> dict[str, Any]:
        if not all(data.get(key) for key in ("holderCode", "holderTypeCode", "certTypeCode")):
            return _reply(12)
        if data["holderTypeCode"] not in _HOLDER_TYPES:
            return _reply(103)
        if data["certTypeCode"] == NOT_PERMITTED:
            return _reply(100)
        if data["certTypeCode"] not in _TYPES:
            return _reply(113)
        held = [
            licence
            for licence in LIBRARY
            if (licence.type_code, licence.holder.id_number) == (data["certTypeCode"], data["holderCode"])
            and licence.holder.id_type == _HOLDER_TYPES[data["holderTypeCode"]]
            and data.get("certNo") in (None, "", licence.number)
        ]
        valid = [licence for licence in held if licence.state is State.VALID]
        hidden = on(Fault.HIDDEN, request)
        if not valid:
            return _reply(_STATUS[held[0].state] if held and not hidden else 10)
        rows = [_row(licence) for licence in valid]
        if on(Fault.SEVERAL, request):
            rows.append({**rows[0], "certificateNumber": "演示另一份", "certIdentifier": rows[0]["certIdentifier"][:-5] + "002.0"})
        if on(Fault.WRONG_NAME, request):
            rows = [{**row, "certificateHolder": "演示旁人"} for row in rows]
        if on(Fault.CHECK_DIGIT, request):
            rows = [{**row, "certIdentifier": _wrong_check(row["certIdentifier"])} for row in rows]
        return _reply(0, {"total": len(rows), "dataList": rows})

    @router.post("/verifyCertInfo")
    async def verify(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        if refusal:
            return refusal
        given = data.get("certData")
        if not given or not isinstance(given, dict):
            return _verdict(6)
        for key, status in (("holderCode", 110), ("holder", 111), ("certNo", 109)):
            if given.get(key) is None:
                return _reply(status)
        if on(Fault.HIDDEN, request):
            return _verdict(5)
        if on(Fault.SEVERAL, request):
            return _verdict(4)
        found = [
            licence
            for licence in LIBRARY
            if (licence.type_code, licence.holder.id_number, licence.holder.name, licence.number)
            == (data.get("certTypeCode"), given["holderCode"], given["holder"], given["certNo"])
            and licence.state is State.VALID
        ]
        return _verdict(0 if found else 5)

    @router.post("/downloadUrl")
    async def download_url(request: Request) -> dict[str, Any]:
        data, refusal = await asked(request)
        if refusal:
            return refusal
        wanted = str(data.get("certIdentifier", ""))
        # Without its check character: under the fault CHECK_DIGIT we ourselves have given out a wrong one.
        if not any(licence.identifier[:-1] == wanted[:-1] for licence in LIBRARY):
            return _reply(10)
        link = secrets.token_hex(16)
        now = clock()
        while links and now - next(iter(links.values()))[0] > _LINK_KEPT:  # they stand in the order in which they were given out
            del links[next(iter(links))]
        links[link] = now, False
        # The real service prints its inner address, which no caller can reach.
        content = f"http://licence-library.invalid:28080/CertShare/zzgxpt/download?id={link}"
        return _reply(0, {"contentType": "http", "content": content, "certIdentifier": wanted})

    @router.get("/zzgxpt/download")
    def download(request: Request, id: str = "") -> Response:  # noqa: A002  # the parameter's name on the wire
        given, spent = links.get(id, (0.0, False))
        if id not in links:
            return _text("此id不存在")
        if spent or on(Fault.LINK_SPENT, request):
            return _text(_SPENT)
        if clock() - given > _LINK_LIFE or on(Fault.LINK_EXPIRED, request):
            return _text(_TOO_OLD)
        links[id] = given, True
        return Response(_pdf(), media_type="application/pdf")

    licence_intake.add(router, intake or licence_intake.Intake(), asked, _reply)
    return router


def _text(sentence: str) -> Response:
    return Response(sentence, media_type="application/octet-stream")


def _verdict(result: int) -> dict[str, Any]:
    return _reply(0, {"result": str(result), "message": _VERDICTS[result]})


def _wrong_check(identifier: str) -> str:
    return identifier[:-1] + ("0" if identifier[-1] != "0" else "1")


def _row(licence: Licence) -> dict[str, Any]:
    return {
        "certificateType": licence.type_code,
        "certificateName": licence.name,
        "certificateHolder": licence.holder.name,
        "certificateHolderCode": licence.holder.id_number,
        "certificateHolderType": {value: key for key, value in _HOLDER_TYPES.items()}[licence.holder.id_type],
        "certificateNumber": licence.number,
        "certIdentifier": licence.identifier,
        "issueDept": licence.issuer,
        "issueDeptCode": licence.issuer_code,
        "issueDate": licence.issued_on,
        "certificateValidateStart": licence.issued_on,
        "certificateValidateEnd": licence.valid_until,
        "digitalSign": "",
        "surface": [
            {"name": name, "value": value, "valueType": "string", "columnName": f"c{n}"} for n, (name, value) in enumerate(licence.surface)
        ],
        "detail": [],
    }


def _pdf() -> bytes:
    """One readable page without anybody's data."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(_PAGE), _PAGE),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + tail % (size, table, size, len(out))
