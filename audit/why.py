"""为什么是这一分钟: recomputes the limits of one verification from the raw instants, far from whoever computed them first.

    python why.py 依据.json [--earlier 分钟] [--later 分钟] [--key 存证公钥]

The file is what `./run audit why 核验编号` writes: instants, rule version with its readings, service hours, the working calendar with
the notice that it came from, the sentence of each limit, and the line of the record with its way to a signed head. It stands alone:
Python 3.10 or later and the package `cryptography`, nothing of the project. Exit code 0: the same minutes; 1: something differs;
2: there is nothing that could be checked.
"""

# ruff: noqa: T201 (it is a program)
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

BEIJING = timezone(timedelta(hours=8))
DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
NEVER = datetime.max.replace(tzinfo=BEIJING)
KINDS = ("workday", "saturday", "sunday", "holiday")
NAMES = {"soft": "原则上的时限", "hard": "最迟时限"}

Span = tuple[datetime, datetime]


class NoCalendar(Exception):
    """没有这一年的工作日历: the limit is 未定 (reading 25)."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BEIJING)


class Hours:
    """服务时间: what is in force from when, each with its seasons and its calendar."""

    def __init__(self, reigns: list[dict[str, Any]], calendars: dict[str, Any]) -> None:
        begins = [instant(one["since"]) if one["since"] else datetime.min.replace(tzinfo=BEIJING) for one in reigns]
        self._reigns = list(zip(begins, [*begins[1:], NEVER], reigns, strict=True))
        self._calendars = calendars

    def kind(self, day: date, calendar: str) -> str:
        year = self._calendars[calendar].get(str(day.year))
        if year is None:
            raise NoCalendar(f"{day.year} 年的工作日历不在依据中")
        if str(day) in year["work"]:
            return "workday"
        return "holiday" if str(day) in year["rest"] else {5: "saturday", 6: "sunday"}.get(day.weekday(), "workday")

    def spans(self, day: date) -> list[Span]:
        """When it is open on a day."""
        midnight, found = datetime.combine(day, time(), BEIJING), list[Span]()
        for since, until, reign in self._reigns:
            if since < midnight + DAY and until > midnight:
                (season,) = [one for one in reign["seasons"] if _holds(one, (day.month, day.day))]
                same = all(season[kind] == season["workday"] for kind in KINDS)
                windows = season["workday" if same else self.kind(day, reign["calendar"])]
                for opens, closes in windows:
                    one = max(midnight + timedelta(minutes=opens), since), min(midnight + timedelta(minutes=closes), until)
                    found += [one] if one[0] < one[1] else []
        return found

    def opening(self, at: datetime) -> datetime:
        """The instant itself while open, else the next opening (readings 1, 2)."""
        return next(max(opens, at) for opens, closes in self._from(at) if at < closes)

    def after(self, at: datetime, length: timedelta) -> datetime:
        """So much service time later."""
        for opens, closes in self._from(at):
            begins = max(opens, at)
            if begins < closes:
                if length <= closes - begins:
                    return begins + length
                length -= closes - begins
        raise NoCalendar("服务时间从不开门")

    def between(self, first: datetime, last: datetime) -> timedelta:
        """How much of it is service time."""
        total, day = timedelta(), first.date()
        while datetime.combine(day, time(), BEIJING) < last:
            total += sum((max(min(closes, last) - max(opens, first), timedelta()) for opens, closes in self.spans(day)), timedelta())
            day += DAY
        return total

    def rests(self, at: datetime) -> bool:
        """Closed since it is no working day; 24:00 is of the day that it closes (reading 2)."""
        if self.opening(at) == at:
            return False
        before = at - timedelta(microseconds=1)
        reign = next(one for since, until, one in self._reigns if since <= before < until)
        return self.kind(before.date(), reign["calendar"]) != "workday"

    def _from(self, at: datetime) -> Iterator[Span]:
        for days in range(400):
            yield from self.spans(at.date() + days * DAY)


def _holds(season: dict[str, Any], day: tuple[int, int]) -> bool:
    first, last = tuple(season["first"]), tuple(season["last"])
    return first <= day <= last if first <= last else day >= first or day <= last


class Clock:
    """One request's time: from when it runs, what rests, how it ends."""

    def __init__(self, about: dict[str, Any], received: datetime) -> None:
        self.readings, self.received = about["readings"], received
        self.measure = self.readings["measure_by_unit"].get(about["unit"], self.readings["measure"])
        self.hours = Hours(about["hours"], about["calendars"])
        self.pauses = [(instant(since), instant(until)) for since, until in about["pauses"]]

    def end(self, length: timedelta) -> datetime | None:
        """Where a limit of this length ends; None: 未定."""
        try:
            if self.measure == "service_hours":
                return self._served(self.hours.opening(self.received), length)
            start = self.received if self.measure == "natural" else self.hours.opening(self.received)
            target = self._passed(start, length)
            if length < DAY or not self.readings["roll_day_limit"]:
                return target
            due = self._roll(target)
            while (moved := self._passed(target, due - target)) != due:  # what rests on the way counts, too
                target, due = moved, self._roll(moved)
            return due
        except NoCalendar:
            return None

    def _roll(self, at: datetime) -> datetime:
        return at if self.readings["roll_rest_day_only"] and not self.hours.rests(at) else self.hours.opening(at)

    def _passed(self, at: datetime, left: timedelta) -> datetime:
        for since, until in self._within(at):
            if since - at >= left:
                break
            left, at = left - (since - at), until
        return at + left

    def _served(self, at: datetime, left: timedelta) -> datetime:
        for since, until in self._within(at):
            if (before := self.hours.between(at, since)) >= left:
                break
            left, at = left - before, until
        return self.hours.after(at, left)

    def _within(self, start: datetime) -> list[Span]:
        return [(max(since, start), until) for since, until in self.pauses if until > start]


