"""索要、补救、督导检查 by article: what was demanded and what was blocked (7.5, 16.2), what was made good (17.4, 17.5), what was to be
inspected and put right (19.1)."""

from __future__ import annotations

from collections.abc import Callable

from domain.registers import NOTHING_FOUND
from ledger.succession import codes_of
from reports.figures.figure import By, Figure
from reports.figures.span import Span
from reports.figures.standing import ENTERED

#: A day is over at its 24:00: of a span that still runs, yesterday is the last one.
_FIRST, _LAST = "CAST(:start AT TIME ZONE 'Asia/Shanghai' AS date)", "(CAST(:cut AT TIME ZONE 'Asia/Shanghai' AS date) - 1)"


def _demanded(fact: str) -> Callable[[Span], str]:
    """Obligations 7.5, 16.2: kept from being asked, of all demands that are known for proofs that were `listed` or `unlisted`."""

    def sql(span: Span) -> str:
        unit = span.charged("d.unit", "d.recorded_at")
        return f"""
            SELECT '索要' || d.serial AS id, d.blocked AS part, {unit} AS about FROM demands d
            WHERE d.{fact} AND d.recorded_at >= :start AND d.recorded_at < :cut AND {span.ours(unit)}"""

    return sql


#: By which list a demand was judged: that of its day, and of before the first that is known here that one.
_JUDGED = "greatest(d.demanded_at, (SELECT min(first.published_at) FROM catalog_versions first))"


def _collected(span: Span) -> str:
    """Obligation 7.5: what was demanded and not blocked, or handed in, of what the list spares; had by shared data when it was asked for
    or handed in, under whichever code its matter bore."""
    unit = span.charged("c.unit", "c.at")
    return f"""
        SELECT c.id, {unit} AS about, EXISTS (
            SELECT FROM entries e JOIN catalog_versions s ON s.number = e.since_version
            LEFT JOIN catalog_versions t ON t.number = e.until_version
            WHERE e.matter = ANY ({codes_of("c.matter")}) AND e.proof = c.proof AND 'data_sharing' = ANY (e.methods)
            AND s.published_at <= c.asked AND (t.published_at IS NULL OR t.published_at > c.asked)) AS part
        FROM (
            SELECT '索要' || d.serial AS id, d.unit, d.matter, d.proof, d.recorded_at AS at, {_JUDGED} AS asked
            FROM demands d WHERE d.listed AND NOT d.blocked
            UNION ALL
            SELECT '主动提供' || w.serial, w.unit, k.matter, w.proof, w.at, w.at
            FROM voluntary_submissions w JOIN cases k ON k.id = w.case_id WHERE w.listed AND NOT 'not_spared' = ANY (w.marks)
        ) c WHERE c.at >= :start AND c.at < :cut AND {span.ours(unit)}"""


def _entries(register: str) -> str:
    """What stands in a register at the end of the span: entered, and not corrected since."""
    return f"""
        SELECT r.serial, r.unit, r.values, r.replaces FROM register_entries r WHERE r.register = '{register}' AND {ENTERED}"""


def _day(field: str, of: str = "e") -> str:
    return f"CAST({of}.values->>'{field}' AS date)"


def _unit(span: Span) -> str:
    return span.charged("e.unit", ":cut")


def _planned(span: Span) -> str:
    """Plans `e` of inspections, and when each was `made`; one that names the plan before it was corrected counts."""
    return f"""({_entries("inspection_plans")}) e CROSS JOIN LATERAL (
            WITH RECURSIVE plan AS (
                SELECT e.serial, e.replaces UNION ALL
                SELECT r.serial, r.replaces FROM register_entries r JOIN plan ON r.serial = plan.replaces)
            SELECT min({_day("检查日期", "i")}) AS made
            FROM ({_entries("inspections")}) i JOIN plan ON i.values->>'计划序号' = CAST(plan.serial AS text)
            WHERE {_day("检查日期", "i")} <= {_LAST}) i
        WHERE {span.ours(_unit(span))}"""


def _inspected(span: Span) -> str:
    """Obligation 19.1: planned inspections whose day has come, made by then or since."""
    return f"""
        SELECT '计划' || e.serial AS id, i.made IS NOT NULL AS part, {_unit(span)} AS about
        FROM {_planned(span)} AND {_day("计划日期")} BETWEEN {_FIRST} AND {_LAST}"""


def _uninspected(span: Span) -> str:
    """Obligation 19.1: planned inspections past their day, made since or still to be made."""
    return f"""
        SELECT '计划' || e.serial AS id, i.made IS NOT NULL AS part, {_unit(span)} AS about
        FROM {_planned(span)} AND {_day("计划日期")} <= {_LAST}
        AND (i.made IS NULL OR i.made > {_day("计划日期")} AND i.made >= {_FIRST})"""


