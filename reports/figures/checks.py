"""承诺、核实、核查 by article: commitments that had to be offered (7.4), what differed and what became of it (11.3), commitments
that were to be checked (12.1)."""

from __future__ import annotations

from domain.records import MismatchStatus
from reports.figures.figure import By, Figure
from reports.figures.span import Span
from reports.figures.standing import LISTED

#: With the verification `v` that is doubted and the one `k` that checks it, where there is one.
_DOUBTED = "mismatches m JOIN verifications v ON v.number = m.verification LEFT JOIN verifications k ON k.number = m.check_number"
_BLOCKS = """credit_blocks b JOIN commitments o ON o.id = b.commitment_id JOIN verifications v ON v.number = o.verification
    WHERE b.since < :cut AND (b.restored_at IS NULL OR b.restored_at >= :start)"""


#: Whose turn came and went: an issuing unit was asked, or no method was left.
_PASSED_OVER = """(
    EXISTS (SELECT FROM requests q WHERE q.verification = v.number AND q.received_at < :cut)
    OR EXISTS (SELECT FROM events n WHERE n.verification = v.number AND n.event = 'attention_needed'
               AND n.detail->>'code' = 'no_next_method' AND n.at < :cut))"""
#: Reading 23: an untrue commitment bars this person for now.
_BARRED = """EXISTS (
    SELECT FROM events n WHERE n.verification = v.number AND 'commitment_blocked' IN (n.detail->>'skipped', n.detail->>'why'))"""


def _offered(span: Span) -> str:
    """Obligation 7.4: offered, of those whose turn it was by a list that demands it. What shared data answered had none."""
    unit = span.charged("v.unit", "v.filed_at")
    return f"""
        SELECT v.number AS id, o.id IS NOT NULL AS part, {unit} AS about
        FROM entries e JOIN verifications v ON v.entry_id = e.id
        LEFT JOIN commitments o ON o.verification = v.number AND o.offered_at < :cut
        WHERE e.commitment_basis <> '' AND v.follows IS NULL AND v.filed_at >= :start AND v.filed_at < :cut
        AND (o.id IS NOT NULL OR {_PASSED_OVER} AND NOT {_BARRED}) AND {span.ours(unit)}"""


def _with_text(span: Span) -> str:
    """Obligation 7.4: entries that can be offered, of those that the list demands it of; without a text the next method follows."""
    unit = span.charged("e.unit", ":cut")
    return f"""
        SELECT concat_ws('/', e.matter, e.proof) AS id, {unit} AS about,
            EXISTS (SELECT FROM commitment_texts x WHERE x.proof = e.proof AND x.made_at < :cut) AS part
        FROM {LISTED} AND e.commitment_basis <> '' AND e.exclusion IS NULL AND NOT e.reviewed_above
        AND (e.checkable_online OR NOT e.outside_region) AND {span.ours(unit)}"""


def _checker(span: Span) -> str:
    return f"coalesce({span.charged('k.issuing_unit', 'coalesce(least(m.settled_at, :cut), :cut)')}, '')"


#: By the issuing unit's word; a check that was taken back or came to nothing is none.
_CHECKED = "m.settled_at < :cut AND m.status <> 'unsettled'"


def _settled(span: Span) -> str:
    """Obligation 11.3: from the report to the issuing unit's word."""
    return f"""
        SELECT m.verification AS id, coalesce({_CHECKED}, false) AS part, {_checker(span)} AS about,
            CASE WHEN {_CHECKED} THEN CAST(extract(epoch FROM m.settled_at - m.reported_at) AS double precision) END AS seconds
        FROM {_DOUBTED} WHERE m.reported_at < :cut AND (m.settled_at IS NULL OR m.settled_at >= :start)
        AND {span.involved("m.reported_at")}"""


def _outcome(status: MismatchStatus, name: str) -> Figure:
    def sql(span: Span) -> str:
        """Obligation 11.3: what became of those that were settled."""
        return f"""
            SELECT m.verification AS id, m.status = '{status.value}' AS part, {_checker(span)} AS about
            FROM {_DOUBTED} WHERE m.settled_at >= :start AND m.settled_at < :cut AND {span.involved("m.settled_at")}"""

    return Figure(
        "11.3",
        f"mismatch_{status.value}",
        f"不符核实结果:{name}",
        "本周核实结束的不符为分母;其中结果为该项的为分子。",
        sql,
        by=By.UNIT if status is MismatchStatus.CORRECTED else None,
    )


#: A check `c` that was done, or is owed: what was withdrawn or closed before it was delivered stood in for nothing.
_OWED = """(c.done_at IS NOT NULL OR EXISTS (
    SELECT FROM verifications v WHERE v.number = c.verification AND v.state NOT IN ('withdrawn', 'closed')))"""


