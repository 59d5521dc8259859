"""系统对接和电子化 by article: sealed proofs that the licence library has (6.3), systems that should connect and what comes from above
(8.1, 8.2), proofs that need no paper (15.2), the seals and the line that each proof carries (9.1, 9.2, 9.3, 9.4, 15.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from domain.methods import Method
from domain.seals import RENEWAL
from reports.figures import systems
from reports.figures.figure import Counts, Figure
from reports.figures.span import Span
from reports.figures.standing import LISTED


def _licences_offered(span: Span) -> str:
    """Obligation 6.3: of the proofs that were sealed and delivered, those that were offered to the licence library."""
    return f"""
        SELECT v.number AS id, EXISTS (SELECT FROM licence_offers o WHERE o.verification = v.number AND o.made_at < :cut) AS part
        FROM verifications v WHERE v.ended_at >= :start AND v.ended_at < :cut AND v.state = 'delivered'
        AND EXISTS (SELECT FROM proofs p WHERE p.verification = v.number AND p.version = v.proof_version)
        AND {span.involved("v.ended_at")}"""


def _licences_taken(span: Span) -> str:
    """Obligation 6.3: of those that were offered, those that it has taken, and how long that took."""
    return f"""
        SELECT o.verification AS id, coalesce(o.taken_at < :cut, false) AS part,
            CASE WHEN o.taken_at < :cut THEN CAST(extract(epoch FROM o.taken_at - o.made_at) AS double precision) END AS seconds
        FROM licence_offers o JOIN verifications v ON v.number = o.verification
        WHERE o.made_at >= :start AND o.made_at < :cut AND {span.involved("o.made_at")}"""


_MADE = "proofs p JOIN verifications v ON v.number = p.verification WHERE p.made_at >= :start AND p.made_at < :cut"
#: By which method a proof's content came (reading 15): where its answer was given up by 改派 since, the verification has another one now.
_METHOD = """CASE
    WHEN p.version < v.proof_version AND EXISTS (
        SELECT FROM events g WHERE g.verification = v.number AND g.event = 'rerouted' AND g.at >= p.made_at)
    THEN CASE WHEN EXISTS (
        SELECT FROM requests g WHERE g.verification = v.number AND g.answered_at <= p.made_at AND g.answer <> 'cannot_verify')
        THEN 'issuer' ELSE 'data_sharing' END
    ELSE v.method END"""


def _sealed(method: Method) -> Callable[[Span], str]:
    """Obligations 9.1, 9.2: of the proofs that came by one method, those under the seal that article 9 has for it."""
    return lambda span: (
        f"""
        SELECT concat_ws('/', v.number, p.version) AS id, EXISTS (
            SELECT FROM seal_uses u WHERE u.id = p.seal_use AND u.seal = '{method.seal.value}') AS part
        FROM {_MADE} AND {_METHOD} = '{method.value}' AND {span.involved("p.made_at")}"""
    )


def _noted(span: Span) -> str:
    """Obligation 9.3: what the line is made of, as the record has it: the maker, and when it was retrieved; who retrieves is always
    there. The page itself is under the case's key; none is made without its line (`proofs.page.render`)."""
    return f"""
        SELECT concat_ws('/', v.number, p.version) AS id, CASE {_METHOD}
            WHEN 'data_sharing' THEN EXISTS (
                SELECT FROM lookups l
                WHERE l.verification = v.number AND l.outcome = 'found' AND l.maker <> '' AND l.answered_at <= p.made_at)
            ELSE EXISTS (SELECT FROM requests r WHERE r.verification = v.number AND r.answered_at <= p.made_at) END AS part
        FROM {_MADE} AND v.method IS NOT NULL AND {span.involved("p.made_at")}"""


#: When a seal was used: at the signature. Begun and not signed yet, it is the seal's that it would go on with.
_USED = "coalesce(u.completed_at, greatest(u.started_at, s.started_at))"


