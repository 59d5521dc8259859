"""图: drawn as SVG, readable in black and white, with the numbers beside the marks; each has its words for who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import floor

from markupsafe import escape

from reports.model import Bin, DayCell, UnitRow, WeekPoint
from reports.wording import typeset

_WIDTH, _FONT = 640, "Noto Sans SC, sans-serif"
_UNITS, _DAYS = 15, 7  #: rows and columns of one heat map: what half a page holds, so that none is left empty before it


def trend(points: Sequence[WeekPoint]) -> str:
    """A line for the limits that were kept, over an axis that says where it begins, and bars for what came in, from nothing."""
    height, left, right, top, tall = 252, 44, 20, 26, 84
    lowest = _lowest([point.kept.value for point in points if point.kept.value is not None])
    most = max((point.received for point in points), default=0) or 1
    step, foot = (_WIDTH - left - right) / max(len(points), 1), top + tall + 104
    parts, line = [], []
    for mark in (lowest, (1 + lowest) / 2, 1.0):
        level = top + tall * (1 - mark) / (1 - lowest)
        parts.append(_rule(left, level, _WIDTH - right))
        parts.append(_text(left - 6, level + 4, f"{100 * mark:g}%", 11, "end"))
    for number, point in enumerate(points):
        middle = left + step * (number + 0.5)
        high = 66 * point.received / most
        parts.append(_box(middle - step * 0.28, foot - high, step * 0.56, high, "#c9ced6"))
        parts.append(_text(middle, foot - high - 4, str(point.received), 11))
        parts.append(_text(middle, foot + 16, point.label, 11))
        if (share := point.kept.value) is not None:
            level = top + tall * (1 - share) / (1 - lowest)
            line.append(f"{middle:.1f},{level:.1f}")
            parts.append(f'<circle cx="{middle:.1f}" cy="{level:.1f}" r="3" fill="#000"/>')
            parts.append(_text(middle, level - 7, point.kept.percent, 11))
    if len(line) > 1:
        parts.append(f'<polyline points="{" ".join(line)}" fill="none" stroke="#000" stroke-width="1.6"/>')
    said = f"折线:到期时限按时率(纵轴自 {100 * lowest:g}% 起);柱:收到核验申请(件)"
    parts.append(_text(left, height - 6, said, 11, "start"))
    return _svg(height, parts)


def _lowest(shares: Sequence[float]) -> float:
    """Where the axis of the line begins: the last round share below them, so that a week that is different is seen to be."""
    return max(0.0, floor(5 * min(shares, default=0.0) - 0.1) / 5)


def trend_words(points: Sequence[WeekPoint]) -> str:
    return ";".join(f"{point.label}收到 {point.received} 件,按时 {point.kept}" for point in points)


def distribution(bins: Sequence[Bin]) -> str:
    """How long answers took, as bars lying down with their numbers."""
    most = max((one.count for one in bins), default=0) or 1
    parts = []
    for number, one in enumerate(bins):
        level = 10 + 24 * number
        long = 400 * one.count / most
        parts += [_text(150, level + 14, one.label, 12, "end"), _box(160, level + 2, max(long, 0.5), 16, "#9aa3af")]
        parts.append(_text(168 + long, level + 14, str(one.count), 12, "start"))
    return _svg(20 + 24 * len(bins), parts)


def distribution_words(bins: Sequence[Bin]) -> str:
    return ";".join(f"{one.label} {one.count} 件" for one in bins)


def heat(cells: Sequence[DayCell], units: Sequence[UnitRow]) -> list[str]:
    """Unit × day, units in official order: the darker, the larger the part that was missed; the numbers stand in the cells. No
    picture is longer than half a page or holds more than a week; none where nothing was missed."""
    names = {row.code: row.name for row in units}
    late = sorted({cell.unit for cell in cells if cell.missed.part})
    days = sorted({cell.day for cell in cells})
    return [
        _heat(cells, names, late[row : row + _UNITS], days[column : column + _DAYS])
        for column in range(0, len(days), _DAYS)
        for row in range(0, len(late), _UNITS)
    ]


def _heat(cells: Sequence[DayCell], names: Mapping[str, str], shown: Sequence[str], days: Sequence[date]) -> str:
    found = {(cell.unit, cell.day): cell.missed for cell in cells}
    left, wide, tall = 210, (_WIDTH - 220) / max(len(days), 1), 24
    parts = [_text(left + wide * (number + 0.5), 16, f"{day.month}月{day.day}日", 11) for number, day in enumerate(days)]
    for row, unit in enumerate(shown):
        level = 24 + tall * row
        parts += _name(names.get(unit, unit), left - 8, level)
        for number, day in enumerate(days):
            missed = found.get((unit, day))
            if missed is None or not missed.whole:
                parts.append(_box(left + wide * number + 1, level + 1, wide - 2, tall - 2, "#fff", "#ddd"))
                continue
            grey = round(255 - 175 * (missed.value or 0))
            parts.append(_box(left + wide * number + 1, level + 1, wide - 2, tall - 2, f"rgb({grey},{grey},{grey})", "#888"))
            ink = "#fff" if grey < 130 else "#000"
            parts.append(_text(left + wide * (number + 0.5), level + 16, f"{missed.part}/{missed.whole}", 11, "middle", ink))
    parts.append(_text(left, 40 + tall * len(shown), "格内为当日到期时限中超时的个数/到期个数;颜色越深,超时占比越大", 11, "start"))
    return _svg(50 + tall * len(shown), parts)


def heat_words(cells: Sequence[DayCell], units: Sequence[UnitRow]) -> str:
    """For whoever has it read out."""
    names, late = {row.code: row.name for row in units}, [cell for cell in cells if cell.missed.part]
    said = (
        f"{names.get(cell.unit, cell.unit)}{cell.day.month}月{cell.day.day}日超时 {cell.missed.part}/{cell.missed.whole}" for cell in late
    )
    return ";".join(said)


def _name(name: str, right: float, level: float) -> list[str]:
    """A unit's whole name beside its row, on two lines where it is long."""
    if len(name) <= 20:
        return [_text(right, level + 16, name, min(12, 200 / len(name)), "end")]
    half = (len(name) + 1) // 2
    size = min(10, 200 / half)
    return [_text(right, level + 11, name[:half], size, "end"), _text(right, level + 21, name[half:], size, "end")]


def _box(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" stroke="{stroke}"/>'


def _rule(x: float, y: float, end: float) -> str:
    return f'<polyline points="{x:.1f},{y:.1f} {end:.1f},{y:.1f}" fill="none" stroke="#bbb" stroke-width="0.6"/>'


def _text(x: float, y: float, text: str, size: float, anchor: str = "middle", fill: str = "#000") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{escape(typeset(text))}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" height="{height:.0f}" '
        f'font-family="{_FONT}">{"".join(parts)}</svg>'
    )
