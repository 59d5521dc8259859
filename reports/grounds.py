"""决定依据 as cells of a table: which units, what, where it stood, what still waits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from reports import periods
from reports.decisions import Ground
from reports.model import Report
from reports.wording import MISSED, NOBODY, day_of

_PASSED = frozenset({"failed", "voluntary"})  #: nothing of these waits
_WHOM = {1: 80, 2: 60}  #: characters of the units in a small table of so many rows; three have room for the first unit alone


def waits(report: Report, one: Ground) -> str:
    count = f"{one.waiting} {measure(one)}"
    if one.since:
        return f"{count},{day_of(one.since, periods.days(report.period)[-1].year)}起"
    return "—" if one.kind in _PASSED else count if one.waiting else "没有"


def measure(one: Ground) -> str:
    return "件" if one.kind in MISSED else "次" if one.kind in _PASSED else "个"


def most(one: Ground, named: Sequence[tuple[str, int]], longest: int = 99) -> str:
    """A unit, where there is any: nobody comes last. That one unit lacks one list goes without a number."""
    if not named:
        return ""
    name, count = named[0]
    shown = name if len(name) <= longest else f"{name[: longest - 1]}…"
    return shown if count == 1 and one.kind not in MISSED else f"{shown} {count} {measure(one)}"


def whom(one: Ground, rows: int) -> str:
    """Every unit that is meant, for the eye: what is heard names the first of more than two. Of many the first ones, and how many."""
    if rows not in _WHOM:
        return most(one, one.units)
    named = [unit for unit in one.units if unit[0] != NOBODY] or list(one.units)
    shown = [most(one, [unit]) for unit in named]
    fitting = max(1, sum(length <= _WHOM[rows] for length in accumulate(len(text) + 1 for text in shown)))
    return "、".join(shown[:fitting]) + (f"等 {len(named)} 个单位" if fitting < len(named) else "")


def what(one: Ground, rows: int, longest: int) -> str:
    """The most frequent cause; where no count beside it says so and there is room, that it is not the only one."""
    others = f"等 {len(one.causes)} 种" if rows in _WHOM and one.kind not in MISSED and len(one.causes) > 1 else ""
    return most(one, one.causes, longest) + others


def several(one: Ground, named: Sequence[tuple[str, int]], what: str = "种") -> str:
    """The most frequent by name; of the others how many there are; what lay with nobody is none of them."""
    found, of = [(name, count) for name, count in named if name != NOBODY], measure(one)
    if one.kind not in MISSED and len(found) > 1 and all(count == 1 for _, count in found):
        return f"{found[0][0]}等 {len(found)} {what}"  # so many units lack one list each
    shown, rest, nobody = found[:1], found[1:], [(name, count) for name, count in named if name == NOBODY]
    said = [f"{name} {count} {of}" for name, count in shown]
    said += [f"其他 {len(rest)} {what} {sum(count for _, count in rest)} {of}"] if rest else []
    return "、".join([*said, *(f"{name} {count} {of}" for name, count in nobody)])
