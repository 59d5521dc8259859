"""存证邮件: what it says to whoever keeps a day's head of the record, and may never have heard of it (decision 42)."""

from __future__ import annotations

from datetime import datetime

from ledger.record import heads
from ledger.tables.record import RecordHead
from reports.figures.record import grouped
from reports.wording import typeset
from settings import LOCAL


def file_name(head: RecordHead) -> str:
    """head-2026-03-04.txt: by it the keeper finds a day again, and `audit/verify.py --head` takes it as it is."""
    return f"head-{head.at.astimezone(LOCAL).date()}.txt"


def title(head: RecordHead, district: str) -> str:
    """山东省枣庄市市中区“无证明办事”台账2026年3月4日存证: a mail's subject."""
    return typeset(f"{district}“无证明办事”台账{_day(head.at)}存证(请保存附件)")


def body(head: RecordHead, address: str, mail: str) -> str:
    """What the head is, what it is kept for, and how it is checked later."""
    name = file_name(head)
    at = head.at.astimezone(LOCAL)
    lines = [
        f"请把附件 {name} 原样保存在贵单位,不必回复。每份不足 1 KB,建议长期保管。",
        "",
        "一、这是什么",
        "本系统的台账逐条记录每件核验的办理经过。存证是台账在一个时刻的签名摘要:",
        f"截至 {_day(at)}{at:%H:%M}(北京时间),台账共有记录 {head.size:,} 条,存证值为",
        f"  {grouped(head.root)}",
        "从中推不出任何人的信息。",
        "",
        "二、为什么由贵单位保存",
        "存证不在我们手里,我们就改不了它。今后有人改动、删去、添加或调换了这些记录中的任何一条,用这份附件都查得出来。",
        "",
        "三、今后怎样核对",
        "1. 要求我们提供台账的审计导出(我们运行 ./run audit export 生成,不含个人信息)和核对程序 audit/verify.py。",
        "2. 在贵单位自己的计算机上(装有 Python 3.10 以上和 cryptography,不必联网)运行:",
        f"   python verify.py 导出目录 --head {name} --key 存证公钥",
        "3. 显示“没有发现问题”,说明截至上述时刻的记录没有改动、没有缺少;有问题的,会写明是哪些条。",
        "",
        "存证公钥(第一次收到时请另存一份,今后核对用另存的;收到的与它不同,请立即来问):",
        f"  {heads.public_key()}",
        "",
        f"最新的存证也可以随时自行取得:{address.rstrip('/')}/record/head",
        f"邮件编号:{mail}",
    ]
    return "\n".join(line if line.startswith(" ") else typeset(line) for line in lines) + "\n"


def _day(at: datetime) -> str:
    local = at.astimezone(LOCAL)
    return f"{local.year}年{local.month}月{local.day}日"
