"""周报的邮件和文件名: how the report is called where it arrives."""

from __future__ import annotations

from ledger.tables.reports import IssuedReport
from reports import periods
from reports.model import Report
from reports.summary import key_figures
from reports.wording import of_period, typeset

KINDS = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "html": "text/html"}


def file_name(row: IssuedReport, kind: str) -> str:
    """市中区无证明办事工作周报2026-W10.pdf; a corrected one carries its version."""
    period = periods.of(row.start, row.end)
    again = f"-第{row.version}版" if row.version > 1 else ""
    return f"{row.scope_name}无证明办事工作{of_period('周报', periods.is_week(period))}{periods.text(period)}{again}.{kind}"


def title(row: IssuedReport) -> str:
    """市中区“无证明办事”工作周报〔2026〕第10期:2026年第10周(3月2日至3月8日): of a list, and a mail's subject."""
    period = periods.of(row.start, row.end)
    return typeset(f"{row.scope_name}“无证明办事”工作{of_period('周报', periods.is_week(period))}{row.issue}:{period.label}")


def body(row: IssuedReport, report: Report, address: str, mail: str) -> str:
    """The text of the mail: the key figures, so that it says something on a telephone too."""
    lines = [
        f"{title(row)}已编制完成,详见附件(PDF 供阅读,XLSX 供统计)。",
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