def _checked_in_time(span: Span) -> str:
    """Obligation 12.1: of the checks whose day passed, those that were done by then."""
    unit = span.charged("c.unit", "least(c.due_at, coalesce(c.done_at, c.due_at))")
    return f"""
        SELECT c.verification AS id, coalesce(c.done_at <= c.due_at, false) AS part, {unit} AS about
        FROM commitment_checks c WHERE c.due_at > :start AND c.due_at <= :last AND {_OWED} AND {span.ours(unit)}"""


def _caught_up(span: Span) -> str:
    """Obligation 12.1: overdue checks, done since or still owed."""
    unit = span.charged("c.unit", "coalesce(least(c.done_at, :cut), :cut)")
    return f"""
        SELECT c.verification AS id, coalesce(c.done_at < :cut, false) AS part, {unit} AS about,
            CASE WHEN c.done_at < :cut THEN CAST(extract(epoch FROM c.done_at - c.due_at) AS double precision) END AS seconds
        FROM commitment_checks c WHERE c.due_at <= :last AND coalesce(c.done_at > c.due_at AND c.done_at >= :start, c.done_at IS NULL)
        AND {_OWED} AND {span.ours(unit)}"""


def _untrue(span: Span) -> str:
    """Obligation 12.1: commitments that were found untrue."""
    unit = span.charged("c.unit", "c.done_at")
    return f"""
        SELECT c.verification AS id, c.outcome = 'untrue' AS part, {unit} AS about
        FROM commitment_checks c WHERE c.done_at >= :start AND c.done_at < :cut AND {span.ours(unit)}"""


def _set(span: Span) -> str:
    """Obligation 12.1, reading 23: who may not commit for now."""
    unit = span.charged("v.unit", "b.since")
    return f"SELECT o.verification AS id, b.since >= :start AS part FROM {_BLOCKS} AND {span.ours(unit)}"


def _restored(span: Span) -> str:
    """Obligation 12.1, reading 23: and may again."""
    unit = span.charged("v.unit", "b.since")
    return f"""
        SELECT o.verification AS id, coalesce(b.restored_at < :cut, false) AS part,
            CASE WHEN b.restored_at < :cut THEN CAST(extract(epoch FROM b.restored_at - b.since) AS double precision) END AS seconds
        FROM {_BLOCKS} AND {span.ours(unit)}"""


FIGURES = (
    Figure(
        "7.4",
        "commitments_offered",
        "应当采取告知承诺的已出示承诺书",
        "本周发起、清单载明应当采取告知承诺、数据共享没有得到结果而轮到告知承诺的核验为分母;其中已向申请人出示承诺书的为分子。"
        "当事人因承诺不实尚受限制的、为核实不符再次发起的不计。",
        _offered,
        by=By.UNIT,
    ),
    Figure(
        "7.4",
        "commitment_texts",
        "应当采取告知承诺的条目有承诺书文本",
        "截至本周末现行清单中应当采取告知承诺的条目为分母;其中已有承诺书文本的为分子,没有的不能出示,转下一种核验方式。",
        _with_text,
        by=By.UNIT,
    ),
    Figure(
        "11.3",
        "mismatches",
        "不符已核实",
        "截至本周末已报告、本周初尚未核实完的不符为分母;本周由出具单位核实、有结论的为分子,再次核验已撤回或者没有结论的不是。"
        "用时自报告至核实;单位为核实的出具单位。",
        _settled,
        timed=True,
        by=By.UNIT,
    ),
    _outcome(MismatchStatus.CORRECTED, "更正(以出具单位的材料为准)"),
    _outcome(MismatchStatus.UPHELD, "与原结果一致"),
    _outcome(MismatchStatus.UNSETTLED, "没有结论"),
    Figure(
        "12.1",
        "commitment_checks",
        "承诺核查按时",
        "本周到期的承诺核查为分母;其中至到期的一刻(含)已登记结论的为分子;期限未定的、结果送达以前已撤回或人工办结而未核查的不计。",
        _checked_in_time,
        by=By.UNIT,
    ),
    Figure(
        "12.1",
        "commitment_checks_late",
        "逾期的承诺核查已补办",
        "截至本周末已逾期、本周初尚未补办的承诺核查为分母;截至本周末已补办的为分子。不计的同上。用时自到期至办理。",
        _caught_up,
        timed=True,
        by=By.UNIT,
    ),
    Figure("12.1", "commitments_untrue", "承诺核查不实", "本周办理的承诺核查为分母;结论为不实的为分子。", _untrue, by=By.UNIT),
    Figure("12.1", "credit_blocks", "本周新设的承诺限制", "本周内有效过的承诺限制为分母;其中本周新设的为分子。", _set),
    Figure(
        "12.1",
        "credit_restored",
        "承诺限制已修复",
        "本周内有效过的承诺限制为分母;其中本周修复的为分子。用时自设限至修复。",
        _restored,
        timed=True,
    ),
)
