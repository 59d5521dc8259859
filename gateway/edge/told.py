"""告知: in which form somebody is told of a problem."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.counter_pages import HOME, problem_page
from gateway.edge.pages import page, wants_page
from gateway.edge.problems import Problem, as_json


def told(request: Request, problem: Problem) -> Response:
    """A page for browsers on the counter's and on the public pages, problem+json for all else."""
    path = request.url.path
    if path == HOME or path.startswith(f"{HOME}/"):
        return problem_page(request, problem)
    if path.startswith(("/verify", "/catalog", "/figures", "/who-asked")) and wants_page(request.headers):
        return page(
            "problem.html",
            problem.status_code,
            problem.headers,
            problem=problem,
            about_list=path.startswith("/catalog"),
            about_look=path.startswith("/who-asked"),
        )
    return as_json(problem)
