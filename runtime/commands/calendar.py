"""`./run calendar`: the working calendar, seen, seeded from the library, corrected by the notice.

The district's, or one of their own for units outside the government's days (banks, hospitals; reading 19).
"""

from __future__ import annotations

import argparse
from datetime import date

from runtime.commands.arguments import key, public
from runtime.commands.deciding import actor_of, add_by
from runtime.commands.verifications import operator
from runtime.failures import told
from runtime.progress import Progress
from settings import settings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run calendar", description="查看、录入工作日历;涉及的时限自动重新计算")
    verbs = parser.add_subparsers(dest="verb", metavar="list|seed|put")
    verbs.add_parser("list", help="列出已录入的年份(默认)")
    seed = verbs.add_parser("seed", help="从节假日库录入一年")
    seed.add_argument("year", type=int, help="年份")
    put = verbs.add_parser("put", help="按放假通知录入或更正一年")
    put.add_argument("year", type=int, help="年份")
    put.add_argument("--rest", type=_days, required=True, metavar="日期,…", help="放假日,如 2027-01-01,2027-02-05")
    put.add_argument("--work", type=_days, default=[], metavar="日期,…", help="调休上班的周六、周日")
    put.add_argument("--provisional", action="store_true", help="暂定:通知尚未公布")
    put.add_argument("--source", type=public, required=True, help="依据,如通知文号")
    put.add_argument("--reason", type=public, required=True, help="录入或更正的理由")
    for verb in (seed, put):
        verb.add_argument("--calendar", type=key, metavar="名称", help="单位自用的日历(默认全区的),须写明 --by")
        add_by(verb, "put_year", required=False)
    options = parser.parse_args(arguments)
    if options.verb in (None, "list"):
        return _list(Progress())
    return _enter(options, Progress())


def _enter(options: argparse.Namespace, progress: Progress) -> int:
    from ledger.arrangements import calendars
    from ledger.calendars.calendars import DISTRICT, alarm_before_it_runs_out
    from ledger.database import transaction
    from runtime.commands import work_calendar

    now, name = settings().now(), options.calendar or DISTRICT
    with told("录入工作日历", "更正后再次执行;原有日历未改动。"), transaction() as session:
        by = getattr(options, "by", None)
        actor = actor_of(session, by, "put_year", "录入工作日历") if by else operator()
        if options.verb == "seed":
            moved = work_calendar.seed(session, options.year, now=now, actor=actor, reason="从节假日库录入", name=name)
        else:
            moved = calendars.put_year(
                session,
                options.year,
                options.rest,
                options.work,
                provisional=options.provisional,
                source=options.source,
                reason=options.reason,
                now=now,
                actor=actor,
                name=name,
            )
        alarm_before_it_runs_out(session, now)
    progress.say(f"{options.year} 年的工作日历已录入,{len(moved)} 项核验的时限随之变动。")
    return 0


def _list(progress: Progress) -> int:
    from sqlalchemy import select

    from ledger.calendars.calendars import DISTRICT
    from ledger.database import transaction
    from ledger.tables.duty import CalendarYear

    with transaction() as session:
        for row in session.scalars(select(CalendarYear).order_by(CalendarYear.calendar, CalendarYear.year)):
            mark = "(暂定)" if row.provisional else ""
            own = "" if row.calendar == DISTRICT else f"  {row.calendar}"
            progress.say(f"{row.year}{mark}{own}  放假 {len(row.rest)} 天,调休上班 {len(row.work)} 天  {row.source}")
    return 0


def _days(text: str) -> list[date]:
    try:
        return [date.fromisoformat(day.strip()) for day in text.split(",") if day.strip()]
    except ValueError:
        raise argparse.ArgumentTypeError("日期应写成 2027-01-01,以逗号分隔") from None