def _dated(span: Span) -> str:
    """Obligation 19.1: problems that were found and not put right before the span, with a term; those from before one was asked for
    have none."""
    nothing = ", ".join(f"'{word}'" for word in NOTHING_FOUND)
    return f"""
        SELECT '检查' || e.serial AS id, {_day("整改期限")} IS NOT NULL AS part, {_unit(span)} AS about
        FROM ({_entries("inspections")}) e WHERE {_day("检查日期")} <= {_LAST}
        AND rtrim(e.values->>'发现问题', '。') NOT IN ({nothing}) AND coalesce({_day("办结日期")} >= {_FIRST}, true)
        AND {span.ours(_unit(span))}"""


def put_right(span: Span) -> str:
    """Obligation 19.1: findings whose term ended, closed within it."""
    return f"""
        SELECT '检查' || e.serial AS id, coalesce({_day("办结日期")} <= {_day("整改期限")}, false) AS part, {_unit(span)} AS about
        FROM ({_entries("inspections")}) e WHERE {_day("整改期限")} BETWEEN {_FIRST} AND {_LAST}
        AND {span.ours(_unit(span))}"""


def _overdue(span: Span) -> str:
    """Obligation 19.1: findings past their term, closed since or still open."""
    return f"""
        SELECT '检查' || e.serial AS id, coalesce({_day("办结日期")} <= {_LAST}, false) AS part, {_unit(span)} AS about
        FROM ({_entries("inspections")}) e WHERE {_day("整改期限")} <= {_LAST}
        AND coalesce({_day("办结日期")} > {_day("整改期限")} AND {_day("办结日期")} >= {_FIRST}, {_day("办结日期")} IS NULL)
        AND {span.ours(_unit(span))}"""


def _exempted(clause: str) -> Callable[[Span], str]:
    """Obligations 17.4, 17.5: of what was exempted, what was made good in time, and how fast."""

    def sql(span: Span) -> str:
        unit = span.charged("l.unit", "s.at")
        return f"""
            SELECT l.number AS id, s.record->>'exemption' = '{clause}' AS part, {unit} AS about,
                CASE WHEN s.record->>'exemption' = '{clause}' THEN CAST(extract(epoch FROM
                    CAST(s.record->>'remedied_at' AS timestamptz) - CAST(s.record->>'known_at' AS timestamptz)) AS double precision)
                END AS seconds
            FROM lead_steps s JOIN leads l ON l.id = s.lead_id
            WHERE s.step = 'exempt' AND s.at >= :start AND s.at < :cut AND {span.ours(unit)}"""

    return sql


FIGURES = (
    Figure(
        "7.5",
        "demands",
        "索要清单所列证明已拦截",
        "本周登记的对清单所列证明的索要为分母;其中索要以前已拦截的为分子,其余作为线索(16.6)。",
        _demanded("listed"),
        by=By.UNIT,
    ),
    Figure(
        "7.5",
        "collected_again",
        "共享可得而仍收集",
        "本周登记的没有拦截的对清单所列证明的索要、办件中主动提供的清单所列证明(依第二条须提交的不计)为分母;其中当时的清单写明可由数据共享取得的为分子,即共享已有而重复收集的。",
        _collected,
        by=By.UNIT,
    ),
    Figure(
        "16.2",
        "unlisted_demands",
        "索要清单未列的证明已拦截",
        "本周登记的对清单该事项未列的证明(登记库没有的材料在内)的索要为分母;其中索要以前已拦截的为分子,其余作为线索(16.2)。",
        _demanded("unlisted"),
        by=By.UNIT,
    ),
    Figure(
        "17.4",
        "exempt_made_good",
        "免责:主动补救",
        "本周不予追究的线索为分母;其中依第十七条第四项的为分子。用时自发现至补救完成。",
        _exempted("17.4"),
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "17.5",
        "exempt_relied_on",
        "免责:依法获取的证明失实",
        "本周不予追究的线索为分母;其中依第十七条第五项的为分子。用时自发现至补救完成;所涉证明、办件见线索的办理经过。",
        _exempted("17.5"),
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "19.1",
        "inspections_made",
        "督导检查计划完成",
        "计划日期在本周的督导检查为分母;截至本周末登记了检查情况的为分子。",
        _inspected,
        by=By.UNIT,
    ),
    Figure(
        "19.1",
        "inspections_overdue",
        "逾期的督导检查已补做",
        "截至本周末计划日期已过而没有按期检查、本周初尚未检查的督导检查为分母;截至本周末已补做的为分子。",
        _uninspected,
        by=By.UNIT,
    ),
    Figure(
        "19.1",
        "findings_dated",
        "检查发现的问题定有整改期限",
        "截至本周末检查发现问题、本周初尚未办结的检查为分母;其中填有整改期限的为分子。没有期限的不计入逾期,由专班办公室更正补填。",
        _dated,
        by=By.UNIT,
    ),
    Figure(
        "19.1",
        "findings_closed",
        "检查发现的问题按期办结",
        "整改期限在本周届满的检查为分母;其中在期限内办结的为分子。",
        put_right,
        by=By.UNIT,
    ),
    Figure(
        "19.1",
        "findings_overdue",
        "逾期的整改已办结",
        "截至本周末整改期限已过、本周初尚未办结的检查为分母;截至本周末已办结的为分子。",
        _overdue,
        by=By.UNIT,
    ),
)
