"""Figures and log lines of the gateway: route templates, codes and times, never an address with its query.

A verification code stands in the query of a QR code's address; therefore the server's own access log is off and this
is the only one.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.problems import Problem, as_json
from ledger.casework import watch
from ledger.database import transaction
from ledger.lifecycle import leases

_ACCESS = logging.getLogger("gateway.access")
_ERRORS = logging.getLogger("gateway.errors")
_ROOT = Path(__file__).resolve().parent.parent.parent
_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 3, 10, 30)


class Telemetry:
    """The figures of one process; the ledger's are read when somebody asks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_LedgerFigures())
        labels = ("method", "route", "status")
        self._requests = Counter("proofless_requests", "SchemaOut calls.", labels, registry=self.registry)
        self._seconds = Histogram("proofless_request_seconds", "Time to answer.", labels[:2], registry=self.registry, buckets=_BUCKETS)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)


class _LedgerFigures(Collector):
    def describe(self) -> list[Metric]:
        return []  # or registering would already ask the database

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("proofless_database_up", "1 where the ledger's database answers.")
        try:
            with transaction() as session:
                states = watch.open_counts(session)
                workers = len(leases.living_workers(session))
                alarms = watch.alarm_counts(session)
        except SQLAlchemyError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        verifications = GaugeMetricFamily("proofless_verifications_open", "Open verifications.", labels=["state"])
        for state, number in states.items():
            verifications.add_metric([state.value], number)
        yield verifications
        yield GaugeMetricFamily("proofless_workers_alive", "Workers with a living lease.", value=workers)
        standing = GaugeMetricFamily("proofless_alarms_standing", "Alarms whose cause stands.", labels=["kind"])
        for kind, number in sorted(alarms.items()):
            standing.add_metric([kind], number)
        yield standing


_METHODS = {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"}


class Watch:
    """The outermost layer: times and logs each call, and turns what nobody caught into a problem without internals."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app, self._telemetry = app, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            instance = f"urn:uuid:{uuid4()}"
            log_error(error, instance)
            if status:
                raise ConnectionAbortedError from None  # half an answer is out: the client must see that it broke off
            await as_json(Problem("internal"), instance)(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "(none)")
            method = scope["method"] if scope["method"] in _METHODS else "(other)"
            self._telemetry.count(method, route, status, seconds)
            caller = scope.get("state", {}).get("caller")
            fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
            _ACCESS.info("request", extra={"fields": fields | {"unit": caller.unit if caller else None}})


def log_error(error: Exception, instance: str) -> None:
    """Where and what kind, without the error's text: it may quote what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
        for frame in frames
        if Path(frame.filename).is_relative_to(_ROOT) and ".venv" not in frame.filename
    ]
    fields = {"instance": instance, "kind": type(error).__name__, "where": where[-6:]}
    _ERRORS.error("unexpected error", extra={"fields": fields})


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["kind"] = record.exc_info[0].__name__  # the text and the stack stay out, see log_error
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Send every log line of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for talkative in ("httpx", "python_multipart"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
