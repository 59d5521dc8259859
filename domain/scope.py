"""适用范围 (article 2): what the regulation keeps out, and what a catalog entry must say before a verification.

Every refusal has a stable code, its obligation, and a sentence that says what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.methods import Method
from domain.refusal import Refusal


class Exclusion(StrEnum):
    """排除情形: the categories of article 2 that a decision maker may enter for an entry (obligation 2.3)."""

    NATIONAL_SECURITY = "national_security"
    STATE_SECRETS = "state_secrets"
    PUBLIC_SAFETY = "public_safety"
    FINANCIAL_PRUDENCE = "financial_prudence"
    ECOLOGY = "ecology"
    LIFE_AND_PROPERTY = "life_and_property"
    FOREIGN_AFFAIRS = "foreign_affairs"

    @property
    def label(self) -> str:
        return {
            Exclusion.NATIONAL_SECURITY: "国家安全",
            Exclusion.STATE_SECRETS: "国家机密",
            Exclusion.PUBLIC_SAFETY: "公共安全",
            Exclusion.FINANCIAL_PRUDENCE: "金融业审慎监管",
            Exclusion.ECOLOGY: "生态环境保护",
            Exclusion.LIFE_AND_PROPERTY: "人身健康、生命财产安全",
            Exclusion.FOREIGN_AFFAIRS: "重要涉外",
        }[self]


@dataclass(frozen=True)
class CatalogEntry:
    """清单条目: one proof that one matter needs, and how it is obtained without paper (obligations 5.1, 7.1)."""

    matter: str
    matter_name: str
    proof: str
    proof_name: str
    methods: tuple[Method, ...]
    issuing_unit: str | None  #: 证明出具单位
    issuing_unit_name: str | None
    source: str | None  #: the share source's name
    parameters: Mapping[str, str]  #: what the source's templates need
    fields: tuple[str, ...]  #: what the matter needs to know, and no more
    database_backed: bool  #: 有数据库依托, not yet connected (obligation 10.5)
    sealed_when_negative: bool
    validity_days: int
    exclusion: Exclusion | None = None
    outside_region: bool = False  #: 应由区外出具
    checkable_online: bool = True  #: 能通过网络核验
    immediate: bool = False  #: 可立即核验 (obligation 7.6)
    limit: timedelta | None = None  #: the proof's own limit (obligation 7.7)
    reviewed_above: bool = False  #: 区级初审上报, or 市级委托下放且审核环节在市级 (obligation 2.5)
    unit: str = ""  #: 办事单位: whose matter it is
    basis: str = ""  #: 设定依据 (obligation 2.1)
    exclusion_decided_by: str | None = None
    exclusion_evidence: str | None = None
    commitment_basis: str = ""  #: why 告知承诺 must be offered (obligation 7.4); empty where nothing demands it


_ASK_PAPER_RULE = "该事项不适用“无证明办事”,请按原规定办理;如认为认定有误,请联系工作专班办公室。"


def excluded(entry: CatalogEntry) -> Refusal | None:
    """The refusal of an entry that article 2 keeps out (obligations 2.3, 2.4, 2.5), or None."""
    if entry.exclusion is not None:
        return Refusal(
            f"该证明事项属于“{entry.exclusion.label}”类,不适用本规则。", code="excluded_category", obligation="2.3", remedy=_ASK_PAPER_RULE
        )
    if entry.outside_region and not entry.checkable_online:  # both are needed: a 区外 proof on the net stays in scope
        return Refusal(
            "该证明应由区外机构出具且不能通过网络核验,不适用本规则。", code="excluded_outside", obligation="2.4", remedy=_ASK_PAPER_RULE
        )
    if entry.reviewed_above:
        return Refusal(
            "该事项由区级初审上报或审核环节在市级以上,不适用本规则。", code="excluded_review", obligation="2.5", remedy=_ASK_PAPER_RULE
        )
    return None


def spared(entry: CatalogEntry) -> bool:
    """免提交: nobody may ask an applicant for it; not so what article 2 keeps out, nor what has no method (obligations 2.2, 7.5)."""
    return bool(entry.methods) and excluded(entry) is None


def not_listed() -> Refusal:
    """Of what the list does not have for a matter: it is verified by nobody and asked of nobody (obligations 2.1, 7.5)."""
    return Refusal(
        "清单中该事项不需要这项证明,不得发起核验,也不得向申请人索要。",
        code="proof_not_listed",
        obligation="2.1",
        remedy="请核对事项编码和证明编码;如清单有遗漏,请由本单位报工作专班办公室调整清单。",
    )


def refusal(entry: CatalogEntry | None, *, case_open: bool, is_party: bool) -> Refusal | None:
    """Why a verification may not start, or None: the entry's scope, the case, the person (article 2; obligation 15.4).

    A promise that is nearly over, or past, is no refusal: the limit is then red at once (reading 3).
    """
    if entry is None:
        return not_listed()
    if (out := excluded(entry)) is not None:
        return out
    if not case_open:
        return Refusal(
            "该办件已办结,不能再发起核验。", code="case_closed", obligation="15.4", remedy="请核对办件编号;确需核验的,请先登记新的办件。"
        )
    if not is_party:
        return Refusal(
            "被核验人不是该办件的当事人。",
            code="not_a_party",
            obligation="15.4",
            remedy="请先通过 PUT /v1/cases 把当事人登记到办件,再发起核验。",
        )
    if not entry.methods:
        return Refusal("清单未给这项证明配置核验方式。", code="no_method", obligation="2.2", remedy="请联系工作专班办公室补充核验方式。")
    return None
