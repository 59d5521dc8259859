"""系统对接和电子化 by article: systems that should connect and what comes from above (8.1, 8.2), proofs that need no paper (15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from reports.figures import systems
from reports.figures.figure import Figure
from reports.figures.span import Span
from reports.figures.standing import LISTED


def _called(span: Span) -> str:
    """Obligation 8.1: of the systems that should connect, those that called within the span."""
    return """
        SELECT s.code AS id, EXISTS (
            SELECT FROM system_calls c WHERE c.system = s.code AND c.first_at < :cut AND c.last_at >= :start) AS part
        FROM systems s WHERE s.active AND s.should_connect AND (:scope = '' OR s.unit = :scope)"""


def _origins(session: Session, span: Span) -> Mapping[str, Any]:
    return systems.from_above(session, span)


def _from_above(span: Span) -> str:
    """Obligation 8.2: verifications for the business of systems of the province or above."""
    return f"""
        SELECT v.number AS id, {systems.IS_MEANT} AS part FROM {systems.CAME} AND {span.involved("v.filed_at")}"""


#: 属实 is sealed: what an issuing unit confirmed within a year came as a sealed file.
_ELECTRONIC = f"""(
    EXISTS (
        SELECT FROM databases d, {LISTED} AND d.source = e.source AND e.proof = p.code AND 'data_sharing' = ANY(e.methods)
        AND d.connected_since < CAST(:cut AT TIME ZONE 'Asia/Shanghai' AS date))
    OR p.code IN (
        SELECT e.proof FROM entries e WHERE e.id IN (
            SELECT v.entry_id FROM verifications v
            WHERE v.ended_at >= CAST(:cut AS timestamptz) - interval '1 year' AND v.ended_at < :cut
            AND v.state = 'delivered' AND v.method = 'issuer' AND v.result = 'confirmed')))"""


def _electronic(span: Span) -> str:
    """Obligation 15.2: of the kinds of proofs that units issue, those that come as data or as sealed files."""
    unit = span.charged("p.issuing_unit", ":cut")
    return f"""
        SELECT p.code AS id, {_ELECTRONIC} AS part FROM proof_kinds p
        WHERE NOT p.cancelled AND p.issuing_unit IS NOT NULL AND {span.ours(unit)}"""


FIGURES = (
    Figure(
        "8.1",
        "systems_connected",
        "应对接的自建系统已对接",
        "现有登记中在用、应对接的业务系统为分母;截至本周末已调用过接口的为分子。最近一次调用见工作簿“业务系统”。",
        lambda _: systems.CONNECTED,
    ),
    Figure(
        "8.1", "systems_called", "应对接的自建系统本周有调用", "现有登记中在用、应对接的业务系统为分母;本周调用过接口的为分子。", _called
    ),
    Figure(
        "8.2",
        "from_above",
        "省级以上系统通过本系统获取证明",
        "本周发起、有办件来源系统(没有写明的,为发起核验的系统)的核验为分母;来源系统登记为省级以上的为分子。",
        _from_above,
        _origins,
    ),
    Figure(
        "15.2",
        "electronic",
        "证明电子化",
        "登记库中由单位出具、未取消的证明种类为分母;现行清单以已接入的数据库数据共享的,或者一年内由出具单位核验属实、以用印电子文件送达的为分子。按现有登记。",
        _electronic,
    ),
)
