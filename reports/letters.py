"""周报的邮件和文件名: how the report is called where it arrives."""

from __future__ import annotations

from reports import periods
from reports.model import Report
from reports.summary import key_figures
from reports.wording import typeset

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
}


def file_name(report: Report, version: int, kind: str) -> str:
    """市中区无证明办事工作周报2026-W10.pdf; a corrected one carries its version."""
    again = f"-第{version}版" if version > 1 else ""
    return f"{report.scope_name}无证明办事工作{name(report)}{periods.text(report.period)}{again}.{kind}"


def name(report: Report) -> str:
    """周报 of a week, 报告 of another range."""
    return "周报" if periods.is_week(report.period) else "报告"


def subject(report: Report) -> str:
    """The subject of the mail."""
    return typeset(f"{report.scope_name}“无证明办事”工作{name(report)}{report.issue}:{report.period.label}")


def body(report: Report, address: str, mail: str) -> str:
    """The text of the mail: the key figures, so that it says something on a telephone too."""
    lines = [
        f"{report.scope_name}“无证明办事”工作{name(report)}{report.issue}({report.period.label})已编制完成,详见附件(PDF 供阅读,XLSX 供统计)。",
        "",
        *(f"  {label}:{figure}" for label, figure in key_figures(report)),
        "",
        *(f"说明:{note}" for note in report.notes),
        "按时率后的括号内为按时数和到期数。各项指标的口径见附件。",
        "",
        f"编制单位:{report.issuer}",
        f"系统地址:{address}",
        f"邮件编号:{mail}",
    ]
    return "\n".join(map(typeset, lines)) + "\n"
