"""参加改革、清单、值守、数据库、系统 (obligations 3.1, 5.1, 10.2, 10.3, 6.4, 8.1) and the follow-up of changes (obligations 5.5, 13.1,
13.2): as they were at the end of the span.

Which units there are and who works in them is the register of today, but for units that were merged since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from ledger.calendars import duty
from ledger.calendars.duty import Gap, GapKind
from reports.figures import adjustments, systems, units
from reports.figures.figure import By, Figure
from reports.figures.span import Span
from reports.figures.standing import LISTED
from reports.model import CoverageFigures, Rate


def lists(span: Span) -> str:
    """Obligation 5.1: units with an entry in the list, of those that have one or a matter, with what each inherited: matters and
    entries stay the merged unit's until the list is adjusted. Who only issues proofs has no matter to list."""
    return f"""
        WITH listed AS (SELECT DISTINCT {span.charged("e.unit", ":cut")} AS unit FROM {LISTED}),
        owing AS (SELECT DISTINCT {span.charged("m.unit", ":cut")} AS unit FROM matters m WHERE m.active)
        SELECT u.code AS id, u.code IN (SELECT unit FROM listed) AS part FROM units u
        WHERE u.takes_part AND u.code = ANY(:active) AND (:scope = '' OR u.code = :scope)
        AND (u.code IN (SELECT unit FROM listed) OR u.code IN (SELECT unit FROM owing))"""


#: Who need not take part need not appoint anybody either.
ROSTERS = """
    SELECT n.unit AS id, n.unit <> ALL(CAST(:gaps AS text[])) AS part FROM unnest(CAST(:wanted AS text[])) AS n(unit)"""


def databases(span: Span) -> str:
    """Obligation 6.4: after a merger the successor's."""
    return f"""
        SELECT d.code AS id, coalesce(d.connected_since < CAST(:cut AT TIME ZONE 'Asia/Shanghai' AS date), false) AS part
        FROM databases d WHERE {span.ours(span.charged("d.owner", ":cut"))}"""


def tasks(span: Span) -> str:
    """Obligations 13.1, 13.2: what was to be followed up in the span; after a merger by the successor."""
    return f"""
        SELECT concat_ws('/', t.version, t.matter, t.what) AS id, {DONE} AS part
        FROM {TASKS} AND {span.ours(task_unit(span))}"""


DONE = "coalesce(t.done_at < :cut, false)"
TASKS = """change_tasks t JOIN catalog_versions v ON v.number = t.version
    WHERE t.made_at < :cut AND (t.done_at IS NULL OR t.done_at >= :start)"""


def task_unit(span: Span) -> str:
    return span.charged("t.unit", "least(coalesce(t.done_at, :cut), :cut)")


def coverage(session: Session, span: Span, names: Mapping[str, str], active: list[str]) -> CoverageFigures:
    """`names` and `active` as they were at the end of the span."""
    listed = {row.id: row.part for row in span.rows(session, lists(span), active=active)}
    duties, late = rosters(session, span), adjustments.late(session, span)
    version = span.rows(session, "SELECT coalesce(max(number), 0) FROM catalog_versions WHERE published_at < :cut")
    return CoverageFigures(
        lists=Rate(sum(listed.values()), len(listed), "lists"),
        without_list=tuple(names[unit] for unit, has in sorted(listed.items()) if not has),
        rosters=Rate(len(duties["wanted"]) - len(duties["gaps"]), len(duties["wanted"]), "rosters"),
        roster_gaps=tuple(names[unit] for unit in duties["gaps"]),
        databases=_rate(session, span, databases(span), "databases"),
        late_adjustments=Rate(sum(late["parts"]), len(late["parts"]), "adjustments"),
        list_version=int(version[0][0]),
        open_tasks=_rate(session, span, tasks(span), "tasks"),
        systems=systems.connected(session, span),
    )


def rosters(session: Session, span: Span, *kinds: GapKind) -> Mapping[str, list[str]]:
    """What `ROSTERS` is given: the units that take part, and those that lacked one of `kinds` (none named: anything) at some instant."""
    found = gaps(session, span)
    lacking = {unit for unit, missing in found.items() if {gap.kind for gap in missing} & set(kinds or GapKind)}
    return {"wanted": sorted(found), "gaps": sorted(lacking)}


