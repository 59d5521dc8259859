"""证明的延续 (obligation 11.1): each night the delivered proofs that are due get a timestamp over all that stands; each year again.

Page by page in a process of its own behind all others: the first night takes all that were ever sealed and lasts into the morning,
and in the worker's threads each would hold up the cases that pass through it.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors import lasting
from connectors.lasting import NotExtended, Sources
from connectors.revocation_lists import addresses
from connectors.timestamps import servers_of
from ledger.database import transaction
from ledger.outbox.alarms import keep_alarms
from ledger.sealing import extensions, revocation_words
from ledger.sealing.extensions import Stage
from ledger.sealing.revocation_words import Word
from settings import settings, wall_clock
from tasks.own_process import behind_all
from tasks.steps import in_ledger_thread, place_of, step

log = logging.getLogger(__name__)

ALARM = "proofs_not_extended"
_AT_ONCE = 1000
_GIVEN_UP = 3  #: in a row: then no server answers, and the next night tries again
_ACTOR = "system:lasting"
_TOLD = (
    "{} 份证明没有取得后续时间戳({}):原有的时间戳不受影响,下一夜再试。"
    "请核对印章目录的 timestamps.txt、revocations.txt,或运行 ./run seals timestamps。"
)

Place = tuple[datetime, UUID]  #: of a proof in the order of their sealing


@dataclass(frozen=True)
class Page:
    """What became of one: how many were extended, the last one seen (None: the night's work is over), and why some were not."""

    done: int
    last: Place | None
    why: str


@step("延续时间证明 extend proofs")
async def extend_proofs() -> int:
    """Every proof that is due, each in a transaction of its own, so that a killed run leaves nothing half done and a second one changes
    nothing. Gives how many. Without `revocations.txt` nothing is due."""
    if not addresses(settings().seals_dir):
        return 0
    wall, done, why = wall_clock(), 0, ""
    page: Page | None = None
    while page is None or page.last is not None:
        page = await behind_all(extend_page, page and page.last, wall)
        done, why = done + page.done, page.why or why
    await in_ledger_thread(_tell, why)
    return done


def extend_page(after: Place | None, wall: datetime) -> Page:
    """The proofs that are due behind this one, as many as one process takes. What was revoked is asked for each page, since a night is
    long, and kept for whoever checks a proof."""
    folder = settings().seals_dir
    sources = lasting.revocations(folder, wall_clock())
    with transaction() as session:
        page = extensions.due(session, wall=wall, after=after, limit=_AT_ONCE)
    done, failed, why = 0, 0, ""
    for _, proof in page:
        try:
            done += _extended(proof, sources)
            failed = 0
        except NotExtended as error:
            why = str(error)
            failed += not error.of_this_file
        except Exception as error:  # one that cannot be read takes no other with it
            log.warning("proof %s not extended: %s", proof, place_of(error))
            why, failed = f"{proof}:unreadable", failed + 1
        if failed == _GIVEN_UP:
            break
    with transaction() as session:
        revocation_words.keep(session, itertools.starmap(Word, sources.words), now=settings().now())
    return Page(done, page[-1] if page and failed < _GIVEN_UP else None, why)


def _extended(proof: UUID, sources: Sources) -> bool:
    folder = settings().seals_dir
    with transaction() as session:
        before = extensions.standing(session, proof)
    made = lasting.extend(before.pdf, folder, servers_of(folder), sources)
    with transaction() as session:
        stage = Stage(made.appended, made.server, made.at, made.until)
        return extensions.keep(session, before, stage, now=settings().now(), actor=_ACTOR)


def _tell(why: str) -> None:
    with transaction() as session:
        now = settings().now()
        waiting = len(extensions.due(session, wall=wall_clock(), after=None, limit=10_000)) if why else 0
        keep_alarms(session, ALARM, {"proofs": _TOLD.format(waiting, why)} if waiting else {}, now=now)