def limits(about: dict[str, Any], received: datetime) -> dict[str, datetime | None]:
    """The limits of article 10, of each kind the one that binds; None: 未定."""
    if received < datetime(2022, 6, 28, tzinfo=BEIJING):
        return {}
    clock, soft, hard = Clock(about, received), list[Any](), list[Any]()
    if about["handling"] == "immediate":
        hard.append(clock.end(HALF_HOUR))  # 即办件须在30分钟内完成发送
    else:
        soft.append(clock.end(DAY))  # 承诺件原则上24小时内
    if about["promise_end"] is not None or about["promise_missing"] is not None:
        hard.append(instant(about["promise_end"]) if about["promise_end"] else None)  # 最晚不得超出承诺时限
    if about["database_backed"] or (about["share_failed"] and about["readings"]["analogy_after_failed_share"]):
        soft.append(clock.end(HALF_HOUR))  # 有数据库依托但尚未对接的
    if about["own_limit"] is not None:
        hard.append(clock.end(timedelta(minutes=about["own_limit"])))  # 清单中规定的时限
    found = {kind: min(ends, key=lambda end: end or NEVER) for kind, ends in (("soft", soft), ("hard", hard)) if ends}
    if found.get("soft") and found.get("hard") and found["soft"] >= found["hard"]:
        del found["soft"]
    return found


def included(record: dict[str, Any], key: str) -> str:
    """What the head says whose tree holds the line. Raises ValueError with the reason."""
    name, mark, text = key.split("+", 2)
    raw, (body, _, signed) = base64.b64decode(text), record["note"].partition("\n\n")
    signature = base64.b64decode(signed.split()[-1])
    try:
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], (body + "\n").encode())
    except InvalidSignature:
        raise ValueError("存证的签名不对") from None
    origin, size, root, at = body.split("\n")[:4]
    place, last, node = record["place"], int(size) - 1, hashlib.sha256(b"\x00" + record["line"].encode()).digest()
    if origin != name or signature[:4].hex() != mark or not 0 <= place <= last:
        raise ValueError("存证与公钥或位置不符")
    for step in map(bytes.fromhex, record["path"]):  # RFC 9162, 2.1.3.2
        if not last:
            raise ValueError("包含证明过长")
        if place % 2 or place == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while not place % 2 and place:
                place, last = place // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        place, last = place // 2, last // 2
    if last or node != base64.b64decode(root):
        raise ValueError("这一条不在该次存证中,或被改过")
    return f"{at} 的存证({int(size):,} 条)"


