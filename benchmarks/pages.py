"""The pages of the counter while ten thousand requests wait: how soon its first byte comes, and how large it is.

Each page is opened by every role that may open it, of the unit that asks or of the one that is asked, one at a time over a
connection that stays open.
"""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks import page_examples
from benchmarks.page_examples import Examples
from benchmarks.results import Row
from benchmarks.sizes import Size
from benchmarks.waiting import in_inboxes
from domain.roles import Role
from domain.sign_in import Method
from gateway.counter.cookies import SESSION
from gateway.counter.door import PageRoute
from gateway.edge.page_permissions import PAGES
from gateway.edge.permissions import RULES
from gateway.routers import ROUTERS
from ledger.database import transaction
from ledger.registry import registry, sessions
from runtime.commands.starting_catalog import key_file
from runtime.progress import Progress
from runtime.services.context import Context
from settings import settings

_TIMES = 20
#: What one keeps, and no page: as soon as a page, and as large as it is.
_FILES = "counter_attachment", "counter_batch_results", "counter_batch_proofs", "counter_proof", "counter_report_pdf"
#: Whose unit is asked for an answer; everybody else is of the unit that asks.
_OF_THE_ASKED = (
    "counter_inbox",
    "counter_request",
    "counter_beside",
    "counter_attachment",
    "counter_supervision",
    "counter_duty",
    "counter_assign",
)


@dataclass(frozen=True)
class Page:
    """One page for one role. `first`: seconds to the first byte, 95th percentile; `size` in bytes."""

    name: str
    role: Role
    first: float
    size: int


def part(context: Context, size: Size, progress: Progress) -> list[Row]:
    key = key_file("requester_key").read_text().strip()
    with progress.step(f"柜台的各个页面,{size.inbox} 件待答复") as note:
        found, skipped = measure(context, context.gateway_url, key, size.inbox, note)
        return rows(found, skipped, size.inbox)


def measure(context: Context, url: str, key: str, count: int, note: Callable[[str], None]) -> tuple[list[Page], list[str]]:
    """Seed, make what single pages are about, and open each of them so many times; and the pages of which nothing was made."""
    with in_inboxes(context, url, key, count, note) as (ledger, beside, _):  # all the copies stand in another's case
        note("各页面的对象")
        examples = page_examples.make(ledger, url, key, beside)
        made = [one for one in _routes() if set(re.findall(r"{(\w+)}", one.path)) <= examples.of(one.name).keys()]
        found = list(_opened(url, made, examples, note))
    return found, sorted({one.name for one in _routes()} - {one.name for one in made})


def _opened(url: str, routes: list[PageRoute], examples: Examples, note: Callable[[str], None]) -> Iterator[Page]:
    asking, asked = examples.asking, examples.asked
    tokens = _signed_in([asking, asked])
    host = url.removeprefix("http://")
    for route in routes:
        about = examples.of(route.name)
        path = re.sub(r"{(\w+)}", lambda found, about=about: about[found[1]], route.path) + examples.queries.get(route.name, "")
        note(path)
        for role in sorted(RULES[PAGES[route.name]].roles):
            cookie = {"Cookie": f"{SESSION}={tokens[asked if route.name in _OF_THE_ASKED else asking, role]}"}
            connection = http.client.HTTPConnection(host, timeout=60)
            first, size = zip(*(_open(connection, path, cookie) for _ in range(_TIMES + 1)), strict=True)
            connection.close()
            yield Page(route.name, role, statistics.quantiles(first[1:], n=20)[18], max(size))  # the first one brings the connection


def _routes() -> list[PageRoute]:
    """What a browser opens, parts of pages too."""
    every = (route for router in ROUTERS for route in router.routes)
    opened = (one for one in every if isinstance(one, PageRoute) and "GET" in (one.methods or ()))
    return [one for one in opened if one.name in PAGES]


def _signed_in(units: list[str]) -> dict[tuple[str, Role], str]:
    """A token for each role of each unit."""
    whose = {(unit, role): f"bench-page-{unit}-{role}" for unit in units for role in Role}
    people = [{"code": code, "unit": unit, "name": f"演示{role.label}", "roles": [role]} for (unit, role), code in whose.items()]
    now = settings().now()
    with transaction() as session:
        registry.put_people(session, people)
        return {key: sessions.begin(session, one, method=Method.LINK, browser="bench", before="", now=now) for key, one in whose.items()}


def _open(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[float, int]:
    """Seconds to the first byte, and the size."""
    began = time.monotonic()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()  # once its head is there
    first = time.monotonic() - began
    body = answer.read()
    if answer.status not in (200, 204, 422):  # a part that is asked for without what it needs says so, and one that has nothing new nothing
        raise RuntimeError(f"{path}: {answer.status} {answer.reason}")
    return first, len(body)


def rows(found: list[Page], skipped: list[str], count: int) -> list[Row]:
    slow = sorted(found, key=lambda one: one.first, reverse=True)
    large = max((one for one in found if one.name not in _FILES), key=lambda one: one.size)
    pages, times = len({one.name for one in found}), len(found) * _TIMES
    late = sorted({one.name for one in found if one.first > 0.1})
    return [
        Row(
            f"{count} requests wait; {pages} pages, each by every role that may, {times} times in all: first byte, p95 of the slowest",
            f"{1000 * slow[0].first:.0f} ms ({slow[0].name}, {slow[0].role})",
            "≤ 100 ms",
            slow[0].first <= 0.1,
        ),
        Row("the next ones, ms", ", ".join(f"{one.name} {1000 * one.first:.0f}" for one in slow[1:6]), "", None),
        Row("pages over 100 ms", ", ".join(late) or "none", "", None),
        Row("pages left out, of what the bench does not make", ", ".join(skipped) or "none", "", None),
        Row(
            "the largest of them, files aside",
            f"{large.size / 1000:.0f} KB ({large.name}, {large.role})",
            "≤ 150 KB",
            large.size <= 150_000,
        ),
    ]
