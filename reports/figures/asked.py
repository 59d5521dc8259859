"""依据 of the steps that no limit asks for: people, lists, adjustments, follow-up, sources, databases, systems, what was handed in.

Each as a `Ground` under the key of its own figure, most frequent first and otherwise in official order; in the order of the steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.catalog.change_tasks import PROCESS
from ledger.tables.catalog import Proposal
from reports.decisions import Ground
from reports.figures import adjustments, coverage, units
from reports.figures import sources as share
from reports.figures.span import Span
from reports.figures.voluntary import SUBMITTED
from reports.model import CoverageFigures, SourceRow, SystemRow, UnitRow

_FAILING, _FEW = 20, 3  #: one query in so many lost to a source is worth a word; fewer than so many are no decision


def asked(
    session: Session,
    span: Span,
    names: Mapping[str, str],
    covered: CoverageFigures,
    sources: Iterable[SourceRow],
    systems: Iterable[SystemRow],
    rows: Iterable[UnitRow],
) -> tuple[Ground, ...]:
    """Nothing of what nothing is wrong with: `words.next_steps` asks on the same conditions."""
    failing, noted = [row for row in sources if fails(row)], [row for row in rows if row.note]
    apart = [row for row in systems if row.should_connect and row.first_call is None]
    return (
        *([_rosters(session, span, names)] if covered.roster_gaps else ()),
        *([_lists(session, span, names)] if covered.without_list else ()),
        *([_adjustments(session, span, names)] if covered.late_adjustments.part else ()),
        *([_tasks(session, span, names)] if covered.open_tasks.part < covered.open_tasks.whole else ()),
        *(_sources(session, span, failing) if failing else ()),
        *([_databases(session, span, names)] if covered.databases.part < covered.databases.whole else ()),
        *([_systems(apart)] if covered.systems.part < covered.systems.whole else ()),
        *([_voluntary(session, span, noted)] if noted else ()),
    )


def fails(row: SourceRow) -> bool:
    """Whether a source lost so many queries that somebody should look into it."""
    return row.failed.part >= _FEW and row.failed.part * _FAILING >= row.asked


def _ground(
    kind: str,
    of: Mapping[str, int] | Iterable[str],
    causes: Mapping[str, int] | Iterable[str],
    steps: Iterable[str],
    waiting: int,
    since: datetime | None = None,
    cases: str = "",
) -> Ground:
    """Names are counted where they come with no count; what is counted alike stays in the order in which it came."""
    by_unit, by_cause, by_step = (tuple(Counter(one).most_common()) for one in (of, causes, steps))
    return Ground(kind, by_unit, by_cause, by_step, waiting, since, cases or kind)


def _rosters(session: Session, span: Span, names: Mapping[str, str]) -> Ground:
    """Obligations 10.2, 10.3. Since when is said only of what began within the span: of the rest it is not known here."""
    gaps = {unit: found for unit, found in sorted(coverage.gaps(session, span).items()) if found}
    lacking = {unit for unit, found in gaps.items() if any(gap.until is None for gap in found)}
    since = min((gap.since for unit in lacking for gap in gaps[unit] if gap.until is None), default=None)
    return _ground(
        "rosters",
        (names[unit] for unit in gaps),
        (label for found in gaps.values() for label in dict.fromkeys(gap.kind.label for gap in found)),
        ("至今未补齐" if unit in lacking else "曾缺,已补齐" for unit in gaps),
        len(lacking),
        since if since is not None and since > span.start else None,
    )


def _lists(session: Session, span: Span, names: Mapping[str, str]) -> Ground:
    """Obligation 5.1: the matters that have no entry yet."""
    active = units.register(session, span).active
    found = [
        row.id for row in span.rows(session, f"SELECT n.id FROM ({coverage.lists(span)}) n WHERE NOT n.part ORDER BY 1", active=active)
    ]
    unit = span.charged("m.unit", ":cut")
    matters = span.rows(
        session, f"SELECT m.name FROM matters m WHERE m.active AND {unit} = ANY(:units) ORDER BY {unit}, m.code", units=found
    )
    return _ground("lists", (names[one] for one in found), (row.name for row in matters), ("尚无清单" for _ in found), len(found))


def _adjustments(session: Session, span: Span, names: Mapping[str, str]) -> Ground:
    """Obligation 5.5: late, or still not reported."""
    late = [one for one in adjustments.judged(session, span) if adjustments.is_late(one)]
    kept = {str(row.id): row for row in session.scalars(select(Proposal).where(Proposal.id.in_([UUID(one.id) for one in late])))}
    unreported = [one for one in late if one.reported_at is None]

    def causes() -> Iterator[str]:
        for one in late:
            changes = dict.fromkeys(f"{change.entry.matter_name}·{change.entry.proof_name}" for change in kept[one.id].changes)
            yield from changes or [kept[one.id].reason]

    return _ground(
        "adjustments",
        (names[one.unit] for one in sorted(late, key=lambda one: one.unit)),
        causes(),
        ("逾期尚未报送" if one.reported_at is None else "逾期报送" for one in late),
        len(unreported),
        min((one.due_at for one in unreported if one.due_at is not None), default=None),
    )


def _tasks(session: Session, span: Span, names: Mapping[str, str]) -> Ground:
    """Obligations 13.1, 13.2: what a published list still waits for."""
    found = span.rows(
        session,
        f"""SELECT n.unit, n.what, n.made_at, m.name AS matter FROM (
                SELECT {coverage.task_unit(span)} AS unit, t.matter, t.what, t.made_at
                FROM {coverage.TASKS} AND {span.ours(coverage.task_unit(span))} AND NOT {coverage.DONE}) n
            JOIN matters m ON m.code = n.matter ORDER BY n.unit, n.matter, n.what DESC""",
    )
    return _ground(
        "tasks",
        (names[row.unit] for row in found),
        (row.matter for row in found),
        ("办理流程未调整" if row.what == PROCESS else "要素和指南未更新" for row in found),
        len(found),
        min((row.made_at for row in found), default=None),
    )


def _sources(session: Session, span: Span, failing: Sequence[SourceRow]) -> Iterator[Ground]:
    """Obligation 7.2: whoever runs the source is asked; what failed was verified another way."""
    codes = {row.failed.cases.partition("/")[2]: row for row in failing}
    lost = span.rows(
        session,
        f"""SELECT f.source, n.matter_name AS matter, n.proof_name AS proof, count(*) AS lost
            FROM (SELECT e.verification, e.detail->>'source' AS source FROM {share.failed(span)}) f
            JOIN verifications w ON w.number = f.verification JOIN entries n ON n.id = w.entry_id
            WHERE f.source = ANY(:sources) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 3""",
        sources=list(codes),
    )
    for code, row in codes.items():
        causes = Counter[str]()
        for one in lost:
            if one.source == code:
                causes[f"{one.matter}·{one.proof}"] += one.lost
        count = row.failed.part
        yield Ground("failed", ((row.source, count),), tuple(causes.most_common()), (("数据共享查询", count),), 0, None, row.failed.cases)


def _databases(session: Session, span: Span, names: Mapping[str, str]) -> Ground:
    """Obligation 6.4."""
    owner = span.charged("d.owner", ":cut")
    found = span.rows(
        session,
        f"""SELECT {owner} AS unit, d.name FROM databases d
            WHERE d.code IN (SELECT n.id FROM ({coverage.databases(span)}) n WHERE NOT n.part) ORDER BY 1, d.code""",
    )
    return _ground("databases", (names[row.unit] for row in found), (row.name for row in found), ("未接入" for _ in found), len(found))


def _systems(apart: Sequence[SystemRow]) -> Ground:
    """Obligation 8.1."""
    return _ground("systems", (row.unit_name for row in apart), (row.name for row in apart), ("从未调用" for _ in apart), len(apart))


def _voluntary(session: Session, span: Span, noted: Sequence[UnitRow]) -> Ground:
    """Obligations 2.6, 2.7: a sign to be looked into, never a finding."""
    proofs = span.rows(
        session,
        f"""SELECT coalesce(p.name, '清单以外的材料') AS name, count(*) AS count
            FROM (SELECT s.proof FROM {SUBMITTED} AND s.unit = ANY(:units)) n LEFT JOIN proof_kinds p ON p.code = n.proof
            GROUP BY 1 ORDER BY 2 DESC, 1""",
        units=[row.code for row in noted],
    )
    counts = {row.name: row.voluntary.part for row in noted}
    return _ground("voluntary", counts, {row.name: row.count for row in proofs}, (), 0)
