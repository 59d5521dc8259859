"""解读的试算 (readings): for the 专班 office, before a reading is chosen; the change itself is configured and `./run recompute`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import text

from domain.readings import Readings
from gateway.deadlines.rule_preview_schemas import PreviewIn, PreviewOut, RulesOut
from gateway.edge.authentication import CurrentCaller
from gateway.edge.endpoints import api_router, problems
from gateway.edge.problems import Problem
from ledger import rules
from ledger.database import transaction
from ledger.deadlines import rule_preview
from reports import periods
from settings import settings

router = api_router("timing")

MOST = 20_000  #: requests that one call counts; `./run recompute --preview` knows no bound


@router.get("/v1/rules", summary="规则版本", responses=problems())
def get_rules(caller: CurrentCaller) -> RulesOut:
    """现行解读和规则版本,曾经用过的各个版本,以及历次变更的依据和生效时刻。"""
    with transaction() as session:
        return RulesOut.of(rules.readings(), rules.versions(session), rules.changes(session))


@router.post(
    "/v1/rules/preview",
    summary="解读的试算",
    responses=problems("period_invalid", "readings_invalid", "rule_version_unknown", "preview_too_large", body=True),
)
def preview_rules(body: PreviewIn, caller: CurrentCaller) -> PreviewOut:
    """一段时间内送达出具单位的核验请求,按台账记录、现行解读和拟用解读(readings,或曾经用过的规则版本)各是什么结果,并列给出。

    只试算,不写入任何内容;正式变更由运维人员修改 PROOFLESS_READINGS 后以 ./run recompute 办理,自选定的时刻起生效。
    """
    trial = Trial(body.period, [] if body.readings is None else [Readings.of(body.readings)], body.version)
    for _ in trial.parts():
        pass
    return trial.found


class Trial:
    """A period by the record, by the readings in force and by each of those that are tried. `total`: requests that are looked at;
    `found`: once all parts were read. Raises as `preview_rules`."""

    def __init__(self, said: str, tried: Iterable[Readings], version: str | None = None) -> None:
        self._period = periods.parse(said)
        self.period = periods.text(self._period)
        with transaction() as session:
            self._wanted = [rules.readings(), *rules.proposed(session, tried, version)]
            self.total = rule_preview.count(session, self._period.start, self._period.end)
        if self.total > MOST:
            raise Problem("preview_too_large")
        self._ways = rule_preview.unread(self._wanted)

    @property
    def in_parts(self) -> bool:
        return self.total > rule_preview.PART

    def parts(self) -> Iterator[int]:
        """Reads on; how many were looked at."""
        with transaction() as session:
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))  # all columns of one moment
            start, end = self._period.start, self._period.end
            yield from rule_preview.read(session, start, end, self._wanted, self._ways, now=settings().now())

    @property
    def found(self) -> PreviewOut:
        return PreviewOut.of(self.period, self._ways)
