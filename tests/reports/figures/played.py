"""A year of a district in one ledger: every kind of row that a figure looks at, registers and complaints by `./run import`, leads by
the search that finds them each day, one unit renamed in March, two merged in July.

What people enter goes through the commands at the day on which they would have entered it. Verifications are written past the rules
(`month.py`): the report reads rows and cares for no door, and twenty thousand through it would take an hour; what the rules make of
a week is simulated in `test_week.py`.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.register_changes import RegisterChangeStatus
from domain.registers import DECISIONS, RegisterKind
from ledger.database import transaction
from ledger.oversight import complaint_steps, leads
from ledger.oversight.complaint_assessment import Assessment
from ledger.paging import PageRequest
from ledger.registry import register_changes
from ledger.registry.unit_changes import merge, rename
from ledger.tables.oversight import Complaint
from ledger.tables.registry import Database, Person, Unit
from runtime.commands.imports import main as import_command
from runtime.progress import console
from tests.ledger.acting import do
from tests.reports.figures import year
from tests.reports.figures.checked import fill_checked
from tests.reports.figures.complained import fill as fill_complaints
from tests.reports.figures.conducted import fill as fill_conduct
from tests.reports.figures.month import ASKING, DAY, HOUR, ISSUING, LOCAL, Month

#: Beside those of the demonstration; of public names, with nobody in them but who is invented.
MORE = {
    "370402-EDU": "市中区教育和体育局",
    "370402-HRSS": "市中区人力资源和社会保障局",
    "370402-HEALTH": "市中区卫生健康局",
    "370402-AGRI": "市中区农业农村局",
    "370402-COMMERCE": "市中区商务和投资促进局",
    "370402-MARKET": "市中区市场监督管理局",
    "370402-LONGSHAN": "市中区龙山路街道办事处",
    "370402-ZHONGXIN": "市中区中心街街道办事处",
    "370402-KUANGQU": "市中区矿区街道办事处",
    "370402-WENHUA": "市中区文化路街道办事处",
    "370402-GETABU": "市中区各塔埠街道办事处",
    "370402-YONGAN": "市中区永安镇人民政府",
    "370402-QICUN": "市中区齐村镇人民政府",
    "370402-SHUIGUO": "市中区税郭镇人民政府",
}
_MOST = 40  #: rows of a file: what people enter does not grow with the verifications
OFFICE, ADMINISTRATOR = "370402-OFFICE", "demo-admin"
UNITS = (*dict.fromkeys((*ASKING, *ISSUING)), *MORE)
YEAR = Month(
    date(2026, 1, 1),
    20261231,
    days=365,
    count=1500,
    asking=(*ASKING, *list(MORE)[:5]),
    issuing=(*ISSUING, *list(MORE)[5:]),
    mergers=(
        ("370402-GUANGMING", "370402-LONGSHAN", timedelta(days=188, hours=10)),
        ("370402-KUANGQU", "370402-ZHONGXIN", timedelta(days=200, hours=9)),
    ),
    renamed=("370402-HOUSING", "市中区住房和城乡建设局", timedelta(days=74, hours=9)),
)


def play(folder: Path, district: Month = YEAR) -> None:
    """Fill the ledger; the files that are imported are left in `folder`."""
    files = Files(folder, random.Random(district.seed))
    size = min(district.some(6), _MOST)
    files.units(district.start)
    with transaction() as session:  # one that is connected in summer, one that never is
        for code, since in (("DB-PLAYED-1", date(2026, 7, 9)), ("DB-PLAYED-2", None)):
            session.add(Database(code=code, name=f"演示数据库{code[-1]}", owner="370402-EDU", source=None, connected_since=since))
    fill_checked(district)
    year.fill(district.seed + 1, UNITS)
    do(fill_conduct, district, UNITS)
    do(fill_complaints, district, UNITS)
    unit, name, after = district.renamed
    changes = [(after, lambda at: do(rename, unit, name, at=at, document="市中政〔2026〕3号", now=at, actor="x"))]
    changes += [
        (since, lambda at, old=old, into=into: do(merge, old, into, at=at, document="市中政〔2026〕7号", now=at, actor="x"))
        for old, into, since in district.mergers
    ]
    for month in range(12):
        end = datetime(2026 + (month == 11), month % 11 + 2 if month < 11 else 1, 1, 8, tzinfo=LOCAL)
        for since, change in list(changes):
            if district.start + since < end:
                change(district.start + since)
                changes.remove((since, change))
        with as_of(end):
            files.month(end, size)
            if month % 3 == 2:
                files.quarter(end, size)
            _close(files.chance, end)
        if month % 3 == 2:
            _look(end)


@contextmanager
def as_of(now: datetime) -> Iterator[None]:
    """The process's clock stands at an instant."""
    with mock.patch("settings.wall_clock", return_value=now):
        yield


