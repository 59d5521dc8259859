"""`python -m runtime.worker`: one worker process. Ends in order on SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading

from runtime.worker import client

client.settle()
gc.set_threshold(10_000)  # imports leave no garbage, and looking for it was a tenth of their time

from ledger.opening import name_connections  # noqa: E402
from runtime.worker.worker import Worker  # noqa: E402
from settings import settings  # noqa: E402

SWITCH_SECONDS = 0.0005
log = logging.getLogger("runtime.worker")


def main() -> int:
    for name in ("runtime", "tasks", "ledger", "connectors"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO lines hold addresses of downloads
    # A pass goes from the loop to a thread and back some ten times, and each time waits for a thread that makes a page or reads rows
    # to give the interpreter away: by default after 5 ms.
    sys.setswitchinterval(SWITCH_SECONDS)
    name_connections(settings().worker_name)
    gc.freeze()  # what is loaded by now stays: it is not looked through again and again, nor taken apart at the end
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # The loop runs in a thread of its own: in the main thread Prefect's engine catches SIGTERM by raising inside the
    # loop, which crashes every run in flight instead of letting it finish.
    failure: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(Worker().serve(stop))
        except BaseException as error:
            failure.append(error)
            log.error("worker ended: %s: %s", type(error).__name__, error)
        finally:
            stop.set()

    thread = threading.Thread(target=serve, name="worker")
    thread.start()
    while thread.is_alive():
        thread.join(0.5)
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
