"""`./run import complaint_results FILE`: what a complaint is about and what came of it, found for many at once (obligations 2.6, 16.2,
16.5, 16.6, 16.8, 16.9, 18.1), row by row; a bad row is named and stops nothing, the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refusal
from runtime.commands.deciding import actor_of, unit_of
from runtime.commands.imports import Sheet, read_rows
from runtime.failures import Failure
from runtime.progress import console
from settings import settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from domain.complaints import ComplaintOutcome
    from ledger.oversight.complaint_assessment import Assessment
    from ledger.tables.oversight import Complaint

_THINGS = {"unit": "被反映单位", "matter": "事项", "proof": "证明"}
_NONE = "无"  #: written where none is meant; an empty cell leaves it as it stands
SHEET = Sheet("投诉认定和办结", (), ("投诉编号", "渠道编号", "反映事由", *_THINGS.values(), "办理结果", "办理情况"))


def import_complaint_results(file: Path, by: str | None) -> int:
    """Gives the exit code: 1 where a row was refused. Raises Failure where the file cannot be read at all, or nobody decides."""
    from ledger.database import transaction

    if by is None:
        raise Failure("导入投诉认定和办结", "没有写明由谁办理", "请用 --by 写明工作专班办公室的人员编码。")
    faults = dict[int, str]()
    rows = read_rows(file, SHEET, faults)
    with transaction() as session:
        person = actor_of(session, by, "close_complaint", "认定和办结投诉")
        unit = unit_of(session, by, "close_complaint", "认定和办结投诉")
    done, repeated = 0, 0
    for line, row in rows:
        try:
            with transaction() as session:
                new = _enter(session, row, person, unit)
            done, repeated = done + new, repeated + (not new)
        except Refusal as refused:
            faults[line] = str(refused)
    console.print(f"共 {done + repeated + len(faults)} 行:办理 {done} 行,此前已办理 {repeated} 行,未办理 {len(faults)} 行。")
    for line, fault in sorted(faults.items()):
        console.print(f"第 {line} 行未办理:{fault}")
    return 1 if faults else 0


def _enter(session: Session, row: Mapping[str, str], person: str, unit: str) -> bool:
    """True where something of it is new. Raises Refusal."""
    from domain.complaints import ComplaintStatus
    from ledger.oversight import complaint_steps
    from runtime.commands.import_rows import RowRefused

    now = settings().now()
    complaint = _complaint(session, row)
    found, outcome = _assessment(session, row, complaint), _outcome(row, complaint)
    if found is None and outcome is None:
        raise RowRefused("没有“反映事由”也没有“办理结果”。")
    before = complaint.standing, complaint.assessed_at
    if outcome is not None and complaint.standing is ComplaintStatus.CLOSED:
        if complaint_steps.outcome(session, complaint) is not outcome:
            raise RowRefused("此前已办结,结果与本行不同。")
        outcome = None
    if outcome is not None:
        if not (text := row.get("办理情况", "")):
            raise RowRefused("“办理情况”为空。")
        complaint_steps.close(session, complaint.number, outcome, text, found, person=person, unit=unit, now=now)
    elif found is not None:
        complaint_steps.assess(session, complaint.number, found, person=person, unit=unit, now=now)
    return (complaint.standing, complaint.assessed_at) != before


def _complaint(session: Session, row: Mapping[str, str]) -> Complaint:
    """Held, by our number, or by its channel's where only one has it: what a row leaves out stays as a file before it said at the same
    moment, and what that file did already is found done."""
    from sqlalchemy import select

    from ledger.tables.oversight import Complaint
    from runtime.commands.import_rows import RowRefused

    ours, theirs = row.get("投诉编号", ""), row.get("渠道编号", "")
    wanted = Complaint.number == ours if ours else Complaint.channel_number == theirs
    found = session.scalars(select(Complaint).where(wanted).order_by(Complaint.number).with_for_update()).all() if ours or theirs else ()
    if len(found) != 1:
        raise RowRefused("这个渠道编号不止一件,请写投诉编号。" if found else "没有这个编号的投诉,请核对“投诉编号”或者“渠道编号”。")
    return found[0]


def _assessment(session: Session, row: Mapping[str, str], complaint: Complaint) -> Assessment | None:
    from catalog.complaint_file import about_of
    from catalog.complaint_layouts import layouts
    from catalog.loading import code_of
    from domain.complaints import ComplaintAbout
    from ledger.oversight.complaint_assessment import Assessment
    from ledger.tables.registry import Matter, ProofKind, Unit
    from runtime.commands.import_rows import RowRefused

    tables: Mapping[str, type[Unit] | type[Matter] | type[ProofKind]] = {"unit": Unit, "matter": Matter, "proof": ProofKind}
    said: dict[str, str | None] = {}
    for name, head in _THINGS.items():
        if text := row.get(head, ""):
            said[name] = None if text == _NONE else code_of(session, tables[name], text)
            if said[name] is None and text != _NONE:
                raise RowRefused(f"“{head}”不是登记的编码或名称;没有的写“{_NONE}”。")
    text = row.get("反映事由", "")
    about = about_of(text, layouts().get(complaint.layout or "")) if text else complaint.about
    if about is None:
        raise RowRefused(f"“反映事由”应为{'、'.join(one.label for one in ComplaintAbout)}之一。")
    return Assessment(about, said) if text or said else None


def _outcome(row: Mapping[str, str], complaint: Complaint) -> ComplaintOutcome | None:
    """In our words or in those of the system that it came from; what that system calls unfinished is none."""
    from catalog.complaint_layouts import layouts
    from domain.complaints import ComplaintOutcome
    from runtime.commands.import_rows import RowRefused

    text, layout = row.get("办理结果", ""), layouts().get(complaint.layout or "")
    ours = {one.label: one for one in ComplaintOutcome}
    if not text or text in ours:
        return ours.get(text)
    try:
        if layout is not None:
            return layout.outcome(text)
    except KeyError:
        pass
    raise RowRefused(f"“办理结果”应为{'、'.join(ours)}之一{f',或者来源的说法:{layout.known_outcomes()}' if layout else ''}。")
