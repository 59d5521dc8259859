"""线索 (article 16): what may be a sign of one of its ten clauses, by which rule, with which evidence. Never a finding.

Rules are data: each says what is counted and from how many on. Evidence is numbers and counts, never persons. The clauses are
obligations 16.1, 16.2, 16.3, 16.4, 16.5, 16.6, 16.7, 16.8, 16.9, 16.10.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from domain.complaints import ComplaintAbout

RULES_VERSION = "2026-11/13"

CLAUSES: Mapping[str, str] = MappingProxyType(
    {
        "16.1": "应参加改革而未参加",
        "16.2": "无法律法规依据擅自创设证明",
        "16.3": "拒不参与编制清单或事项及证明有遗漏",
        "16.4": "未按要求调整清单",
        "16.5": "拒不协助核实、发送电子证明",
        "16.6": "已公布实施的事项仍索要证明",
        "16.7": "未按规定使用系统",
        "16.8": "电子证照、电子证明内容失实",
        "16.9": "电子印章和电子证明挪作他用",
        "16.10": "其他",
    }
)
UNHELPFUL = "16.5"  #: what a 督办 without an end may be a sign of


class LeadRule(StrEnum):
    """One way of noticing."""

    NOT_TAKING_PART = "not_taking_part"
    UNLISTED_ASKED = "unlisted_asked"
    COMPLAINED_INVENTED = "complained_invented"
    DEMANDED_UNLISTED = "demanded_unlisted"
    LIST_MISSING = "list_missing"
    PROOF_MISSING = "proof_missing"
    LATE_ADJUSTMENT = "late_adjustment"
    LAW_NOT_FOLLOWED = "law_not_followed"
    LEFT_UNANSWERED = "left_unanswered"
    RETURNED_BY_ALL = "returned_by_all"
    RETURNED_LATE = "returned_late"
    COMPLAINED_NO_HELP = "complained_no_help"
    COMPLAINED = "complained"
    DEMANDED = "demanded"
    UNCONFIRMED_PAPERS = "unconfirmed_papers"
    VOLUNTARY_OUTLIER = "voluntary_outlier"
    OFF_SYSTEM = "off_system"
    BULK_ANSWERS = "bulk_answers"
    BACKDATED = "backdated"
    CASE_FOR_LOOKUP = "case_for_lookup"
    MANY_STRANGERS = "many_strangers"
    STRANGERS_AT_ONCE = "strangers_at_once"
    STRANGERS_BY_ONE_KEY = "strangers_by_one_key"
    MANY_IN_ONE_CASE = "many_in_one_case"
    NAME_MISMATCHES = "name_mismatches"
    UNUSED_LOOKUPS = "unused_lookups"
    OFF_HOURS_LOOKUPS = "off_hours_lookups"
    QUOTA_SPENT = "quota_spent"
    SHARED_ACCOUNT = "shared_account"
    CORRECTED = "corrected"
    MADE_ANEW = "made_anew"
    COMPLAINED_CONTENT = "complained_content"
    REPEATED_COPIES = "repeated_copies"
    OFF_HOURS_COPIES = "off_hours_copies"
    MUCH_CHECKED = "much_checked"
    COMPLAINED_MISUSE = "complained_misuse"
    COMPLAINED_REFUSAL = "complained_refusal"
    BY_HAND = "by_hand"

    @property
    def about(self) -> RuleText:
        return RULE_TEXTS[self]


@dataclass(frozen=True)
class RuleText:
    """`least`: from so many on. `lasting`: about how things stand, so that one open lead is enough, week after week."""

    clause: str
    title: str
    evidence: str
    least: int = 1
    lasting: bool = False


_R = LeadRule
_COMPLAINTS = "投诉件数(不计疑似重复)"
_DEMANDS = "索要的次数(索要以前已拦截的不计),按事项和证明"
RULE_TEXTS: Mapping[LeadRule, RuleText] = MappingProxyType(
    {
        _R.NOT_TAKING_PART: RuleText(
            "16.1",
            "应参加改革的单位缺少清单、值守、接入或答复",
            "有无清单、督办员、代办员、接口密钥;本周收到三项以上申请而无一处理",
            lasting=True,
        ),
        _R.UNLISTED_ASKED: RuleText("16.2", "要求核验清单未列的证明", "因清单未列而不予受理的次数,按事项和证明"),
        _R.COMPLAINED_INVENTED: RuleText("16.2", "投诉反映被要求清单以外的证明", _COMPLAINTS),
        _R.DEMANDED_UNLISTED: RuleText("16.2", "登记反映被索要清单未列的证明", _DEMANDS),
        _R.LIST_MISSING: RuleText("16.3", "负有编制职责而没有清单", "没有任何条目列入现行清单的单位", lasting=True),
        _R.PROOF_MISSING: RuleText("16.3", "收到清单未列的证明,清单可能有遗漏", "办件中收取清单未列证明的次数,按事项和证明"),
        _R.LATE_ADJUSTMENT: RuleText("16.4", "清单调整报送超过三个工作日", "逾期报送或到期未报送的调整"),
        _R.LAW_NOT_FOLLOWED: RuleText(
            "16.4", "法规已变动而未报送清单调整", "法规变动登记册的序号;施行之日起三个工作日届满,没有报送对应这一条的调整", lasting=True
        ),
        _R.LEFT_UNANSWERED: RuleText("16.5", "超过最迟时限仍未答复", "最迟时限已过、至今未答复也未退回的核验"),
        _R.RETURNED_BY_ALL: RuleText("16.5", "反复退回而无单位受理", "两个以上单位退回、无单位答复的核验"),
        _R.RETURNED_LATE: RuleText("16.5", "多次在三十分钟以后才退回", "超过三十分钟退回的核验", least=3),
        _R.COMPLAINED_NO_HELP: RuleText("16.5", "投诉反映不核验或者超时", _COMPLAINTS),
        _R.COMPLAINED: RuleText("16.6", "投诉反映清单所列证明仍被索要", _COMPLAINTS),
        _R.DEMANDED: RuleText("16.6", "登记反映清单所列证明仍被索要", _DEMANDS),
        _R.UNCONFIRMED_PAPERS: RuleText("16.6", "收取清单所列证明而无申请人本人确认", "登记为主动提供、没有本人确认的次数", least=3),
        _R.VOLUNTARY_OUTLIER: RuleText("16.6", "主动提供的比例明显偏高", "主动提供次数占比,与其他单位合计相比", least=20),
        _R.OFF_SYSTEM: RuleText("16.7", "系统外查询较多", "系统外查询备案的次数", least=5),
        _R.BULK_ANSWERS: RuleText("16.7", "同一人员一秒内答复多项申请", "同一秒内由同一人员答复的核验", least=5),
        _R.BACKDATED: RuleText("16.7", "受理时间远早于登记时间", "受理时间比登记早三天以上的办件的核验", least=3),
        _R.CASE_FOR_LOOKUP: RuleText("16.7", "承诺件登记后十分钟内办结,其间已取得证明", "这样的办件的核验", least=3),
        _R.MANY_STRANGERS: RuleText("16.7", "同一人员一小时内以同一事项核验众多不同当事人", "不同当事人的人数和核验", least=60),
        _R.STRANGERS_AT_ONCE: RuleText(
            "16.7", "一个单位一分钟内核验众多不同当事人,业务系统的密钥在内", "不同当事人的人数,所用密钥、事项、办件的个数,核验", least=30
        ),
        _R.STRANGERS_BY_ONE_KEY: RuleText(
            "16.7", "一名人员的密钥一分钟内核验众多不同当事人", "不同当事人的人数,事项、办件的个数,核验", least=12
        ),
        _R.MANY_IN_ONE_CASE: RuleText("16.7", "同一办件核验众多不同当事人", "一周内不同当事人的人数和核验", least=15),
        _R.NAME_MISMATCHES: RuleText(
            "16.7", "查询的姓名与证件号码不符过多,发起核验已暂停", "查询限制的编号,不符次数、相符的当事人数,不符的核验"
        ),
        _R.UNUSED_LOOKUPS: RuleText(
            "16.7", "取得核验结果后到期不办结的比例明显偏高", "同一密钥到期未办结的核验占比,与其他单位合计相比", least=20
        ),
        _R.OFF_HOURS_LOOKUPS: RuleText(
            "16.7",
            "窗口办件在服务时间以外发起较多核验",
            "一周内同一密钥在本单位服务时间前后一小时以外,为窗口受理的办件发起的核验",
            least=10,
        ),
        _R.QUOTA_SPENT: RuleText("16.7", "达到限额", "达到限额的次数,按限额的种类"),
        _R.SHARED_ACCOUNT: RuleText(
            "16.7", "同一人员的密钥一小时内在多个地点使用", "一小时内使用的地点数(不留存地址)、其间办理的核验", least=3
        ),
        _R.CORRECTED: RuleText("16.8", "送达后经核实更正", "经核实内容有误的核验;来自数据共享的,列给数据库的所属单位;告知承诺的不计"),
        _R.MADE_ANEW: RuleText("16.8", "盖章后因内容有误重新制作证明", "重新制作的核验"),
        _R.COMPLAINED_CONTENT: RuleText("16.8", "投诉反映证明内容有误", _COMPLAINTS),
        _R.REPEATED_COPIES: RuleText("16.9", "同一人员反复下载同一证明", "一周内同一人员下载五次以上的核验", least=5),
        _R.OFF_HOURS_COPIES: RuleText(
            "16.9", "同一人员在服务时间以外下载较多证明", "一周内同一人员在本单位服务时间以外下载的核验", least=10
        ),
        _R.MUCH_CHECKED: RuleText("16.9", "同一证明在许多地点被公开核验", "一周内在十处以上核验属实的证明(不留存地址)", least=10),
        _R.COMPLAINED_MISUSE: RuleText("16.9", "投诉反映证明或者印章挪作他用", _COMPLAINTS),
        _R.COMPLAINED_REFUSAL: RuleText("16.10", "投诉反映拒收申请人主动提供的材料", _COMPLAINTS),
        _R.BY_HAND: RuleText("16.10", "人工登记的线索", "登记时写明的依据"),
    }
)

#: Of which rule a complaint is a sign, by what it is about. What is about none of the clauses is for a person to enter.
COMPLAINED_OF: Mapping[ComplaintAbout, LeadRule] = MappingProxyType(
    {
        ComplaintAbout.INVENTED: _R.COMPLAINED_INVENTED,
        ComplaintAbout.NO_HELP: _R.COMPLAINED_NO_HELP,
        ComplaintAbout.STILL_ASKED: _R.COMPLAINED,
        ComplaintAbout.WRONG_CONTENT: _R.COMPLAINED_CONTENT,
        ComplaintAbout.MISUSED: _R.COMPLAINED_MISUSE,
        ComplaintAbout.PAPER_REFUSED: _R.COMPLAINED_REFUSAL,  # obligation 2.6
    }
)


@dataclass(frozen=True)
class Indication:
    """What a rule found about one unit in one week. `numbers`: of verifications or complaints; `counts`: name -> how many."""

    rule: LeadRule
    unit: str
    subject: str = ""
    numbers: tuple[str, ...] = ()
    counts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class LeadLine:
    """线索 (article 16) as the weekly report tells of it: a sign with its evidence; never a finding. `clause`: which of the ten."""

    number: str
    clause: str
    title: str
    unit: str
    unit_name: str
    evidence: str
    standing: str


#: A unit's share of voluntary submissions stands out where it is more than so many times that of all others together,
#: and where chance alone would give it, or more, less often than this.
OUTLIER_TIMES, OUTLIER_CHANCE = 2.0, 0.001


def is_outlier(part: int, whole: int, others_part: int, others_whole: int, *, least: int) -> bool:
    """明显偏高: at least `least` cases, more than twice the others' share, and no accident.

    The tail of the binomial is bounded by Chernoff: P(X >= part) <= exp(-whole * D(part/whole || p)). Where the others
    have none at all, p is taken as one more case than they had, so that a first case is no outlier by itself.
    """
    if whole < least or not 0 < part <= whole or others_whole < least:
        return False
    share, p = part / whole, (others_part + 1) / (others_whole + 1)
    if p >= 1 or share <= OUTLIER_TIMES * p:
        return False
    divergence = share * math.log(share / p)
    if share < 1:
        divergence += (1 - share) * math.log((1 - share) / (1 - p))
    return math.exp(-whole * divergence) < OUTLIER_CHANCE


def voluntary_stands_out(part: int, whole: int, others_part: int, others_whole: int) -> bool:
    """主动提供明显偏高 (obligations 2.7, 16.6): one rule for the report's note and for the lead. `part` of `whole`: papers handed in,
    of these and the verifications filed; of the unit and of all others together."""
    return is_outlier(part, whole, others_part, others_whole, least=LeadRule.VOLUNTARY_OUTLIER.about.least)


def evidence_said(counts: Mapping[str, int | str], numbers: int) -> str:
    """The evidence in one line."""
    parts = [f"{name} {value}" for name, value in counts.items()]
    return "、".join([*parts, *([f"列有编号 {numbers} 个"] if numbers else [])])
