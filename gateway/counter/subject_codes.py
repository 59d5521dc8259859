"""本人查询码: made at the window, shown in large type on a screen that is turned to the person, or printed for him (decision 49)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Request, Response

from domain.roles import IdType
from domain.subject_access import CODE_LASTS, WRONG_CODES, Identified
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import render
from gateway.subject_access import endpoints
from gateway.subject_access.schemas import SubjectCodeIn
from proofs.code import qr_picture

router = pages()

_PAGE = "/counter/subject-codes"
_LABELS: Mapping[str, str] = MappingProxyType({"id_type": "证件类型", "id_number": "证件号码", "identified": "怎样核验的身份"})


@router.get(_PAGE, name="counter_subject_codes")
def form(request: Request, caller: PageCaller) -> Response:
    """Who stands at the window, and how that was made sure."""
    people = [one for one in IdType if one.is_person]
    return render(request, "subject_codes.html", id_types=people, ways=list(Identified))


@router.post(f"{_PAGE}/screen", name="counter_subject_code")
def make(request: Request, caller: PageCaller, sent: SentForm) -> Response:
    """In a window of its own: the code, its QR code and what to do; nothing of the person, nothing of the clerk's pages."""
    body = model_of(SubjectCodeIn, {name: sent.text(name) for name in _LABELS}, _LABELS)
    made = endpoints.make_subject_code(body, caller)
    picture = qr_picture(made.address)
    minutes = int(CODE_LASTS.total_seconds() // 60)
    return render(request, "subject_code_screen.html", made=made, picture=picture, minutes=minutes, wrong=WRONG_CODES)
