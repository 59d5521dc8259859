"""清理和清单 (obligations 2.1, 2.3, 2.4, 2.5, 5.2, 5.3, 5.5, 5.8, 11.1, 16.4): what rests on no law, what is kept out or refused,
how old and how late the list is, what is an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from domain.instants import is_past
from domain.scope import Exclusion
from ledger.catalog.added import ADDED
from ledger.catalog.law_changes import LawChange, charged, law_changes
from ledger.succession import code_today, codes_of
from reports.figures.figure import Figure, Given
from reports.figures.span import Span
from reports.figures.standing import LISTED

_REFUSED = ("excluded_category", "excluded_outside", "excluded_review")
#: Without a basis of its own in the register, nor of an entry that stands in the list.
_BASELESS = f"(p.basis = '' AND NOT EXISTS (SELECT FROM {LISTED} AND e.proof = p.code AND e.basis <> ''))"
#: obligation 2.3: of the list as it stood when it was refused, since entries never change.
_CATEGORY = """(
    SELECT e.exclusion FROM entries e JOIN catalog_versions s ON s.number = e.since_version
    LEFT JOIN catalog_versions t ON t.number = e.until_version
    WHERE e.matter = r.detail->>'matter' AND e.proof = r.detail->>'proof'
    AND s.published_at <= r.at AND (t.published_at IS NULL OR t.published_at > r.at))"""


def _ours(span: Span, unit: str, at: str) -> str:
    return span.ours(span.charged(unit, at))


def _baseless(span: Span) -> str:
    """obligation 2.1: kinds of proofs that rest on no law, of all that are registered."""
    return f"SELECT p.code AS id, {_BASELESS} AS part FROM proof_kinds p WHERE {_ours(span, 'p.issuing_unit', ':cut')}"


def _cancelled(span: Span) -> str:
    """obligation 2.1: 一律取消: of those without a basis, the cancelled ones."""
    return f"SELECT p.code AS id, p.cancelled AS part FROM proof_kinds p WHERE {_BASELESS} AND {_ours(span, 'p.issuing_unit', ':cut')}"


def _refused(code: str, category: str = "") -> Figure:
    """obligations 2.3, 2.4, 2.5: calls that were refused for it, of all that article 2 kept out."""
    obligation, what = {
        "excluded_category": ("2.3", "属于不适用类别"),
        "excluded_outside": ("2.4", "应由区外出具且不能网络核验"),
        "excluded_review": ("2.5", "审核环节在市级以上"),
    }[code]
    more = f":{Exclusion(category).label}" if category else ""

    def sql(span: Span) -> str:
        part = f"r.code = '{code}'" + (f" AND coalesce({_CATEGORY} = '{category}', false)" if category else "")
        codes = ", ".join(f"'{one}'" for one in _REFUSED)
        return f"""SELECT '不予受理' || r.id AS id, {part} AS part FROM refusals r
            WHERE r.code IN ({codes}) AND r.at >= :start AND r.at < :cut AND {_ours(span, "r.unit", "r.at")}"""

    return Figure(
        obligation,
        f"refused_{category or code.removeprefix('excluded_')}",
        f"不予受理({what}{more})",
        "本周因第二条不予受理的核验申请为分母;其中属于这一情形的为分子,类别按当时的清单。",
        sql,
        detail=bool(category),
    )


def _kept_out(obligation: str, key: str, name: str, condition: str, *, detail: bool = False) -> Figure:
    """obligations 2.3, 2.4, 2.5: entries that the list keeps out, of all entries, as it stood at the end."""
    return Figure(
        obligation,
        key,
        name,
        "截至本周末现行清单的全部条目为分母;其中认定不适用的为分子。",
        lambda span: (
            f"""SELECT concat_ws('/', e.matter, e.proof) AS id, {condition} AS part
            FROM {LISTED} AND {_ours(span, "e.unit", ":cut")}"""
        ),
        detail=detail,
    )


#: Of a proposal its last consent or decision, and its publication, by the end of the span; what was sent back is no more agreed.
_AGREED = """
    proposals p JOIN LATERAL (
        SELECT s.id, s.at FROM proposal_steps s WHERE s.proposal = p.id AND s.step IN ('consent', 'decide') AND s.at < :cut
        ORDER BY s.id DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (
        SELECT s.at FROM proposal_steps s WHERE s.proposal = p.id AND s.step = 'publish' AND s.at < :cut LIMIT 1) b ON true
    WHERE NOT EXISTS (
        SELECT FROM proposal_steps s WHERE s.proposal = p.id AND s.id > a.id AND s.step = 'return' AND s.at < :cut)
    AND (b.at IS NULL OR b.at >= :start)"""
_REPORTED = """
    proposals p LEFT JOIN LATERAL (
        SELECT s.at FROM proposal_steps s WHERE s.proposal = p.id AND s.step = 'publish' AND s.at < :cut LIMIT 1) b ON true
    WHERE p.kind = 'adjustment' AND p.reason_date IS NOT NULL AND p.drafted_at < :cut
    AND EXISTS (SELECT FROM proposal_steps s WHERE s.proposal = p.id AND s.step = 'report' AND s.at < :cut)
    AND NOT EXISTS (SELECT FROM proposal_steps s WHERE s.proposal = p.id AND s.step IN ('reject', 'withdraw') AND s.at < :cut)
    AND (b.at IS NULL OR b.at >= :start)"""
_CAUSE = "(CAST(p.reason_date AS timestamp) AT TIME ZONE 'Asia/Shanghai')"


def _published(span: Span) -> str:
    """obligation 5.2: from the consent of the 专班 office, or the decision of the 工作专班, to the publication."""
    return f"""SELECT CAST(p.id AS text) AS id, b.at IS NOT NULL AS part, extract(epoch FROM b.at - a.at) AS seconds
        FROM {_AGREED} AND {_ours(span, "p.unit", "coalesce(b.at, :cut)")}"""


def _lag(span: Span) -> str:
    """obligation 5.3: from the cause of an adjustment to its publication."""
    return f"""SELECT CAST(p.id AS text) AS id, b.at IS NOT NULL AS part, extract(epoch FROM b.at - {_CAUSE}) AS seconds
        FROM {_REPORTED} AND {_ours(span, "p.unit", "coalesce(b.at, :cut)")}"""


def _age(span: Span) -> str:
    """obligation 5.3: how long ago the list was last published; of a unit the last version that changed its entries."""
    touched = f"""(:scope = '' OR EXISTS (SELECT FROM entries e WHERE v.number IN (e.since_version, e.until_version)
        AND {_ours(span, "e.unit", ":cut")}))"""
    return f"""SELECT '第' || v.number || '版' AS id, true AS part,
            extract(epoch FROM CAST(:cut AS timestamptz) - v.published_at) AS seconds
        FROM catalog_versions v WHERE v.published_at < :cut AND {touched} ORDER BY v.number DESC LIMIT 1"""


def _adjusted(part: Callable[[LawChange], bool]) -> Given:
    """Of the changes whose three working days ended in the span, or had ended when the office entered them in it, by whom they concern."""

    def given(session: Session, span: Span) -> Mapping[str, Any]:
        last = span.last or span.cut
        found = [
            one
            for one, unit in charged(law_changes(session, span.cut), span.charges, span.cut)
            if one.falls_at is not None and span.start < one.falls_at <= last and span.scope in ("", unit)
        ]
        return {"laws": [one.serial for one in found], "parts": [part(one) for one in found]}

    return given


def _laws(span: Span) -> str:
    """Obligations 5.5, 16.4: changes of law that the office entered, by the number of their entry."""
    return """SELECT '登记册第' || n.serial || '条' AS id, n.part
        FROM unnest(CAST(:laws AS bigint[]), CAST(:parts AS boolean[])) AS n(serial, part)"""


#: What a unit has entered to be allowed, by its first row; how it stands is its newest row's to say.
_COLLECTED = """
    WITH RECURSIVE chain AS (
        SELECT r.serial AS first, r.serial, r.unit, r.values, r.entered_at AS asked FROM register_entries r
        WHERE r.register = 'collections' AND r.replaces IS NULL AND r.entered_at < :cut
        UNION ALL
        SELECT c.first, r.serial, c.unit, r.values, c.asked FROM chain c JOIN register_entries r ON r.replaces = c.serial
        WHERE r.entered_at < :cut
    ), newest AS (SELECT DISTINCT ON (first) * FROM chain ORDER BY first, serial DESC)"""


def _exceptions(span: Span) -> str:
    """Obligation 5.8: exceptions that were asked for, and those of them that the office allowed."""
    return f"""SELECT '登记册第' || n.first || '条' AS id, coalesce(n.values->>'批准' = '是', false) AS part
        FROM ({_COLLECTED} SELECT * FROM newest) n WHERE n.asked >= :start AND {_ours(span, "n.unit", "n.asked")}"""


def _added(span: Span) -> str:
    """Obligation 5.8: proofs that adjustments added and that are listed still, and those that may be asked for by an exception."""
    return f"""SELECT concat_ws('/', a.matter, a.proof) AS id, EXISTS (
            SELECT FROM ({_COLLECTED} SELECT * FROM newest) n WHERE n.values->>'批准' = '是'
            AND {code_today("n.values->>'事项'")} = a.matter AND n.values->>'证明' = a.proof) AS part
        FROM (SELECT DISTINCT {code_today("e.matter")} AS matter, e.proof FROM {ADDED}
            AND EXISTS (SELECT FROM catalog_versions v WHERE v.number = e.since_version AND v.published_at < :cut)) a
        WHERE EXISTS (SELECT FROM {LISTED} AND e.matter = ANY ({codes_of("a.matter")}) AND e.proof = a.proof
            AND {_ours(span, "e.unit", ":cut")})"""


def _otherwise(span: Span) -> str:
    """Obligation 11.1: kinds of proofs whose force a law rules otherwise, of those that are not cancelled."""
    return f"""SELECT p.code AS id, p.otherwise <> '' AS part FROM proof_kinds p
        WHERE NOT p.cancelled AND {_ours(span, "p.issuing_unit", ":cut")}"""


def _printed_otherwise(span: Span) -> str:
    """Obligation 11.1: sealed proofs that say so on their page."""
    return f"""SELECT concat_ws('/', v.number, p.version) AS id, p.otherwise <> '' AS part
        FROM proofs p JOIN verifications v ON v.number = p.verification
        WHERE p.made_at >= :start AND p.made_at < :cut AND {span.involved("p.made_at")}"""


FIGURES = (
    Figure(
        "11.1",
        "otherwise_kinds",
        "法律法规另有规定的证明种类",
        "登记库中未取消的证明种类为分母;登记了法律法规对其效力另有规定的依据的为分子。按现有登记。",
        _otherwise,
    ),
    Figure(
        "11.1",
        "otherwise_proofs",
        "注明法律法规另有规定的证明",
        "本周用印的电子证明为分母;证明上注明法律法规另有规定的为分子。",
        _printed_otherwise,
    ),
    Figure(
        "2.1",
        "no_basis",
        "没有设定依据的证明",
        "登记库的全部证明种类为分母;其中登记库和现行清单都没有写明设定依据的为分子。按现有登记。",
        _baseless,
    ),
    Figure(
        "2.1", "no_basis_cancelled", "没有设定依据的证明已取消", "没有设定依据的证明种类为分母;其中已取消的为分子。按现有登记。", _cancelled
    ),
    *(_refused(code) for code in _REFUSED),
    *(_refused("excluded_category", category.value) for category in Exclusion),
    _kept_out("2.3", "entries_category", "清单条目(属于不适用类别)", "e.exclusion IS NOT NULL"),
    *(
        _kept_out(
            "2.3",
            f"entries_{one.value}",
            f"清单条目(属于不适用类别:{one.label})",
            f"coalesce(e.exclusion = '{one.value}', false)",
            detail=True,
        )
        for one in Exclusion
    ),
    _kept_out("2.4", "entries_outside", "清单条目(应由区外出具且不能网络核验)", "(e.outside_region AND NOT e.checkable_online)"),
    _kept_out("2.5", "entries_review", "清单条目(审核环节在市级以上)", "e.reviewed_above"),
    Figure("5.8", "exceptions", "索取增加的证明(例外)", "本周登记的索取增加的证明为分母;截至本周末经专班办公室批准的为分子。", _exceptions),
    Figure(
        "5.8",
        "added_proofs",
        "增加的证明中准予索取的",
        "由清单调整增加、截至本周末仍在清单的证明为分母;有经批准的索取例外的为分子。原则上不得索取。",
        _added,
    ),
    Figure(
        "5.5",
        "law_adjusted",
        "法规变动后按时报送清单调整",
        "法规变动登记册所列、三个工作日在本周届满(登记时已届满的,以登记时为准)、未注明无需调整的为分母;届满前首次报送对应的调整的为分子,退回修改的以首次报送为准。"
        "写明对应这一条的,或者依据的文件写有这部法规的,或者事由日期和涉及证明都相符的,为对应的调整。",
        _laws,
        _adjusted(lambda one: one.due_at is not None and one.reported_at is not None and not is_past(one.due_at, one.reported_at)),
    ),
    Figure(
        "16.4",
        "law_not_followed",
        "法规变动后尚未报送清单调整",
        "法规变动登记册所列、三个工作日在本周届满(登记时已届满的,以登记时为准)、未注明无需调整的为分母;截至本周末仍未报送的为分子(线索,不是认定)。",
        _laws,
        _adjusted(lambda one: one.reported_at is None),
    ),
    Figure(
        "5.2",
        "agreed_published",
        "已同意的清单公布",
        "截至本周末已同意(清单编制)或研究通过(清单调整)、未退回修改、本周初尚未公布的为分母;本周公布的为分子。用时自同意(通过)至公布。",
        _published,
        timed=True,
    ),
    Figure(
        "5.3",
        "list_age",
        "现行清单公布至今",
        "截至本周末最近一次公布的版本(单位报告为最近一次变动该单位条目的版本)。用时自公布至本周末;没有法定期限。",
        _age,
        timed=True,
    ),
    Figure(
        "5.3",
        "list_lag",
        "清单调整公布",
        "截至本周末已报送、未撤回也未否决、本周初尚未公布的清单调整为分母;本周公布的为分子。用时自事由发生之日零时至公布;没有法定期限。",
        _lag,
        timed=True,
    ),
)
