"""运行情况的页面: what the Prefect UI cannot tell, with the runs there that lines are about."""

from __future__ import annotations

from fastapi import Request, Response

from gateway.counter.door import PageCaller, pages
from gateway.edge.counter_pages import render
from gateway.operations import running as api
from settings import settings

router = pages()


@router.get("/counter/running", name="counter_running")
def running(request: Request, caller: PageCaller) -> Response:
    """Alarms first: they say what to do."""
    return render(request, "running.html", found=api.get_running(caller), prefect=settings().prefect_api_url.removesuffix("/api"))
