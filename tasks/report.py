"""周报, step by step: figures, layouts, kept, mailed; operators see how far it is and what came of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from prefect.artifacts import acreate_markdown_artifact

from ledger.database import transaction
from ledger.outbox import alarms, notifications, reports
from ledger.outbox.reports import Wanted
from reports import issuing, periods
from reports.issuing import Layouts
from reports.letters import title
from reports.summary import key_figures
from reports.wording import typeset
from settings import LOCAL, settings
from tasks.notify import send_notices
from tasks.own_process import in_own_process
from tasks.passes import actor
from tasks.progress import with_progress
from tasks.steps import in_ledger_thread, step

log = logging.getLogger(__name__)

_LATE = timedelta(hours=1)  #: after its Monday 08:00 a report is made up, and says so


@dataclass(frozen=True)
class Making:
    """One report on its way. Nothing of it enters Prefect; a run that dies begins it again."""

    wanted: Wanted
    snapshot: str = ""
    layouts: Layouts | None = None
    report: UUID | None = None
    new: bool = False

    def __repr__(self) -> str:
        return f"Making({self.name})"

    @property
    def name(self) -> str:
        one = self.wanted
        return f"{periods.text(periods.of(one.start, one.end))} {one.scope} 第{one.version}版"


@step("列出要编制的周报 list what is owed")
async def reports_owed(period: str, scope: str) -> list[Making]:
    """The one that is asked for, or everything that is owed: orders, and finished weeks without a report."""
    return [Making(wanted) for wanted in await in_ledger_thread(_owed, period, scope)]


@step("计算数据 compute the figures")
async def compute_figures(making: Making) -> Making:
    """In a process of its own: a week can be large."""
    return replace(making, snapshot=await in_own_process(issuing.snapshot, making.wanted, settings().now()))


@step("排版 lay out")
async def lay_out(making: Making) -> Making:
    """HTML, PDF and XLSX."""
    return replace(making, layouts=await in_own_process(issuing.lay_out, making.snapshot))


@step("存档 keep")
async def keep(making: Making) -> Making:
    """Kept with the mails that it owes; another run that was faster has made the same one."""
    report, new = await in_ledger_thread(_keep, making)
    return replace(making, report=report, new=new)


@step("发送邮件 mail")
async def mail_reports() -> None:
    """Every mail that is due; what does not get through now is sent again by the sweep."""
    await send_notices(None)
    await in_ledger_thread(_watch_mails)


@step("编制情况 show what was made")
async def show_reports(made: list[Making]) -> None:
    """A page for operators: key figures, addresses, how the mails stand; never who reads it."""
    if not made:
        return  # each hour looks: a page that says "nothing" would hide the last one that says something
    await in_ledger_thread(_watch, made)
    await acreate_markdown_artifact(key="weekly-report", markdown=await in_ledger_thread(page, made), description="周报")
    if failed := [one.name for one in made if one.report is None]:
        raise RuntimeError(f"{len(failed)} reports not made")


async def issue(making: Making) -> Making:
    """Figures, layouts, kept: one that fails keeps no other from being made, and is owed again in an hour."""
    try:
        async for part in with_progress("report-progress", f"周报进度 {making.name}", (compute_figures, lay_out, keep)):
            making = await part(making)
    except Exception as error:
        log.warning("report %s: %s", making.name, type(error).__name__)
    return making


def page(made: list[Making]) -> str:
    """What was made in this run."""
    return "\n\n".join(map(_section, made))


def _section(making: Making) -> str:
    if making.report is None:
        return f"## {making.name}\n\n没有编制成功,一小时内自动重试;原因见本次运行的步骤和服务日志。"
    at = settings()
    with transaction() as session:
        row, report = issuing.read(session, making.report)
        mails = notifications.of_report(session, row.id)
    address = f"{at.public_url.rstrip('/')}/v1/reports/{row.id}"
    lines = [
        f"## {title(row)}",
        "",
        *_made_up(making, row.made_at),
        "| 指标 | 数字 |",
        "|-|-|",
        *(f"| {label} | {figure} |" for label, figure in key_figures(report)),
        "",
        f"文件(须以接口密钥读取):[PDF]({address}/pdf) · [XLSX]({address}/xlsx) · [HTML]({address}/html)",
        "",
        *(f"- {note}" for note in report.notes),
        "",
        _mailed([notifications.standing_of(mail, at.now()).label for mail in mails], bool(at.report_readers)),
    ]
    return typeset("\n".join(lines))


def _made_up(making: Making, made_at: object) -> list[str]:
    week = periods.of(making.wanted.start, making.wanted.end)
    if not making.new:
        return ["本周报已由另一次运行编制。", ""]
    if making.wanted.by or settings().now() < periods.due_at(week) + _LATE:
        return []
    due = periods.due_at(week).astimezone(LOCAL)
    return [f"**补做**:应于{due.month}月{due.day}日 {due:%H:%M} 编制,当时没有编制。", ""]


def _mailed(standings: list[str], configured: bool) -> str:
    if standings:
        counts = "、".join(f"{one} {standings.count(one)} 封" for one in dict.fromkeys(standings))
        return f"邮件:{counts}。"
    return "邮件:按需编制的不自动发送。" if configured else "邮件:没有配置收件人(PROOFLESS_REPORT_READERS),未发送。"


def _watch_mails() -> None:
    with transaction() as session:
        reports.watch_mails(session, now=settings().now())


def _watch(made: list[Making]) -> None:
    """What could not be made is an alarm until it is: on Monday somebody waits for it."""
    now = settings().now()
    with transaction() as session:
        for one in made:
            if one.report is None:
                text = f"周报({one.name})没有编制成功,每小时自动重试。请查看 weekly-compliance 运行的步骤和服务日志。"
                alarms.raise_alarm(session, "report_not_made", one.name, text, now=now)
            else:
                alarms.clear_alarm(session, "report_not_made", one.name, now=now)


def _owed(period: str, scope: str) -> list[Wanted]:
    now = settings().now()
    with transaction() as session:
        if not period:
            return issuing.owed(session, now)
        asked = periods.parse(period)
        issuing.order(session, asked, scope, now=now, actor=actor())
        return reports.ordered(session, (asked.start, asked.end), scope)


def _keep(making: Making) -> tuple[UUID, bool]:
    assert making.layouts is not None
    return issuing.keep(making.wanted, making.snapshot, making.layouts, now=settings().now(), actor=actor())
