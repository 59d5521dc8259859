"""登录: with person code, password and the telephone's code; and by a one-time link, which sets both."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query, Request, Response

from domain.refusal import Refusal
from domain.sign_in import SHORTEST, Method, browser_of
from gateway.counter import cookies
from gateway.counter.door import open_pages
from gateway.counter.forms import SentForm
from gateway.edge.addresses import address_of
from gateway.edge.counter_pages import HOME, goes_on, render
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.services import services_of
from ledger.database import transaction
from ledger.registry import credentials, sessions
from ledger.registry.credentials import CodeWrong, PasswordRefused, SignInRefused
from proofs.code import qr_picture
from settings import settings

router = open_pages()

_OWN = re.compile(r"/counter(?:/[\w~-][\w.~-]*)*(?:\?[\w.~%&=+-]*)?", re.ASCII)
Next = Annotated[str, Query(max_length=500)]


@router.get("/counter/sign-in", name="counter_sign_in")
def sign_in(request: Request, next: Next = "", out: bool = False) -> Response:  # noqa: A002
    """The form; who is signed in already goes on."""
    return _form(request, own_page(next), out=out)


@router.post("/counter/sign-in", name="counter_signing_in")
def signing_in(request: Request, form: SentForm) -> Response:
    """Person, password, code: right, and a session begins; wrong, and the same words whatever was wrong."""
    person, wanted = form.text("person"), own_page(form.text("next"))
    address, quotas, now = address_of(request), services_of(request).quotas, settings().now()
    try:
        quotas.admit_sign_in(address, person)
        with transaction() as session:
            known = credentials.find(session, person)
        step = credentials.matching(known, form.exactly("password"), form.text("code"), now=now)
        with transaction() as session:
            credentials.use_step(session, known, step)
            token = sessions.begin(session, known.person, method=Method.PASSWORD, **_browser(request), now=now)
    except (SignInRefused, Problem) as refused:
        if isinstance(refused, SignInRefused):
            quotas.note_wrong_sign_in(address, person)
        problem = problem_of(refused)
        return _form(request, wanted, problem=problem, person=person)
    return begun(request, token, wanted)


def _form(request: Request, wanted: str, *, out: bool = False, problem: Problem | None = None, person: str = "") -> Response:
    status, provider = problem.status_code if problem else 200, services_of(request).provider
    name = provider.provider.name if provider else None
    return render(request, "sign_in.html", status, next=wanted, out=out, person=person, problem=problem, provider=name)


@router.get("/counter/link/{link}", name="counter_link")
def link(request: Request, link: str) -> Response:
    """The page on which password and second factor are set. Looking at it uses nothing up: programs that read mail look too.
    演示: a link that leads straight in."""
    now = settings().now()
    with transaction() as session:
        opened = credentials.open_link(session, link, now=now)
    if not (opened.straight and credentials.is_demonstration()):
        return _set_up_page(request, link)
    with transaction() as session:
        person = credentials.use_straight(session, link, now=now)
        token = sessions.begin(session, person, method=Method.LINK, **_browser(request), now=now)
    return begun(request, token, HOME)


@router.post("/counter/link/{link}", name="counter_set_up")
def set_up(request: Request, link: str, form: SentForm) -> Response:
    """Password and second factor, both or neither; whoever set them is signed in."""
    now, password = settings().now(), form.exactly("password")
    try:
        if password != form.exactly("again"):
            raise PasswordRefused("两次填写的口令不一致")
        with transaction() as session:
            step = credentials.check_new(session, link, password, form.text("code"), now=now)
        hashed = credentials.hashed(password)
        with transaction() as session:
            person = credentials.set_up(session, link, hashed, step, now=now)
            token = sessions.begin(session, person, method=Method.LINK, **_browser(request), now=now)
    except (PasswordRefused, CodeWrong) as refused:
        return _set_up_page(request, link, refused)
    return begun(request, token, HOME)


def _set_up_page(request: Request, link: str, refused: Refusal | None = None) -> Response:
    with transaction() as session:
        opened = credentials.open_link(session, link, now=settings().now())
    picture = qr_picture(opened.address)
    problem = problem_of(refused) if refused else None
    status = problem.status_code if problem else 200
    grouped = " ".join(opened.secret[at : at + 4] for at in range(0, len(opened.secret), 4))
    return render(request, "set_up.html", status, opened=opened, picture=picture, secret=grouped, problem=problem, shortest=SHORTEST)


def begun(request: Request, token: str, wanted: str) -> Response:
    """A session began: the browser holds its token and goes on."""
    answer = goes_on(wanted)
    cookies.give(request, answer, token)
    return answer


def _browser(request: Request) -> dict[str, str]:
    return {"browser": browser_of(request.headers.get("user-agent", "")), "before": cookies.token_of(request)}


def own_page(wanted: str) -> str:
    """Where to go on: a page of ours, whatever somebody put into a link."""
    return wanted if _OWN.fullmatch(wanted) else HOME