def _close(chance: random.Random, now: datetime) -> None:
    """Most of the complaints of the month are closed, what they are about found for many."""
    found = random.Random(now.toordinal())
    with transaction() as session:
        imported = select(Complaint.number).where(Complaint.channel_number.is_not(None), Complaint.done_at.is_(None))
        numbers = list(session.scalars(imported.where(Complaint.due_at > now)))
    for number in sorted(numbers):
        if chance.random() < 0.7:
            outcome = chance.choice(list(ComplaintOutcome))
            about = Assessment(found.choice(list(ComplaintAbout))) if found.random() < 0.6 else None
            do(complaint_steps.close, number, outcome, "已核实,已向反映人说明。", about, person=ADMINISTRATOR, unit=OFFICE, now=now)


def _look(now: datetime) -> None:
    """The search for leads, over the last week of the quarter."""
    start, end = leads.week_of(now - 7 * DAY)
    do(leads.find, start, end, now=now)


def _people() -> dict[str, list[str]]:
    """Unit -> who works there now; of the units that there are still."""
    with transaction() as session:
        units = session.scalars(select(Unit.code).where(Unit.active, Unit.code.in_(UNITS)).order_by(Unit.code)).all()
        people = session.execute(select(Person.unit, Person.code).where(Person.active).order_by(Person.code)).all()
    return {unit: [code for of, code in people if of == unit] for unit in units}


