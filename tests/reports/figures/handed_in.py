"""What units hand in within a year (`played.py`), as the files that they send and through the command that takes them: registers of
units, people, matters, proofs, databases and systems, complaints and what came of them, demands, everything that people enter.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.register_changes import RegisterChangeStatus
from domain.registers import COLLECTING, DECISIONS, RegisterKind
from ledger.catalog.added import is_added
from ledger.database import transaction
from ledger.paging import PageRequest
from ledger.registers import manual_registers
from ledger.registry import register_changes
from ledger.tables.catalog import Entry
from ledger.tables.oversight import Complaint, RegisterEntry
from ledger.tables.registry import Person, Unit
from runtime.commands.imports import main as import_command
from runtime.progress import console
from tests.reports.figures.month import ASKING, DAY, HOUR, ISSUING, LOCAL

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
UNITS = (*dict.fromkeys((*ASKING, *ISSUING)), *MORE)
OFFICE, ADMINISTRATOR = "370402-OFFICE", "demo-admin"
#: Whoever brings these in says who he is; what is to be collected the units enter, and the office decides.
_BY = {*RegisterKind, "complaint_results"} - {RegisterKind.COLLECTIONS}


@contextmanager
def as_of(now: datetime) -> Iterator[None]:
    """The process's clock stands at an instant."""
    with mock.patch("settings.wall_clock", return_value=now):
        yield


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
        by = ["--by", ADMINISTRATOR] if kind in _BY else []
        with mock.patch.object(console, "print") as said:
            assert import_command([kind, str(file), *by]) == 0, said.call_args_list

    def registers(self, now: datetime) -> None:
        """More units with two people each, what they do, and what the district has; what needs it is confirmed by another person."""
        with as_of(now):
            self.bring_in("units", [{"单位编码": code, "单位名称": name, "单位类别": "政务服务单位"} for code, name in MORE.items()])
            self._confirm(now)
            people = [
                {"人员编码": f"{code[7:].lower()}-{place}", "姓名": f"演示{code[7:].title()}{role[:2]}", "单位编码": code, "岗位": role}
                for code in MORE
                for place, role in enumerate(("代办员", "督办员"), start=1)
            ]
            self.bring_in("people", people)
            matters = [
                {"事项编码": f"PLAYED-{number}", "事项名称": f"演示事项{number}", "单位编码": unit, "办件类型": kind, "承诺时限": promised}
                for number, (unit, (kind, promised)) in enumerate(
                    zip([*MORE][::3], [("即办件", ""), ("承诺件", "5")] * 3, strict=False), start=1
                )
            ]
            self.bring_in("matters", matters)
            proofs = [
                {
                    "证明编码": f"P-PLAYED-{number}",
                    "证明名称": f"演示来件证明{number}",
                    "设定依据": basis,
                    "出具单位": [*MORE][number],
                    "取消": cancelled,
                }
                for number, (basis, cancelled) in enumerate([("《演示条例》", ""), ("", "是"), ("", ""), ("《演示条例》", "")])
            ]
            self.bring_in("proofs", proofs)
            owned = {"责任单位": "370402-EDU"}
            self.bring_in("databases", [owned | {"数据库编码": f"DB-PLAYED-{n}", "数据库名称": f"演示数据库{n}"} for n in (1, 2)])
            systems = [("1", "区级", "是", ""), ("2", "区级", "是", "改造中"), ("3", "省级", "否", "")]
            named = {"单位编码": "370402-HRSS"}
            columns = ("系统编码", "系统名称", "建设层级", "应对接", "未对接原因")
            self.bring_in(
                "systems", [named | dict(zip(columns, (f"played-{n}", f"演示来件系统{n}", *said), strict=True)) for n, *said in systems]
            )
            self._confirm(now)

    def connected(self, now: datetime) -> None:
        """One of the databases."""
        with as_of(now):
            said = {
                "数据库编码": "DB-PLAYED-1",
                "数据库名称": "演示数据库1",
                "责任单位": "370402-EDU",
                "数据来源": "licence_library",
                "接入日期": "2026-07-09",
            }
            self.bring_in("databases", [said])

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

    def results(self, now: datetime) -> None:
        """Most of the complaints of the month are closed, what they are about found for many, of closed and of open ones."""
        with transaction() as session:
            imported = select(Complaint).where(Complaint.channel_number.is_not(None), Complaint.done_at.is_(None))
            found = sorted((row.number, str(row.channel_number)) for row in session.scalars(imported.where(Complaint.due_at > now)))
        rows = []
        for number, channel_number in found:
            row = {"投诉编号": number} if self.chance.random() < 0.5 else {"渠道编号": channel_number}
            if self.chance.random() < 0.6:
                row["反映事由"] = self.chance.choice(list(ComplaintAbout)).label
            if self.chance.random() < 0.7:
                row |= {"办理结果": self.chance.choice(list(ComplaintOutcome)).label, "办理情况": "已核实,已向反映人说明。"}
            rows += [row] if len(row) > 1 else []
        self.bring_in("complaint_results", rows)

    def collections(self, now: datetime, size: int) -> None:
        """索取增加的证明: each unit enters its own, the office allows some and not others."""
        with transaction() as session:
            entries = session.scalars(select(Entry).where(Entry.until_version.is_(None)).order_by(Entry.id))
            added = [one for one in entries if one.unit in _people() and is_added(session, [one.unit], one.matter, one.proof)]
        asked = self.chance.sample(added, min(size, len(added)))
        rows = [{"单位": one.unit, "事项": one.matter, "证明": one.proof, "理由": self.chance.choice(COLLECTING)} for one in asked]
        self.bring_in("collections", [row | {"说明": f"{now.month}月"} for row in rows])
        kept = select(RegisterEntry).where(RegisterEntry.register == RegisterKind.COLLECTIONS, RegisterEntry.stands())
        with transaction() as session:
            for row in session.scalars(kept.where(RegisterEntry.entered_at == now).order_by(RegisterEntry.serial)).all():
                values = row.values | {"批准": self.chance.choice(["是", "是", "否"])}
                if self.chance.random() < 0.8:
                    by = f"person:{ADMINISTRATOR}"
                    manual_registers.enter(session, row.register, row.unit, values, person=by, now=now + HOUR, replaces=row.serial)

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
            "devices": [
                {
                    "单位": unit,
                    "窗口": f"{chance.randrange(1, 9)}号窗口",
                    "设备": chance.choice(("人脸识别", "扫码枪")),
                    "数量": 1,
                    "启用日期": self._day(now),
                }
                for unit in chance.sample(units, 6)
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
        self.collections(now, size)

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