def said(end: datetime | None) -> str:
    return f"{end:%Y-%m-%d %H:%M:%S}" if end else "未定"


def check(about: dict[str, Any], key: str) -> list[str]:
    """What differs; prints what was found."""
    wrong, received = list[str](), instant(about["received"])
    found = limits(about, received)
    print(f"核验 {about['verification']}:{said(received)} 送达 {about['unit']},规则版本 {about['readings']['version']}。")
    stated = {one["kind"]: one for one in about["limits"]}
    for kind in sorted(found.keys() | stated.keys()):
        due = stated.get(kind, {}).get("due")
        if kind not in found or kind not in stated or found[kind] != (instant(due) if due else None):
            again = said(found[kind]) if kind in found else "没有"
            wrong.append(f"{NAMES[kind]}重新计算为 {again},依据写的是 {said(instant(due)) if due else '没有或未定'}。")
        else:
            print(f"{NAMES[kind]}重新计算为 {said(found[kind])},与依据一致。{stated[kind]['sentence']}")
    for calendar in about["calendars"].values():
        for year, one in calendar.items():
            print(f"{year} 年工作日历来源:{one['source']}{'(暂定)' if one['provisional'] else ''}。")
    if about["record"] is None:
        print("这一条还没有存证,过一小时再取依据,即可核对它在台账中。")
        return wrong
    try:
        head, event = included(about["record"], key), json.loads(about["record"]["line"])
        if event["verification"] != about["verification"] or instant(event["at"]) != received:
            raise ValueError("台账中的这一条说的是另一件或另一时刻")
        limits_then = event["detail"].get("limits", {})  # events of before have none
        then = "、".join(f"{NAMES[kind]} {said(instant(due) if due else None)}" for kind, due in limits_then.items()) or "没有写明"
        print(f"送达的时刻在台账第 {about['record']['place'] + 1:,} 条,包含于 {head}。当时记录的时限:{then}。")
    except (ValueError, KeyError, IndexError, TypeError) as error:
        wrong.append(f"台账中的这一条核对不上:{error}。")
    return wrong


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="离线重算一项核验的时限,并回答早到、晚到几分钟会怎样")
    parser.add_argument("file", type=Path, metavar="依据.json")
    parser.add_argument("--earlier", type=float, action="append", default=[], metavar="分钟", help="若早到这么多分钟,可多次")
    parser.add_argument("--later", type=float, action="append", default=[], metavar="分钟", help="若晚到这么多分钟,可多次")
    parser.add_argument("--key", metavar="公钥", help="另行得到的存证公钥;省略为依据中的")
    options = parser.parse_args(arguments)
    try:
        about = json.loads(options.file.read_text("utf-8"))
        wrong, received = check(about, options.key or about["key"]), instant(about["received"])
        for moved in [-minutes for minutes in options.earlier] + options.later:
            other = received + timedelta(minutes=moved)
            ends = ",".join(f"{NAMES[kind]}为 {said(end)}" for kind, end in sorted(limits(about, other).items())) or "没有时限"
            print(f"若{'早' if moved < 0 else '晚'} {abs(moved):g} 分钟({said(other)})送达:{ends}。")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"不能核对:依据读不了或不完整({type(error).__name__})。", file=sys.stderr)
        return 2
    for line in wrong:
        print(f"有问题:{line}")
    print("核对完毕:没有发现问题。" if not wrong else f"核对完毕:发现 {len(wrong)} 处问题。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