class Files:
    """Tables as units hand them in."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance, self.number = folder, chance, 0

    def bring_in(self, kind: str, rows: Sequence[dict[str, object]]) -> None:
        self.number += 1
        file = self.folder / f"{self.number:03}-{kind}.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            table = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
            table.writeheader()
            table.writerows(rows)
        by = ["--by", ADMINISTRATOR] if kind in tuple(RegisterKind) else []
        with mock.patch.object(console, "print") as said:
            assert import_command([kind, str(file), *by]) == 0, said.call_args_list

    def units(self, now: datetime) -> None:
        """More units with two people each, confirmed by another person."""
        with as_of(now):
            self.bring_in("units", [{"单位编码": code, "单位名称": name, "单位类别": "政务服务单位"} for code, name in MORE.items()])
            self._confirm(now)
            people = [
                {"人员编码": f"{code[7:].lower()}-{place}", "姓名": f"演示{code[7:].title()}{role[:2]}", "单位编码": code, "岗位": role}
                for code in MORE
                for place, role in enumerate(("代办员", "督办员"), start=1)
            ]
            self.bring_in("people", people)
            self._confirm(now)

    def _confirm(self, now: datetime) -> None:
        with transaction() as session:
            waiting = PageRequest(limit=100), RegisterChangeStatus.WAITING
            for change in register_changes.listed(session, *waiting).rows:
                register_changes.confirm(session, change.id, actor=f"person:{ADMINISTRATOR}", now=now)

    def month(self, now: datetime, size: int) -> None:
        """What others tell of within a month: complaints, demands."""
        units, chance = list(_people()), self.chance
        self.bring_in("complaints", [self._complaint(now, number, chance.choice(units)) for number in range(size)])
        demands = [
            {
                "单位编码": chance.choice(units),
                "事项编码": "DEMO-0001",
                "证明编码": chance.choice(("P-HOUSEHOLD", "P-HARDSHIP", "P-ARCHIVE")),
                "反映来源": chance.choice(("申请人", "工作人员", "业务系统")),
                "索要日期": self._day(now, 27),
            }
            for _ in range(size)
        ]
        self.bring_in("demands", demands)

    def quarter(self, now: datetime, size: int) -> None:
        """What the registers ask for, handed in once a quarter."""
        people, chance, today = _people(), self.chance, now.astimezone(LOCAL).date()
        units, staffed = list(people), [unit for unit in people if people[unit]]
        sitting, kinds = chance.sample(staffed, 3), chance.sample(DECISIONS, 5)
        decided = {"单位": OFFICE, "参加成员": people[sitting[0]][0], "结果": "同意"}
        for kind, rows in {
            "training": [
                {"单位": unit, "日期": self._day(now), "内容": "电子证明核验", "学时": 4, "参训人员": "、".join(people[unit][:2])}
                for unit in chance.sample(staffed, 8)
            ],
            "responsibility": [
                {"单位": unit, "主要领导职务": "局长", "分管领导职务": "副局长", "岗位责任制文件": "1号文", "印发日期": self._day(now)}
                for unit in chance.sample(units, 5)
            ],
            "publicity": [{"单位": units[0], "日期": self._day(now), "媒体": "区政府网站", "标题": f"{today.month}月办事提示"}],
            "members": [
                {"单位": unit, "人员": people[unit][0], "职责": "成员", "起始日期": today - 95 * DAY, "截止日期": today + 300 * DAY}
                for unit in sitting
            ],
            "decisions": [decided | {"种类": kind, "日期": self._day(now, 60), "议题": f"关于{kind}的事项"} for kind in kinds],
            "law_changes": [
                {"单位": chance.choice(units), "法规": f"《演示办法{one}》", "施行日期": self._day(now), "涉及证明": "户籍证明"}
                for one in range(3)
            ],
            "inspection_plans": [
                {"单位": chance.choice(units), "计划日期": self._day(now), "内容": f"第{one}次检查"} for one in range(size)
            ],
            "inspections": [self._inspection(self._day(now), today, chance.choice(units), one) for one in range(size)],
        }.items():
            self.bring_in(kind, rows)

    def _day(self, now: datetime, back: int = 88) -> date:
        return now.astimezone(LOCAL).date() - (1 + self.chance.randrange(back)) * DAY

    def _complaint(self, now: datetime, number: int, unit: str) -> dict[str, object]:
        at = now - self.chance.random() * 27 * DAY - HOUR
        about = self.chance.choice([ComplaintAbout.PAPER_REFUSED, *ComplaintAbout]).label
        channels = [one.label for one in ComplaintChannel if one is not ComplaintChannel.RATING]
        said = {"反映类型": about, "被投诉单位": unit, "诉求内容": f"演示内容 {now.month}-{number}"}
        return {"来源": self.chance.choice(channels), "工单编号": f"GD-{now:%Y%m}-{number}", "受理时间": f"{at:%Y-%m-%d %H:%M}", **said}

    def _inspection(self, on: date, today: date, unit: str, number: int) -> dict[str, object]:
        chance = self.chance
        term = on + chance.choice([2, 5, 9]) * DAY
        closed = term + chance.choice([-2, 0, 1]) * DAY
        done = chance.random() < 0.7 and closed < today
        said = {"单位": unit, "检查日期": on, "内容": f"第{number}次", "发现问题": "仍索要证明"}
        return said | {"整改期限": term, "办结日期": closed if done else ""}


def sized(count: int) -> Month:
    """The same year of so many verifications."""
    return replace(YEAR, count=count)
