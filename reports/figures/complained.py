"""投诉举报 by article: what they are about (obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9), what came of them and how long it took
(obligation 18.1).

Each complaint once, however often it was sent. What nobody has found yet is said as such: it counts among no outcome.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.complaints import ComplaintAbout, ComplaintOutcome
from reports.figures.figure import By, Figure
from reports.figures.oversight import HANDLER
from reports.figures.span import Span


def _counted(span: Span, at: str) -> str:
    """Of the span by an instant; of the unit complained of, or of who stood in its place when the complaint came."""
    return f"c.duplicates IS NULL AND {at} >= :start AND {at} < :cut AND {span.ours(_unit(span))}"


def _unit(span: Span) -> str:
    return span.charged("c.unit", "c.received_at")


def _reflecting(about: ComplaintAbout) -> Callable[[Span], str]:
    """Obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9: in the span in which it was written, or found, what it is about."""

    def sql(span: Span) -> str:
        return f"""SELECT c.number AS id, c.about = '{about.value}' AS part, {_unit(span)} AS about
            FROM complaints c WHERE {_counted(span, "c.about_since")}"""

    return sql


def _known(span: Span) -> str:
    """Obligation 18.1: entered in the span; what it is about was written by its channel, or found since."""
    return f"""SELECT c.number AS id, c.about <> 'other' OR c.assessed_at IS NOT NULL AS part, {_unit(span)} AS about
        FROM complaints c WHERE {_counted(span, "c.entered_at")}"""


def _answered(span: Span) -> str:
    """Obligation 18.1: what waited for an answer in the span, and how long that took since it was received."""
    done, unit = "coalesce(c.done_at < :cut, false)", span.charged(HANDLER, "least(c.done_at, :cut)")
    return f"""SELECT c.number AS id, {done} AS part, {unit} AS about,
            CASE WHEN {done} THEN CAST(extract(epoch FROM c.done_at - c.received_at) AS double precision) END AS seconds
        FROM complaints c WHERE c.duplicates IS NULL AND c.received_at < :cut AND coalesce(c.done_at >= :start, true)
        AND {span.ours(unit)}"""


def _concluded(span: Span) -> str:
    """Obligation 18.1: received in the span, closed with an outcome by its end."""
    closed = "EXISTS (SELECT FROM complaint_steps s WHERE s.complaint_id = c.id AND s.step = 'close' AND s.at < :cut)"
    return f"""SELECT c.number AS id, {closed} AS part, {_unit(span)} AS about
        FROM complaints c WHERE {_counted(span, "c.received_at")}"""


def _outcome(outcome: ComplaintOutcome) -> Callable[[Span], str]:
    """Obligation 18.1: closed in the span, with this outcome."""

    def sql(span: Span) -> str:
        return f"""SELECT c.number AS id, s.record->>'outcome' = '{outcome.value}' AS part, {_unit(span)} AS about
            FROM complaint_steps s JOIN complaints c ON c.id = s.complaint_id WHERE s.step = 'close' AND {_counted(span, "s.at")}"""

    return sql


def _about(obligation: str, about: ComplaintAbout, key: str, name: str) -> Figure:
    meaning = "本周登记或者认定反映事由的投诉举报为分母(不计疑似重复;认定改变的计入改变的那一周);其中反映这一情形的为分子。按被反映的单位。"
    return Figure(
        obligation, key, f"投诉反映{name}", meaning, _reflecting(about), by=By.UNIT, detail=about is not ComplaintAbout.PAPER_REFUSED
    )


FIGURES = (
    _about("2.6", ComplaintAbout.PAPER_REFUSED, "paper_refused", "拒收主动提供的材料"),
    _about("16.2", ComplaintAbout.INVENTED, "complained_invented", "要求清单以外的证明"),
    _about("16.5", ComplaintAbout.NO_HELP, "complained_no_help", "不核验或者超时"),
    _about("16.6", ComplaintAbout.STILL_ASKED, "complained_still_asked", "仍索要证明"),
    _about("16.8", ComplaintAbout.WRONG_CONTENT, "complained_content", "证明内容有误"),
    _about("16.9", ComplaintAbout.MISUSED, "complained_misused", "证明或者印章挪作他用"),
    Figure(
        "18.1",
        "complaints_known",
        "反映事由已明确的投诉",
        "本周登记的投诉举报为分母(不计疑似重复);来源写明了反映事由、或者已经认定的为分子,其余尚未认定。",
        _known,
        by=By.UNIT,
    ),
    Figure(
        "18.1",
        "complaints_answered",
        "投诉自收到至答复",
        "本周初尚未答复的和本周收到的投诉举报为分母(不计疑似重复);本周末以前已由单位答复、或者由专班办公室办结的为分子。用时自渠道收到时起。按承办单位。",
        _answered,
        timed=True,
        by=By.UNIT,
    ),
    Figure(
        "18.1",
        "complaints_concluded",
        "收到的投诉已有结论",
        "本周收到的投诉举报为分母(不计疑似重复);截至本周末已办结的为分子,其余尚无结论。",
        _concluded,
        by=By.UNIT,
    ),
    *(
        Figure(
            "18.1",
            f"outcome_{one.value}",
            f"投诉办理结果:{one.label}",
            "本周办结的投诉举报为分母(不计疑似重复);其中这一结果的为分子。尚未办结的不在其中。按被反映的单位。",
            _outcome(one),
            by=By.UNIT,
            detail=True,
        )
        for one in ComplaintOutcome
    ),
)