def gaps(session: Session, span: Span) -> Mapping[str, list[Gap]]:
    """Of each unit that takes part what it lacked within the span; `until` None where it still did at its end."""
    found: Mapping[str, list[Gap]] = span.once("duty", lambda: _gaps(session, span))
    return found


def _gaps(session: Session, span: Span) -> Mapping[str, list[Gap]]:
    taking_part = "SELECT u.code FROM units u WHERE u.takes_part AND u.code = ANY(:active) AND (:scope = '' OR u.code = :scope)"
    wanted = [row.code for row in span.rows(session, taking_part, active=units.register(session, span).active)]
    return duty.gaps_of(session, wanted, span.start, span.cut)


def _rate(session: Session, span: Span, sql: str, cases: str) -> Rate:
    row = span.rows(session, f"SELECT count(*) FILTER (WHERE part) AS part, count(*) AS whole FROM ({sql}) n")[0]
    return Rate(row.part, row.whole, cases)


def _on_duty(obligation: str, key: str, name: str, meaning: str, *kinds: GapKind) -> Figure:
    """Obligations 10.2, 10.3: units that lacked nothing of it at any instant of the span."""
    return Figure(
        obligation,
        key,
        name,
        f"应参加改革的在用单位为分母;本周内任何时候都有{meaning}。按现有名册。",
        lambda _: ROSTERS,
        lambda session, span: rosters(session, span, *kinds),
        units=True,
    )


def _following(what: str, is_timed: str, until: str) -> Callable[[Span], str]:
    """Obligations 13.1, 13.2: tasks of one kind, timed from the publication that they follow."""
    return lambda span: (
        f"""
        SELECT concat_ws('/', t.version, t.matter) AS id, {DONE} AS part, {task_unit(span)} AS about,
            CASE WHEN {is_timed} THEN CAST(extract(epoch FROM {until} - v.published_at) AS double precision) END AS seconds
        FROM {TASKS} AND t.what = '{what}' AND {span.ours(task_unit(span))}"""
    )


def _took_part(span: Span) -> str:
    """Obligation 3.1: units of article 3 that work with it: they filed something within a year, or answered or returned something."""
    asked, answered, returned = (span.charged(unit, ":cut") for unit in ("v.unit", "r.unit", "b.unit"))
    year = "CAST(:cut AS timestamptz) - interval '1 year'"
    return f"""
        SELECT u.code AS id, u.code IN (
            SELECT {asked} FROM verifications v WHERE v.filed_at >= {year} AND v.filed_at < :cut
            UNION SELECT {answered} FROM requests r WHERE r.received_at >= {year} AND r.received_at < :cut AND r.answered_at < :cut
            UNION SELECT {returned} FROM returns b WHERE b.at >= {year} AND b.at < :cut) AS part
        FROM units u WHERE u.takes_part AND u.code = ANY(:active) AND (:scope = '' OR u.code = :scope)"""


def _active(session: Session, span: Span) -> Mapping[str, list[str]]:
    return {"active": units.register(session, span).active}


FIGURES = (
    Figure(
        "3.1",
        "taking_part",
        "应参加改革的单位已参加",
        "应参加改革的在用单位(政务服务单位、公共服务单位)为分母;截至本周末一年内发起过核验,或者答复、退回过核验申请的为分子。按现有名册。",
        _took_part,
        _active,
        units=True,
    ),
    Figure(
        "13.1",
        "process_tasks",
        "办理流程已随清单调整",
        "周初未完成的和本周新设的流程调整为分母;截至本周末已完成的为分子。用时为未完成的自清单公布至本周末。",
        _following("process", f"NOT {DONE}", "CAST(:cut AS timestamptz)"),
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "13.2",
        "guide_tasks",
        "网上要素和办事指南已随清单更新",
        "周初未完成的和本周新设的要素、指南更新为分母;截至本周末已完成的为分子。用时为已完成的自清单公布至更新。",
        _following("guide", DONE, "t.done_at"),
        timed=True,
        by=By.UNIT,
    ),
    _on_duty(
        "10.2",
        "supervisors",
        "明确督办员的单位",
        "督办员在岗的为分子;督办员兼唯一的代办员的不计(解读 16,已允许的除外)",
        GapKind.NO_SUPERVISOR,
        GapKind.SELF_SUPERVISION,
    ),
    _on_duty("10.3", "agents", "配备代办员的单位", "代办员在岗的为分子", GapKind.NO_AGENT),
)
