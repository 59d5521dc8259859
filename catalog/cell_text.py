"""单元格的文字: the value of a cell as a person would type it. Whole seconds stay, what a clock adds below them goes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from domain.cells import meant

LOST = 10**15  #: a spreadsheet keeps fifteen digits: of a longer number the rest was replaced by zeros


def text_of(cell: object) -> str:
    """Empty for None; a day alone where the time is midnight; a length of time as hours and minutes."""
    if type(cell) is str:  # nearly all of them
        return meant(cell.strip())
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float() if cell.is_integer() and abs(cell) < LOST:
            return str(int(cell))
        case float():
            return f"{cell:.15g}"
        case datetime():
            # Kept as a fraction of a day, a minute comes back some microseconds early or late.
            whole = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
            if whole.time() == time():
                return whole.date().isoformat()
            return whole.isoformat(" ", "seconds" if whole.second else "minutes")
        case date():
            return cell.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
        case _:
            return meant(str(cell).strip())
