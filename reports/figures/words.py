"""说明和建议: what a reader must know of the figures, and what follows from them, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from domain.instants import written
from reports.decisions import Ground, Outage, Shared
from reports.figures.asked import fails
from reports.figures.limits import Due
from reports.figures.span import Span
from reports.figures.units import Register
from reports.model import CoverageFigures, Limits, Period, Rate, SourceRow, UnitRow
from reports.wording import MISSED, NOBODY, STANDING, UNCLAIMED, day_of, lasting

_NAMED = 2


def notes(
    session: Session, period: Period, span: Span, due: Sequence[Due], limits: Limits, known: Register, gone: Outage | None
) -> tuple[str, ...]:
    """What the figures rest on, where it is not as usual."""
    found = []
    if span.cut < period.end:
        found.append(f"本期尚未结束,数字截至{written(span.cut, '%-m月%-d日%H:%M')},与上期同一时段比较。")
    if provisional := sum(one.provisional for one in due):
        found.append(f"{provisional} 个到期的时限按暂定的工作日历计算。")
    if limits.undetermined:
        found.append(f"{limits.undetermined} 个时限因缺少工作日历暂记“未定”,不在按时率中。")
    found += _away(gone)
    if lifted := _lifted(session, span):
        found.append(f"{lifted} 个曾记为超时的时限因平台故障已撤销超时,按重新计算的时限统计。")
    if nobody := sum(one.whole for one in due if one.unit is None):
        found.append(f"{nobody} 个承诺时限到期时核验不在任何出具单位(退回、转办途中等),计入全区,不计入各单位。")
    found += [text for unit, text in sorted(known.notes.items()) if span.scope in ("", unit)]
    return tuple(found)


def _away(gone: Outage | None) -> list[str]:
    """平台原因 (reading 21)."""
    if gone is None:
        return []
    if not gone.count:
        return [f"超时的时限中有 {gone.met} 个在运行期间遇到本周以前的平台故障(平台原因)。"]
    said = f"平台故障 {gone.count} 次,共 {lasting(gone.minutes * 60)};"
    if gone.met is None:
        return [said + "按现行解读,故障时间已从受影响的时限中扣除。"]
    return [said + f"按现行解读不从时限中扣除,超时的时限中有 {gone.met} 个在运行期间遇到故障(平台原因)。"]


def _lifted(session: Session, span: Span) -> int:
    ours = (
        ""
        if not span.scope
        else f"AND EXISTS (SELECT FROM requests r WHERE r.verification = e.verification AND {span.charged('r.unit', 'e.at')} = :scope)"
    )
    found = span.rows(
        session,
        f"""SELECT count(*) FROM events e WHERE e.event = 'lifted' AND e.detail ? 'was'
            AND CAST(e.detail->>'was' AS timestamptz) >= :start AND CAST(e.detail->>'was' AS timestamptz) < :cut {ours}""",
    )
    return int(found[0][0])


def next_steps(
    rows: Sequence[UnitRow],
    limits: Limits,
    coverage: CoverageFigures,
    sources: Iterable[SourceRow],
    grounds: Sequence[Ground] = (),
    year: int = 0,
    shared: Shared | None = None,
) -> tuple[str, ...]:
    """What to do about it, the most pressing first; nothing where nothing is wrong. `grounds`: of the limits, then of all else, in the
    order of the steps. `year`: the report's, whose days go without it. `shared`: said once, in place of those of the limits."""
    late = sorted((row for row in rows if _missed(row.limits.hard)), key=lambda row: -_missed(row.limits.hard))
    unfed = sorted((row for row in rows if row.supervision_missed), key=lambda row: -row.supervision_missed)
    slow = _missed(limits.soft) - limits.excused
    by_kind = {one.kind: [name for name, _ in one.units if name != NOBODY] for one in grounds}

    def asked_of(kind: str) -> str:
        return _whose(by_kind[kind]) if by_kind.get(kind) else "请有关单位"

    late_steps = [
        (_missed(limits.hard), f"{_missed(limits.hard)} 件核验超过最迟时限,{_whose(row.name for row in late)}说明原因。"),
        *((one.waiting, _stood(one, year)) for one in grounds if one.kind == STANDING),
        (len(unfed), f"{sum(row.supervision_missed for row in unfed)} 件督办未按时反馈,请{_named(row.name for row in unfed)}落实。"),
        (slow, f"{slow} 件核验超过原则上的时限,{_whose(by_kind['soft']) if by_kind.get('soft') else '请出具单位'}说明理由。"),
    ]
    apart = [row for row in sources if fails(row) and not (shared and shared.failed and shared.cause == row.source)]
    steps = [
        *([(1, _shared(shared, year, grounds))] if shared else late_steps),
        (len(coverage.roster_gaps), f"请{_named(coverage.roster_gaps)}补齐督办员、代办员。"),
        (len(coverage.without_list), f"请{_named(coverage.without_list)}报送清单。"),
        (
            coverage.late_adjustments.part,
            f"{coverage.late_adjustments.part} 项清单调整逾期报送或逾期尚未报送,{asked_of('adjustments')}在事由发生后 3 个工作日内报送。",
        ),
        (
            _missed(coverage.open_tasks),
            f"清单公布后的流程和指南更新还有 {_missed(coverage.open_tasks)} 项未完成,{asked_of('tasks')}抓紧完成。",
        ),
        *((1, f"{row.source}查询失败 {row.failed},请专班办公室会同来源单位排查。") for row in apart),
        (_missed(coverage.databases), f"还有 {_missed(coverage.databases)} 个证照、证明数据库未接入,{asked_of('databases')}推进对接。"),
        (_missed(coverage.systems), f"还有 {_missed(coverage.systems)} 个应对接的自建系统未对接,{asked_of('systems')}主动对接。"),
        (
            sum(bool(row.note) for row in rows),
            f"请专班办公室核实{_named(row.name for row in rows if row.note)}的主动提供是否出于申请人自愿。",
        ),
        (limits.undetermined, "请专班办公室尽快录入缺少的工作日历,“未定”的时限将自动补算。"),
    ]
    return tuple(text for count, text in steps if count > 0)


