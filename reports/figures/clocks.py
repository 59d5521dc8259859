"""核验的快慢 by article: 秒 (7.2), look-ups elsewhere (7.3), 立即 (7.6), each limit by itself (7.7, 10.5, 10.6, 10.7, 10.8),
what was asked through the system (10.1), answered (10.4), handed back (10.9), 退回 (10.10).

None of them ranks a person. 秒 and 立即 are targets that the district sets: a miss is no violation by itself (reading 7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from ledger import rules
from reports.figures import handed_back, inboxes, limits, sources
from reports.figures.figure import By, Counts, Figure, Known
from reports.figures.span import Span
from reports.figures.volume import ENDED, FILED
from settings import settings


def _quick(session: Session, span: Span) -> Mapping[str, Any]:
    return {"instant": settings().instant_seconds}


def _instant() -> str:
    return f"{settings().instant_seconds:g} 秒"


def _lookups(span: Span) -> str:
    """Obligation 7.2: what a source answered within the 秒 of the district, of all that it was asked."""
    return f"""
        SELECT l.verification AS id, l.answered_at - l.asked_at <= make_interval(secs => :instant) AS part, l.source AS about
        FROM {sources.answered(span)}
        UNION ALL SELECT e.verification, false, e.detail->>'source' FROM {sources.failed(span)}"""


def _at_once(span: Span) -> str:
    """Obligation 7.2, 秒批秒办: from filing to delivery, of what data sharing answered."""
    return f"""
        SELECT v.number AS id, v.ended_at - v.filed_at <= make_interval(secs => :instant) AS part,
            CAST(extract(epoch FROM v.ended_at - v.filed_at) AS double precision) AS seconds
        FROM {ENDED} AND v.state = 'delivered' AND v.method = 'data_sharing' AND {span.involved("v.ended_at")}"""


def _elsewhere(span: Span) -> str:
    """Obligation 7.3: counted from the first; beside what was asked through the system."""
    looked, filed = span.charged("o.unit", "o.recorded_at"), span.charged("v.unit", "v.filed_at")
    return f"""
        SELECT '备案' || o.serial AS id, true AS part,
            CAST(extract(epoch FROM o.recorded_at - o.looked_up_at) AS double precision) AS seconds, {looked} AS about
        FROM off_system_lookups o WHERE o.recorded_at >= :start AND o.recorded_at < :cut AND {span.ours(looked)}
        UNION ALL SELECT v.number, false, NULL, {filed} FROM {FILED} AND {span.ours(filed)}"""


def _asked(span: Span) -> str:
    """Obligation 10.1: requests to issuing units through the system, beside what was looked up elsewhere."""
    asked, looked = span.charged("v.unit", "r.received_at"), span.charged("o.unit", "o.recorded_at")
    return f"""
        SELECT r.verification AS id, true AS part, {asked} AS about FROM requests r JOIN verifications v ON v.number = r.verification
        WHERE r.received_at >= :start AND r.received_at < :cut AND {span.ours(asked)}
        UNION ALL SELECT '备案' || o.serial, false, {looked} FROM off_system_lookups o
        WHERE o.recorded_at >= :start AND o.recorded_at < :cut AND {span.ours(looked)}"""


#: From the start of the clock (reading 1) to the first thing that somebody of the unit did with it: claimed, asked
#: back, returned, answered. Of claims the events tell: the column is overwritten when a colleague takes over. A clock
#: starts at most a long holiday after the arrival.
_ACTED = """
    WITH began AS (
        SELECT r.id, r.verification, r.unit, r.withdrawn_at, r.answered_at, coalesce(min(d.started_at), r.received_at) AS began
        FROM requests r LEFT JOIN deadlines d ON d.request_id = r.id AND d.kind IN ('soft', 'hard')
        WHERE r.received_at >= CAST(:start AS timestamptz) - interval '20 days' AND r.received_at < :cut {which} GROUP BY r.id
    ), claims AS (
        SELECT CAST(e.detail->>'request' AS uuid) AS request, min(e.at) AS at FROM events e
        WHERE e.event = 'claimed' AND e.at >= CAST(:start AS timestamptz) - interval '20 days' GROUP BY 1
    ), rests AS (
        SELECT request_id, min(asked_at) AS at FROM suspensions
        WHERE asked_at >= CAST(:start AS timestamptz) - interval '20 days' GROUP BY 1
    ), acted AS (
        SELECT b.verification, b.unit, b.withdrawn_at, b.began, b.began + make_interval(mins => :minutes) AS due,
            least(c.at, s.at, k.at, b.answered_at) AS at
        FROM began b LEFT JOIN claims c ON c.request = b.id LEFT JOIN rests s ON s.request_id = b.id
        LEFT JOIN returns k ON k.request_id = b.id
    )
    SELECT a.verification AS id, coalesce(a.at <= a.due, false) AS part, {unit} AS about,
        CASE WHEN a.at < :cut THEN greatest(CAST(extract(epoch FROM a.at - a.began) AS double precision), 0) END AS seconds
    FROM acted a WHERE a.due > :start AND a.due <= :last AND (:scope = '' OR {unit} = :scope)
    AND (coalesce(a.at <= a.due, false) OR a.withdrawn_at IS NULL OR a.withdrawn_at > a.due)"""
_IMMEDIATE = """AND EXISTS (
    SELECT FROM verifications v JOIN entries e ON e.id = v.entry_id WHERE v.number = r.verification AND e.immediate)"""


def _target(session: Session, span: Span) -> Mapping[str, Any]:
    return {"minutes": rules.readings().first_action_minutes}


def _acted(which: str = "") -> Callable[[Span], str]:
    """Obligation 7.6, reading 7: what was touched within the target, of all whose target passed while it lay there."""
    return lambda span: _ACTED.format(which=which, unit=span.charged("a.unit", "least(a.due, coalesce(a.at, a.due))"))


def _acted_said() -> str:
    return f"目标 {rules.readings().first_action_minutes} 分钟(解读 7,只作目标,不单独作为违反规定)"


def _kept(obligation: str) -> Callable[[Span], str]:
    """Limits that rest on one obligation, where it is the one that binds: those that were kept, of all that fell due."""
    return lambda span: (
        f"""
        SELECT d.verification AS id, {limits.KEPT} AS part, {limits.charged(span)} AS about
        FROM {limits.DUE} AND '{obligation}' = ANY(d.obligations) AND {limits.ours(span)}"""
    )


def _kept_known(obligation: str) -> Known:
    def known(session: Session, span: Span) -> dict[str, Counts]:
        own = [one for one in limits.of_scope(limits.due(session, span), span.scope) if obligation in one.obligations]
        parts = {unit: [one for one in own if one.unit == unit] for unit in {one.unit for one in own} if unit}
        return {unit: Counts(sum(one.kept for one in found), sum(one.whole for one in found)) for unit, found in {"": own, **parts}.items()}

    return known


def _limit(obligation: str, key: str, name: str, which: str) -> Figure:
    """Obligations 7.7, 10.5, 10.6, 10.7, 10.8: beside the rates of page one, which take several of them together."""
    meaning = f"本周到期的时限中,由{which}决定的为分母;其中按时完成的为分子。"
    return Figure(obligation, key, name, meaning, _kept(obligation), by=By.UNIT, known=_kept_known(obligation))


def _answered(session: Session, span: Span) -> dict[str, Counts]:
    found = inboxes.inboxes(session, span)
    if span.scope:  # all that there is, and the only part of it
        own = found.get(span.scope, inboxes.none(span.scope))
        found = {"": own, span.scope: own}
    counts = {unit: Counts(one.answered, one.answered + one.waiting, one.spread) for unit, one in found.items()}
    return {unit: one for unit, one in counts.items() if one.whole or not unit}


def _handed_back(session: Session, span: Span) -> dict[str, Counts]:
    return {unit: Counts(one.part, one.cases, one.spread) for unit, one in handed_back.handed_back(session, span).items()}


def _returned(span: Span) -> str:
    """Obligation 10.10: handed back within half an hour, of all that was handed back; from the start of the clock, before which it
    takes no time, without what of it rested."""
    unit = span.charged("b.unit", "b.at")
    return f"""
        SELECT b.verification AS id, {inboxes.IN_TIME} AS part, {unit} AS about,
            CAST(extract(epoch FROM b.at - c.began - coalesce(k.rested, interval '0')) AS double precision) AS seconds
        FROM (SELECT b.* FROM {inboxes.TIMED}) b JOIN requests r ON r.id = b.request_id
        CROSS JOIN LATERAL (
            SELECT least(coalesce(min(d.started_at), r.received_at), b.at) AS began
            FROM deadlines d WHERE d.request_id = r.id AND d.kind IN ('soft', 'hard')) c
        CROSS JOIN LATERAL (
            SELECT sum(greatest(least(s.ended_at, b.at) - greatest(s.asked_at, c.began), interval '0')) AS rested
            FROM suspensions s WHERE s.request_id = r.id) k
        WHERE {span.ours(unit)}"""


FIGURES = (
    Figure(
        "7.2",
        "instant_lookups",
        "数据共享查询秒级应答",
        lambda: f"本周得到答复的和因来源故障未得到答复的查询为分母;其中 {_instant()}以内(含)得到答复的为分子。",
        _lookups,
        _quick,
        by=By.SOURCE,
    ),
    Figure(
        "7.2",
        "instant_results",
        "数据共享秒批秒办",
        lambda: f"本周送达的数据共享核验为分母;其中自发起至送达不超过 {_instant()}的为分子。",
        _at_once,
        _quick,
        timed=True,
    ),
    Figure(
        "7.3",
        "off_system",
        "系统外查询备案",
        "本周的系统外查询备案和发起的核验之和为分母;其中系统外查询备案为分子,自第一次起计。用时自查询至备案。",
        _elsewhere,
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "7.6",
        "first_action",
        "核验申请首次处理",
        lambda: (
            f"{_acted_said()}在本周届满的核验申请为分母;其中目标届满前(含)已认领、要求补正、退回或答复的为分子;届满前已撤回的不计。"
            "自收到(服务时间以外送达的,自下一次开门)起计。"
        ),
        _acted(),
        _target,
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "7.6",
        "first_action_immediate",
        "可立即核验的证明首次处理",
        lambda: f"同上,只计清单注明可立即核验的证明。{_acted_said()}。",
        _acted(_IMMEDIATE),
        _target,
        timed=True,
    ),
    _limit("7.7", "own_limit", "清单规定时限按时", "清单对该证明的规定时限"),
    Figure(
        "10.1",
        "asked_units",
        "部门核验通过系统发起",
        "本周送达出具单位的核验申请(转办的另计)和系统外查询备案之和为分母;其中核验申请为分子。按需求单位。系统外发起而未备案的,系统不知道。",
        _asked,
        by=By.UNIT,
    ),
    Figure(
        "10.4",
        "answered",
        "核验申请已答复",
        "本周答复并已送达的和截至本周末待答复的核验申请之和为分母;其中已答复的为分子。用时见口径“用时”(义务 1.1)。",
        inboxes.answered,
        timed=True,
        by=By.UNIT,
        known=_answered,
    ),
    Figure(
        "10.9",
        "handed_back",
        "有核验用时交回的办件",
        "本周有核验在办的办件为分母;其中有核验用时可从需求单位考核中扣除的为分子。用时为各办件在本周内扣除的,见口径“交回用时”。",
        handed_back.cases,
        timed=True,
        by=By.UNIT,
        known=_handed_back,
    ),
    _limit(
        "10.5",
        "database_limit",
        "有数据库依托的30分钟按时",
        "有数据库依托、尚未对接的30分钟(原则上;数据共享来源故障后类推适用的在内,解读 22)",
    ),
    _limit("10.6", "immediate_limit", "即办件30分钟按时", "即办件的30分钟"),
    _limit("10.7", "promised_limit", "承诺件24小时按时", "承诺件的24小时(原则上;比照承诺件的其他类型在内,解读 19)"),
    _limit("10.8", "promise_end", "不超出承诺时限", "该办理事项承诺时限"),
    Figure(
        "10.10",
        "returned_in_time",
        "不属本单位职责的按时退回",
        "本周的退回为分母;其中自收到(与答复的时限同时起算)30分钟内(含)退回的为分子;时限未定的不计。用时自起算至退回,扣除补正;"
        "起算(服务时间以外送达的,为下一次开门)以前已退回的为零。",
        _returned,
        timed=True,
        by=By.UNIT,
    ),
)