def _registered_uses(span: Span) -> str:
    """Obligation 9.4: of the uses of a seal, those of a seal that the register had in force; another may have taken its place since
    the use was begun."""
    return f"""
        SELECT u.verification AS id, s.id IS NOT NULL AND s.started_at <= {_USED}
            AND {_USED} <= coalesce(s.ended_at, 'infinity') AND {_USED} <= s.valid_until AS part
        FROM seal_uses u JOIN verifications v ON v.number = u.verification LEFT JOIN seals s ON s.id = u.seal_id
        WHERE u.started_at >= :start AND u.started_at < :cut AND {span.involved("u.started_at")}"""


_STOOD = "s.started_at < :cut AND (s.ended_at IS NULL OR s.ended_at >= :cut)"


def _seals_there(_: Span) -> str:
    """Obligation 15.5: of the two seals of article 9, those that are in force at the end of the span."""
    return f"""
        SELECT k.kind AS id, EXISTS (SELECT FROM seals s WHERE s.kind = k.kind AND {_STOOD} AND s.valid_until >= :cut) AS part
        FROM (VALUES ('share'), ('issuer')) AS k (kind) WHERE :scope = ''"""


def _seals_lasting(span: Span) -> str:
    """Obligation 15.5: of the seals that are in use, those whose certificate ends in more than thirty days."""
    return f"""
        SELECT CAST(s.id AS text) AS id, s.valid_until > CAST(:cut AS timestamptz) + interval '{RENEWAL.days} days' AS part
        FROM seals s WHERE {_STOOD} AND {span.ours("s.unit")}"""


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
        "6.3",
        "licences_offered",
        "已用印送达的证明提供电子证照库归集",
        "本周送达、已用印的证明为分母;截至本周末已提供电子证照库归集的为分子。证照库不收的证明种类仍在分母中。",
        _licences_offered,
    ),
    Figure(
        "6.3",
        "licences_taken",
        "电子证照库收下归集的证明",
        "本周提供归集的证明为分母;截至本周末证照库已收下的为分子,用时自送达至收下。以后更正作废的仍计为收下。",
        _licences_taken,
        timed=True,
    ),
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
        known=lambda session, span: {"": Counts(*systems.counted_from_above(session, span))},
    ),
    Figure(
        "9.1",
        "share_seals",
        "数据共享证明加盖证照数据共享查询核验专用章",
        "本周用印的证明(每一版一次)中,以数据共享取得的为分母;所盖为这一专用章的为分子。",
        _sealed(Method.DATA_SHARING),
    ),
    Figure(
        "9.2",
        "issuer_seals",
        "部门核验证明加盖电子证明核实信息专用章",
        "本周用印的证明(每一版一次)中,由出具单位核验的为分母;所盖为这一专用章的为分子。",
        _sealed(Method.ISSUER),
    ),
    Figure(
        "9.3",
        "noted",
        "系统备注有据的证明",
        "本周用印的证明(每一版一次)为分母;台账记有提取单位、制作单位、提取时间的为分子。所计为台账,不是逐份查看版面:"
        "版面加密,由系统据台账写入备注,缺一项的不能用印。",
        _noted,
    ),
    Figure(
        "9.4",
        "seal_uses",
        "用印均用登记在用的印章",
        "本周用印(每份证明每一版一次)为分母;所用印章在印章登记中、用印完成时在用的为分子。启用印章登记以前的用印不计入分子。",
        _registered_uses,
    ),
    Figure(
        "15.5",
        "seals_in_force",
        "两枚专用章在用",
        "规则第九条的两枚专用章为分母;本周末登记在用、证书在有效期内的为分子。只计全区。",
        _seals_there,
    ),
    Figure(
        "15.5",
        "seals_lasting",
        "在用印章的证书有效期",
        "本周末在用的印章为分母;证书此后有效超过 30 天的为分子。其余须申请变更。",
        _seals_lasting,
    ),
    Figure(
        "15.2",
        "electronic",
        "证明电子化",
        "登记库中由单位出具、未取消的证明种类为分母;现行清单以已接入的数据库数据共享的,或者一年内由出具单位核验属实、以用印电子文件送达的为分子。按现有登记。",
        _electronic,
    ),
)
