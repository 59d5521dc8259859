"""The pages of the counter while ten thousand requests wait: how soon its first byte comes, and how large it is.

Each page is opened by every role that may open it, of the unit that asks or of the one that is asked, one at a time over a
connection that stays open.
"""

from __future__ import annotations

import asyncio
import http.client
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from psycopg2.extensions import cursor

from benchmarks import waiting_rows
from benchmarks.load import PEOPLE, as_json
from benchmarks.results import Row
from benchmarks.sizes import Size
from benchmarks.waiting import connected, gather_all, one_waiting, run_of
from domain.roles import Role
from domain.sign_in import Method
from gateway.counter.cookies import SESSION
from gateway.counter.door import PageRoute
from gateway.edge.page_permissions import PAGES
from gateway.edge.permissions import RULES
from gateway.routers import ROUTERS
from ledger.database import transaction
from ledger.registry import keys, registry, sessions
from runtime.commands.starting_catalog import key_file
from runtime.progress import Progress
from runtime.services import postgres
from runtime.services.context import LEDGER, PREFECT, Context
from settings import settings

_TIMES = 20
_FILES = (
    "counter_attachment",
    "counter_proof",
    "counter_report_pdf",
    "counter_report_cases",
    "counter_catalog_rows",
    "counter_batch_results",
    "counter_batch_proofs",
)  #: of what the bench does not make
#: Whose unit is asked for an answer; everybody else is of the unit that asks.
_OF_THE_ASKED = ("counter_inbox", "counter_request", "counter_supervision", "counter_duty", "counter_assign")


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
    number, beside = (asyncio.run(one_waiting(url, key)) for _ in range(2))  # all the copies stand in the first one's case
    cluster = postgres.start(context.home)
    with connected(cluster.connect, LEDGER) as ledger, connected(cluster.connect, PREFECT) as prefect:
        note(f"复制 {count} 件")
        waiting_rows.seed(ledger, prefect, number, run_of(number), count, datetime.now(UTC) + timedelta(hours=2))
        ledger.execute("SELECT code FROM units WHERE active ORDER BY code")
        units = [code for (code,) in ledger.fetchall()]
        waiting_rows.spread(ledger, units)
        gather_all()
        asking, asked, examples = _examples(ledger, url, key, beside)
        made = [one for one in _routes() if set(re.findall(r"{(\w+)}", one.path)) <= examples.keys()]
        found = list(_opened(url, asking, asked, made, examples, note))
        waiting_rows.clear(ledger, prefect)
    return found, sorted({one.name for one in _routes()} - {one.name for one in made})


def _examples(ledger: cursor, url: str, key: str, number: str) -> tuple[str, str, dict[str, str]]:
    """The asking unit, an asked one, and what single pages are about, by the parameter of their address."""
    query = "SELECT cases.unit, cases.number FROM verifications JOIN cases ON cases.id = case_id WHERE verifications.number = %s"
    ledger.execute(query, (number,))
    [(asking, case)] = ledger.fetchall()
    ledger.execute("SELECT unit, id FROM requests WHERE verification LIKE 'HY20990101%%' AND unit <> %s ORDER BY unit LIMIT 1", (asking,))
    [(asked, request)] = ledger.fetchall()
    with transaction() as session:
        office = keys.make(session, person="demo-admin", now=settings().now(), actor="system:bench")
    body = {"channel": "other", "about": "still_asked", "received_at": datetime.now(UTC).isoformat(), "unit": asking, "text": "演示"}
    sent = httpx.post(f"{url}/v1/complaints", json=body, headers={"Authorization": f"Bearer {office}"}, timeout=60, trust_env=False)
    complaint = sent.raise_for_status().json()["number"]
    none = {"case_number": "none", "proof": "none", "party": as_json(PEOPLE[0])}  # refused, so that nothing of it runs beside
    body = {"purpose": "bench", "responsible": "demo-permit-1", "callback": False, "rows": [none]}
    head = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
    batch = httpx.post(f"{url}/v1/batches", json=body, headers=head, timeout=60, trust_env=False).raise_for_status().json()["number"]
    return asking, asked, {"wanted": str(request), "case_number": case, "number": number, "complaint": complaint, "batch": batch}


def _opened(
    url: str, asking: str, asked: str, routes: list[PageRoute], examples: dict[str, str], note: Callable[[str], None]
) -> Iterator[Page]:
    tokens = _signed_in([asking, asked])
    host = url.removeprefix("http://")
    for route in routes:
        path = re.sub(r"{(\w+)}", lambda found: examples[found[1]], route.path)
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
    return [
        one for one in every if isinstance(one, PageRoute) and one.name in PAGES and "GET" in (one.methods or ()) and one.name not in _FILES
    ]


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
    if answer.status not in (200, 422):  # a part that is asked for without what it needs says so
        raise RuntimeError(f"{path}: {answer.status} {answer.reason}")
    return first, len(body)


def rows(found: list[Page], skipped: list[str], count: int) -> list[Row]:
    slow, large = sorted(found, key=lambda one: one.first, reverse=True), max(found, key=lambda one: one.size)
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
        Row("pages left out, of what the bench does not make", ", ".join(sorted([*skipped, *_FILES])) or "none", "", None),
        Row("the largest", f"{large.size / 1000:.0f} KB ({large.name}, {large.role})", "≤ 150 KB", large.size <= 150_000),
    ]
