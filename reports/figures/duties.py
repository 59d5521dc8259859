"""工作专班和单位的责任 (obligations 4.1, 4.2, 6.2, 15.1, 15.3): what was decided and by whom, by which channel applicants come, who has
named his leaders, who was trained.

Which units and people there are is the register of today, but for units that were merged since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from domain.registers import DECISIONS
from domain.roles import Channel
from reports.figures import units
from reports.figures.figure import Counts, Figure
from reports.figures.span import Span
from reports.figures.standing import ENTERED
from settings import settings

_DAY = "CAST((:cut - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai' AS date)"
_APPS = (Channel.AI_SHANDONG, Channel.AI_SHANDONG_ZAOZHUANG)


def _registered(span: Span) -> str:
    ours = span.ours(span.charged("c.unit", "c.registered_at"))
    return f"cases c WHERE c.registered_at >= :start AND c.registered_at < :cut AND {ours}"


def _channel(key: str, name: str, *channels: Channel) -> Figure:
    """obligation 6.2: cases of a channel, of all cases that were registered."""
    values = [channel.value for channel in channels]

    def sql(span: Span) -> str:
        among = ", ".join(map(repr, values))
        return f"SELECT concat_ws('/', c.unit, c.number) AS id, c.channel IN ({among}) AS part FROM {_registered(span)}"

    def known(session: Session, span: Span) -> dict[str, Counts]:
        query = f"SELECT c.channel, count(*) FROM {_registered(span)} GROUP BY 1"
        found: dict[str, int] = span.once("channels", lambda: dict(map(tuple, span.rows(session, query))))
        return {"": Counts(sum(found.get(value, 0) for value in values), sum(found.values()))}

    meaning = "本周登记的办件为分母;其中经该渠道申请的为分子。"
    return Figure("6.2", f"channel_{key}", f"申请渠道:{name}", meaning, sql, detail=len(channels) == 1, known=known)


def _active(session: Session, span: Span) -> Mapping[str, Any]:
    return {"active": units.register(session, span).active}


def _responsible(span: Span) -> str:
    """obligation 15.1: units with a record of who leads and which posts answer for what."""
    return """SELECT u.code AS id, EXISTS (
            SELECT FROM register_entries r WHERE r.register = 'responsibility' AND r.unit = u.code AND r.entered_at < :cut) AS part
        FROM units u WHERE u.takes_part AND u.code = ANY(:active) AND (:scope = '' OR u.code = :scope)"""


def _trained(span: Span) -> str:
    """obligation 15.3: each 代办员 whom a training record names; a corrected record counts as it was corrected."""
    return f"""SELECT concat_ws('/', p.unit, p.code) AS id, EXISTS (
            SELECT FROM register_entries r, unnest(string_to_array(replace(r.values->>'参训人员', ',', '、'), '、')) AS named
            WHERE r.register = 'training' AND trim(named) = p.code AND {ENTERED}
            AND CAST(r.values->>'日期' AS date) <= {_DAY}) AS part
        FROM people p WHERE p.active AND 'agent' = ANY(p.roles) AND p.unit = ANY(:active) AND {span.ours("p.unit")}"""


def _decided(kind: str) -> Figure:
    """Obligation 4.1: decisions of the 工作专班 by kind; those on adjustments (5.6), for or against, are of the record of the list."""

    def sql(span: Span) -> str:
        return f"""SELECT '登记册第' || r.serial || '条' AS id, r.values->>'种类' = '{kind}' AS part FROM register_entries r
            WHERE r.register = 'decisions' AND {ENTERED} AND {span.ours("r.unit")}
            AND CAST(r.values->>'日期' AS date) >= CAST(:start AT TIME ZONE 'Asia/Shanghai' AS date)
            AND CAST(r.values->>'日期' AS date) <= {_DAY}
            UNION ALL
            SELECT '清单调整办理第' || s.id || '步', '{kind}' = '{DECISIONS[3]}'
            FROM proposal_steps s JOIN proposals p ON p.id = s.proposal
            WHERE p.kind = 'adjustment' AND s.step IN ('decide', 'reject')
            AND s.at >= :start AND s.at < :cut AND {span.ours("s.unit")}"""

    return Figure(
        "4.1",
        f"decisions_{DECISIONS.index(kind) + 1}",
        f"工作专班决定:{kind}",
        "本周工作专班的决定(决定登记册按其日期,清单调整按研究通过或者不予通过的时间)为分母;其中这一种类的为分子。",
        sql,
        detail=True,
    )


def _member_units(session: Session, span: Span) -> Mapping[str, Any]:
    return {"members": list(settings().member_units())}


def _represented(span: Span) -> str:
    """Obligation 4.2: member units that have somebody in the 工作专班 on the last day."""
    held = f"""SELECT r.unit FROM register_entries r WHERE r.register = 'members' AND {ENTERED}
        AND CAST(r.values->>'起始日期' AS date) <= {_DAY}
        AND coalesce(CAST(r.values->>'截止日期' AS date) >= {_DAY}, true)"""
    return f"""SELECT u.code AS id, u.code IN ({held}) AS part FROM units u
        WHERE (u.code = ANY(CAST(:members AS text[]))
            OR (CAST(:members AS text[]) = '{{}}' AND u.active AND u.code IN (SELECT r.unit FROM register_entries r
                WHERE r.register = 'members' AND {ENTERED})))
        AND (:scope = '' OR u.code = :scope)"""


FIGURES = (
    *map(_decided, DECISIONS),
    Figure(
        "4.2",
        "member_units",
        "有成员的工作专班成员单位",
        "工作专班成员单位(未配置的,为成员名册所列单位)为分母;本周末在成员名册有任期内成员的为分子。",
        _represented,
        _member_units,
        units=True,
    ),
    _channel("apps", "爱山东、爱山东·枣庄合计", *_APPS),
    *(_channel(one.value, one.label, one) for one in Channel),
    Figure(
        "15.1",
        "responsibility",
        "已明确责任的单位",
        "应参加改革的在用单位为分母;截至本周末责任制登记册有主要领导、分管领导和岗位责任制文件的为分子。",
        _responsible,
        _active,
        units=True,
    ),
    Figure(
        "15.3",
        "training",
        "已培训的代办员",
        "在岗的代办员为分母;截至本周末培训登记册列有其人员编码的为分子。按现有名册。",
        _trained,
        _active,
    ),
)
