"""通知: what officials are told of, how, and in which words (obligation 10.12). No personal data: the number leads to the case."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from domain.calendar import LOCAL
from domain.instants import written

#: What every mail server takes: one plain address, ASCII, nothing that could begin another header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


class NoticeChannel(StrEnum):
    MAIL = "mail"
    WEBHOOK = "webhook"


class NoticeStatus(StrEnum):
    """How a notice stands."""

    WAITING = "waiting"  #: due, or due again after a pause
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"  #: the receiver's server took it
    UNKNOWN = "unknown"  #: begun, and nobody knows whether it arrived: a person settles it
    GIVEN_UP = "given_up"  #: refused, or too often not taken: a person settles it

    @property
    def label(self) -> str:
        return _STANDINGS[self]


_STANDINGS = {
    NoticeStatus.WAITING: "待发送",
    NoticeStatus.ON_ITS_WAY: "正在发送",
    NoticeStatus.SENT: "已发送",
    NoticeStatus.UNKNOWN: "是否送达不明",
    NoticeStatus.GIVEN_UP: "未送达",
}


class NoticeKind(StrEnum):
    """What happened."""

    WARNING = "warning"  #: 临近时限
    SUPERVISION = "supervision"  #: 督办
    SUPERVISION_MISSED = "supervision_missed"  #: 督办超时, to the 专班 office
    RETURNED = "returned"  #: 退回, to the requesting unit
    RETURNED_TWICE = "returned_twice"  #: 两次退回, to the 专班 office, which decides, and to the requesting unit
    PROMISE_SHORT = "promise_short"  #: 承诺时限所剩不足半小时 when the request arrives (reading 3), to the requesting unit
    SUPPLEMENT = "supplement"  #: 补正, to the requesting unit
    TAKEN_OVER = "taken_over"  #: 接手, to whoever had claimed the request
    COMMITMENT_CHECK = "commitment_check"  #: 承诺核查, to the requesting unit
    LOOKUPS_BLOCKED = "lookups_blocked"  #: 查询限制, to the 专班 office
    BATCH_ENDED = "batch_ended"  #: 批次办结, to the requesting unit: one message for all of its rows
    PROOF_REVOKED = "proof_revoked"  #: 电子证明已撤销, to the requesting unit; on order to the issuing unit as well
    REPORT = "report"  #: 周报, to its readers: its text is the report's (reports.letters)
    HEAD = "head"  #: 台账存证, the day's, to those outside who keep it (reports.head_letters)

    @property
    def label(self) -> str:
        return _WORDS[self][0]


_WORDS = {
    NoticeKind.WARNING: ("核验申请临近时限", "请尽快核实并答复;不属本单位职责的,请说明理由和转办建议后退回。"),
    NoticeKind.SUPERVISION: ("核验申请超时,开始督办", "请出具单位督办员半小时内督促办结并在系统中反馈;需求单位知悉。"),
    NoticeKind.SUPERVISION_MISSED: ("督办超时", "请工作专班办公室督促该单位,或改派其他单位。"),
    NoticeKind.RETURNED: ("核验申请被退回", "请查看退回理由和转办建议,转办其他单位或撤回。"),
    NoticeKind.RETURNED_TWICE: ("核验申请两次被退回", "请工作专班办公室确定出具单位后改派,或者办结;需求单位知悉,不再需要的可以撤回。"),
    NoticeKind.PROMISE_SHORT: (
        "承诺时限所剩不足半小时",
        "出具单位收到申请时,该办件的承诺时限已不足半小时。确需延长的,请与申请人商定后变更承诺时限。",
    ),
    NoticeKind.SUPPLEMENT: ("出具单位要求补正", "请查看所缺内容并补正;补正前出具单位的时限暂停。"),
    NoticeKind.TAKEN_OVER: ("您认领的核验申请已由同事接手", "请不要再办理;有已经核实的内容请告知接手的同事。"),
    NoticeKind.COMMITMENT_CHECK: ("承诺核查到期", "请对申请人的承诺进行核查并登记结论。"),
    NoticeKind.LOOKUPS_BLOCKED: (
        "发起核验已暂停",
        "姓名与证件号码不符过多。请工作专班办公室查明情况,在查询限制(/v1/lookup-blocks)中登记理由后解除。",
    ),
    NoticeKind.BATCH_ENDED: ("批量核验已办结", "请下载结果(results.xlsx)和电子证明(proofs.zip);未受理的行注明了原因。"),
    NoticeKind.PROOF_REVOKED: (
        "电子证明已撤销",
        "请停止采用,并查看用过它的办件(/v1/revoked-proofs);已据此作出决定的,请及时补救。需要这项证明的,请重新发起核验。",
    ),
    NoticeKind.REPORT: ("“无证明办事”工作周报", "请阅附件。"),
    NoticeKind.HEAD: ("台账存证", "请保存附件。"),
}
#: To an address that is configured: whose it is stands in no register.
TO_ADDRESSES = frozenset({NoticeKind.REPORT, NoticeKind.HEAD})


_CLOCK = "%Y-%m-%d %H:%M:%S"
#: Told of an instant at which a period ends; the others of something that happened.
_OF_LIMITS = frozenset(
    {NoticeKind.WARNING, NoticeKind.SUPERVISION, NoticeKind.SUPERVISION_MISSED, NoticeKind.PROMISE_SHORT, NoticeKind.COMMITMENT_CHECK}
)


def text(kind: NoticeKind, unit_name: str, number: str | None, about: datetime, address: str, notice: str) -> str:
    """The body of a mail. `about`: when it happened or is due."""
    at = written(about, _CLOCK) if kind in _OF_LIMITS else about.astimezone(LOCAL).strftime(_CLOCK)
    lines = [
        f"{unit_name}:",
        "",
        f"{kind.label}。{_WORDS[kind][1]}",
        "",
        *([f"{'批次' if kind is NoticeKind.BATCH_ENDED else '核验'}编号:{number}"] if number else []),
        f"时间:{at}(北京时间)",
        f"系统地址:{address}",
        f"通知编号:{notice}",
    ]
    return "\n".join(lines) + "\n"


def is_mail_address(address: str) -> bool:
    """True for one plain mail address."""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


def mail_addresses(text: str) -> tuple[str, ...]:
    """Addresses that are separated by commas, each once; a blank text names none. Raises ValueError."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text.strip() else ()
    if not all(map(is_mail_address, found)):
        raise ValueError("not plain mail addresses")
    return found
