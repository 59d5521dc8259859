"""核验 and its events as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from domain.lifecycle import ENDED, Event, State
from domain.methods import Method, Result
from domain.offers import OfferStatus
from domain.progress import Colour
from domain.proof_form import Form
from domain.reasons import AgainReason, WithdrawReason
from domain.revocations import reason_words
from gateway.cases.schemas import ExcludedOut
from gateway.edge.schemas import MaskedParty, Named, Number, SchemaOut
from gateway.edge.values import Authorisation, Code, PartyIn, SchemaIn
from gateway.verifications.followup_schemas import ReturnOut, SupplementWanted
from ledger.casework.views import OfferView, VerificationView
from ledger.lifecycle.receiving import Asked
from ledger.tables.verifications import EventRow


class ShareOut(SchemaOut):
    """数据共享来源的答复(不含个人信息)。"""

    source: str
    outcome: str
    message: str
    asked_at: datetime | None


class LicenceOut(SchemaOut):
    """可选证照。"""

    identifier: str
    kind: str
    issuer: str
    issued_on: str


class ResultOut(SchemaOut):
    """核验结论。个人信息只有需求单位能看到。"""

    result: Result
    result_name: Annotated[str, Field(examples=["属实"])]
    maker: Annotated[str, Field(description="制作单位")]
    fields: dict[str, str]
    note: Annotated[str, Field(description="出具单位的说明")]


class OfferOut(SchemaOut):
    """电子证照库归集情况(义务 6.3)。"""

    status: OfferStatus
    status_name: Annotated[str, Field(examples=["已归集"])]
    offered_at: datetime
    taken_at: datetime | None
    number: Annotated[str | None, Field(description="证照库的证照标识;只有需求单位能看到")]

    @classmethod
    def of(cls, view: OfferView) -> OfferOut:
        return cls(status_name=view.status.label, **vars(view))


class ProofOut(SchemaOut):
    """电子证明。"""

    version: int
    made_at: datetime
    valid_until: datetime
    revoked_at: datetime | None
    revoked_why: Annotated[str | None, Field(description="撤销的理由", examples=["内容有误"])]
    sha256: str
    form: Annotated[Form, Field(description="文件的格式:pdf 或 ofd(GB/T 33190)")]
    licence: Annotated[OfferOut | None, Field(description="null 证照库不归集这种证明")]


class Links(SchemaOut):
    self: str
    events: str
    proof: Annotated[str | None, Field(description="电子证明的下载地址,按文件的格式以 proof.pdf 或 proof.ofd 结尾")]
    verify: Annotated[str | None, Field(description="公开核验页")]


class VerificationOut(SchemaOut):
    """核验。"""

    number: Number
    state: State
    state_name: Annotated[str, Field(examples=["等待出具单位"])]
    ended: bool
    paused: Annotated[bool, Field(description="由运维暂停")]
    case_number: str
    matter: Named
    proof_kind: Named
    party: MaskedParty | None
    method: Method | None
    method_name: str | None
    issuing_unit: Named | None
    filed_at: datetime
    ended_at: datetime | None
    due_at: Annotated[datetime | None, Field(description="最近的时限")]
    colour: Annotated[
        Colour | None,
        Field(
            description="green 绿,yellow 黄(临近时限,或原则上的时限已超时),red 红(最迟时限或督办已超时,"
            "或收到时承诺时限所剩不足半小时);null 未向单位发起"
        ),
    ]
    colour_name: Annotated[str | None, Field(examples=["绿"])]
    limit_notes: Annotated[list[str], Field(description="时限的标注", examples=[["承诺短于24小时", "承诺时限所剩不足半小时"]])]
    reason: Annotated[str, Field(description="待人工处理的原因")]
    share: ShareOut | None
    candidates: list[LicenceOut]
    result: ResultOut | None
    proof: ProofOut | None
    follows: Annotated[str | None, Field(description="核实的是哪一项核验(不符)")]
    replaces: Annotated[str | None, Field(description="它的证明代替哪一项核验(编号)已撤销的证明")]
    corrected_by: Annotated[str | None, Field(description="经出具单位核实,结论已被更正:以这项核验(编号)的材料为准;null 表示没有更正")]
    returns: Annotated[list[ReturnOut], Field(description="退回的理由和转办建议")]
    supplements: Annotated[list[SupplementWanted], Field(description="出具单位要求补正的内容")]
    excluded_time: Annotated[ExcludedOut | None, Field(description="结束后:不纳入考核的核验时间(整个办件)")]
    links: Links

    @classmethod
    def of(cls, view: VerificationView) -> VerificationOut:
        row, entry, outcome, proof, share = view.row, view.entry, view.outcome, view.proof, view.share
        here = f"/v1/verifications/{row.number}"
        return cls(
            number=row.number,
            state=row.state,
            state_name=row.state.label,
            ended=row.state in ENDED,
            paused=row.paused_at is not None,
            case_number=view.case_number,
            matter=Named(code=entry.matter, name=entry.matter_name),
            proof_kind=Named(code=entry.proof, name=entry.proof_name),
            party=MaskedParty.of(view.party) if view.party else None,
            method=row.method,
            method_name=row.method.label if row.method else None,
            issuing_unit=Named(code=row.issuing_unit, name=view.issuing_unit_name or "") if row.issuing_unit else None,
            filed_at=row.filed_at,
            ended_at=row.ended_at,
            due_at=view.due_at,
            colour=view.colour,
            colour_name=view.colour.label if view.colour else None,
            limit_notes=view.limit_notes,
            reason=view.reason,
            share=ShareOut(**vars(share)) if share else None,
            candidates=[LicenceOut(**vars(candidate)) for candidate in view.candidates],
            result=ResultOut(
                result=outcome.result, result_name=outcome.result.label, maker=outcome.maker, fields=outcome.fields, note=outcome.note
            )
            if outcome
            else None,
            proof=ProofOut(
                version=proof.version,
                made_at=proof.made_at,
                valid_until=proof.valid_until,
                revoked_at=proof.revoked_at,
                revoked_why=reason_words(proof.revoked_why) if proof.revoked_at else None,
                sha256=proof.digest,
                form=proof.form,
                licence=OfferOut.of(view.offered) if view.offered else None,
            )
            if proof
            else None,
            follows=row.follows,
            replaces=row.replaces,
            corrected_by=view.corrected_by,
            returns=[
                ReturnOut(
                    unit=back.unit,
                    at=back.at,
                    late=back.late,
                    reason=reason,
                    suggested_unit=back.suggested_unit,
                    unsure_why=unsure,
                    forwarded_to=back.forwarded_to,
                    forwarded_at=back.forwarded_at,
                    by_standing_rule=back.by_standing_rule,
                )
                for back, reason, unsure in view.returns
            ],
            supplements=[
                SupplementWanted(asked_at=rest.asked_at, what=what, supplied_at=rest.ended_at) for rest, what, _ in view.supplements
            ],
            excluded_time=ExcludedOut.of(view.excluded) if view.excluded else None,
            links=Links(
                self=here,
                events=f"{here}/events",
                proof=f"{here}/proof{proof.form.suffix}" if proof else None,
                verify=f"/verify/{row.number}" if proof else None,
            ),
        )


class EventOut(SchemaOut):
    """台账事件。"""

    event: Event
    at: Annotated[datetime, Field(description="发生的时间;超时以到期时刻为准")]
    recorded_at: datetime
    origin: State | None
    target: State | None
    target_name: str | None
    actor: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, row: EventRow) -> EventOut:
        return cls(
            event=row.event,
            at=row.at,
            recorded_at=row.recorded_at,
            origin=row.origin,
            target=row.target,
            target_name=row.target.label if row.target else None,
            actor=row.actor,
            detail=row.detail,
        )


class EventsOut(SchemaOut):
    events: list[EventOut]


class VerificationIn(SchemaIn):
    """核验:为在办办件的一名当事人核验一项证明。"""

    case_number: Annotated[Code, Field(description="办件编号", examples=["SZ-2026-000123"])]
    matter: Annotated[Code | None, Field(description="事项编码;可省略,填写时须与办件一致")] = None
    proof: Annotated[Code, Field(description="证明编码", examples=["P-HOUSEHOLD"])]
    party: Annotated[PartyIn, Field(description="被核验人,须是该办件的当事人")]
    force_new: Annotated[
        AgainReason | None,
        Field(
            description="同一办件、证明、当事人已有在办或有效的核验时,省略则返回原核验;确需重新核验的填写理由:"
            "data_changed 情况已变化,proof_unusable 原证明不能使用,other 其他"
        ),
    ] = None
    authorisation: Authorisation | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_number": "SZ-2026-000123",
                    "proof": "P-HOUSEHOLD",
                    "party": {"id_type": "citizen_id", "id_number": "370402188102020017", "name": "演示甲子"},
                }
            ]
        }
    )

    def as_asked(self) -> Asked:
        about = self.party
        whom = about.id_type, about.id_number, about.name
        return Asked(self.case_number, self.proof, *whom, self.matter, self.force_new, self.authorisation)

    def __repr__(self) -> str:
        return f"VerificationIn({self.proof})"


class ChoiceIn(SchemaIn):
    """需求单位在多个证照中的选择。"""

    identifier: Annotated[str | None, Field(max_length=200, description="所选证照的编号(见 candidates);null 表示都不是,转为下一种核验方式")]


class WithdrawalIn(SchemaIn):
    """撤回。"""

    reason: Annotated[
        WithdrawReason,
        Field(
            description="撤回理由,固定用语:applicant_withdrew 申请人撤回申请,filed_in_error 发起有误,no_longer_needed 不再需要,other 其他"
        ),
    ]