def missed(rows: Sequence[UnitRow], limits: Limits) -> tuple[str, ...]:
    """The kinds of limits that the first steps are about, in their order."""
    counts = (
        ("hard", _missed(limits.hard)),
        ("supervision", sum(row.supervision_missed for row in rows)),
        ("soft", _missed(limits.soft) - limits.excused),
    )
    return tuple(kind for kind, count in counts if count > 0)


def _missed(rate: Rate) -> int:
    return rate.whole - rate.part


def _stood(ground: Ground, year: int) -> str:
    """What was late before, by nobody's new limit: without it nobody would hear of it again."""
    assert ground.since is not None
    units = [name for name, _ in ground.units if name != NOBODY]
    whose = f"{_whose(units)}办结" if units else "请专班办公室确定承办单位"
    earliest = "最早" if ground.waiting > 1 else ""
    return f"{ground.waiting} 件核验{earliest}自{day_of(ground.since, year)}起超时未办,{whose}。"


def _shared(found: Shared, year: int, grounds: Sequence[Ground]) -> str:
    """How many, of these how many from before, what most have in common, what stands still since when, and who does what."""
    units, ground = [name for name, _ in found.ground.units if name != NOBODY], found.ground
    whose = _whose(units) if units else "请专班办公室确定承办单位,"
    cause = f"因{found.cause}查询失败转到单位" if found.failed else found.cause
    still = f";{ground.waiting} 件至今未办,{'最早' * (ground.waiting > 1)}自{day_of(ground.since, year)}起" if ground.since else ""
    before = next((one.waiting for one in grounds if one.kind == STANDING), 0)
    old = f"({MISSED[STANDING]} {before} 件)" if before == found.whole else f"(含{MISSED[STANDING]} {before} 件)" if before else ""
    said = f"{found.whole} 件核验超时{old},其中 {found.part} 件{cause}{still},"
    if found.failed:
        return f"{said}请专班办公室会同来源单位排查,{whose}办结。"
    return f"{said}{whose}{'指定专人认领、' if found.cause == UNCLAIMED else ''}办结并说明原因。"


def _whose(names: Iterable[str]) -> str:
    found = list(names)
    return f"请{_named(found)}" if found else "请"


def _named(names: Iterable[str]) -> str:
    """Both of two; of more the first and how many, since page one is read aloud: the tables name them all."""
    found = list(names)
    return "、".join(found) if len(found) <= _NAMED else f"{found[0]}等 {len(found)} 个单位"
