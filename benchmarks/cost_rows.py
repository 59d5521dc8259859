"""The rows of what one verification costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.cost import Cost, Found
from benchmarks.results import Row

_NAMES = {
    "postgres/proofless": "PostgreSQL for the ledger",
    "postgres/prefect": "PostgreSQL for Prefect",
    "postgres": "PostgreSQL's own",
    "sandbox": "source",
    "prefect": "Prefect server",
}


def of_cost(found: Found) -> list[Row]:
    """The budget by process, and the ratios of the issue, each within this run."""
    ours, peer = _mean(found.burst), _mean(found.peer)
    rate, theirs = _rate(found.burst), _rate(found.peer)
    rows = [
        Row("one shared-data verification, three a second: processor time", _by_process(found.light), "", None),
        Row("one departmental verification, one a second: processor time", _by_process(found.departmental), "", None),
        Row("one shared-data verification and the registration of its case: statements, transactions", _asked(found.asked), "", None),
        *(
            Row(f"inside the worker, one {kind} verification: processor time (statements, transactions)", _by_step(parts), "", None)
            for kind, parts in found.steps.items()
        ),
        Row(f"burst, sustained: {rate:.1f} a second; processor time of one", f"{ours:.0f} ms", "", None),
    ]
    if found.older:
        before, before_rate = _mean(found.older), _rate(found.older)
        rows += [
            Row(f"the same, {found.older_name}: {before_rate:.1f} a second; processor time of one", f"{before:.0f} ms", "", None),
            Row("processor time, ours / older", f"{ours / before:.2f}", "≤ 0.35", ours / before <= 0.35),
            Row("burst, ours / older", f"{rate / before_rate:.1f}", "≥ 3", rate / before_rate >= 3),
            Row("batch / older burst", f"{found.batch.per_second / before_rate:.1f}", "≥ 10", found.batch.per_second / before_rate >= 10),
        ]
    return [
        *rows,
        Row(f"burst, DBOS 3.4 on the same steps: {theirs:.1f} a second; processor time of one", f"{peer:.0f} ms", "", None),
        Row("burst, ours / DBOS", f"{rate / theirs:.2f}", "≥ 1.0", rate / theirs >= 1.0),
        Row(f"governed batch: {found.batch.per_second:.1f} a second; processor time of one", f"{found.batch.whole:.0f} ms", "", None),
        Row("batch / DBOS burst", f"{found.batch.per_second / theirs:.2f}", "≥ 1.5", found.batch.per_second / theirs >= 1.5),
    ]


def _mean(found: Sequence[Cost]) -> float:
    return sum(one.whole for one in found) / len(found)


def _rate(found: Sequence[Cost]) -> float:
    return sum(one.per_second for one in found) / len(found)


def _by_process(one: Cost) -> str:
    told = [f"{_NAMES.get(name, name)} {ms:.0f}" for name, ms in sorted(one.milliseconds.items(), key=lambda pair: -pair[1]) if ms >= 0.5]
    failed = f"; {one.failed} not in time" if one.failed else ""
    return f"{one.whole:.0f} ms ({', '.join(told)}){failed}"


def _asked(found: Mapping[tuple[str, str], float]) -> str:
    names = sorted({name for name, _ in found if found.get((name, "statements"), 0) >= 0.5})
    told = [f"{name or 'Prefect'} {found.get((name, 'statements'), 0):.0f}, {found.get((name, 'transactions'), 0):.0f}" for name in names]
    return "; ".join(told)


def _by_step(parts: Mapping[str, list[float]]) -> str:
    """Prefect's share against our own, then each part, the dearest first."""
    engine = sum(part[0] for name, part in parts.items() if name.startswith("Prefect"))
    own = sum(part[0] for part in parts.values()) - engine
    told = [
        f"{name} {ms:.1f}" + (f" ({statements:.0f}, {transactions:.0f})" if statements >= 0.5 else "")
        for name, (ms, statements, transactions) in sorted(parts.items(), key=lambda pair: -pair[1][0])
        if ms >= 0.05 or statements >= 0.5
    ]
    return f"own work {own:.0f} ms, Prefect {engine:.0f} ms: {', '.join(told)}"
