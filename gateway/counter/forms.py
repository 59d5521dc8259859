"""表单: what a page sends, read once at the door, clean and each field as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from domain.clear_text import is_clean
from gateway.edge.problems import Problem
from gateway.edge.uploads import parse_form
from gateway.edge.validation_texts import invalid

TOKEN = "form_token"
_MOST = 300  #: fields: fifty parties of a case have five each
_DIGITS = 20  #: no number of a form has as many; int() would take its time over thousands
_NO_LABELS: Mapping[str, str] = MappingProxyType({})
Model = TypeVar("Model", bound=BaseModel)


async def read(request: Request) -> FormData:
    """The form of this request, of whichever of the two kinds that browsers send; empty for anything else. Raises Problem
    `bad_request`, `text_unclean`, `too_large`."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST, errors="strict")
        except ValueError:
            raise Problem("bad_request") from None
        form = FormData([(name, text.replace("\r\n", "\n")) for name, text in pairs])
    elif media == "multipart/form-data":
        form = await parse_form(request, most_fields=_MOST)
    else:
        form = FormData()
    if not all(is_clean(text, allowed="\n\t") for text in (*form.keys(), *(one for one in form.values() if isinstance(one, str)))):
        raise Problem("text_unclean")
    return form


def typed(form: FormData) -> list[tuple[str, str]]:
    """What can be shown again: all but files."""
    return [(name, text) for name, text in form.multi_items() if isinstance(text, str)]


class Sent:
    """The form of this call, for endpoints: texts without blanks around them."""

    def __init__(self, form: FormData) -> None:
        self.form = form

    def text(self, name: str) -> str:
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def instant(self, name: str) -> str:
        """What a browser's field of day and time holds, in Beijing's time."""
        text = self.text(name)
        return f"{text}:00+08:00" if len(text) == len("2026-03-04T09:00") else text

    def id(self, name: str) -> UUID | None:
        """Which one was chosen; None: none."""
        try:
            return UUID(self.text(name))
        except ValueError:
            return None

    def number(self, name: str) -> int | str | None:
        """A whole number; None: nothing is typed. What is none stays what it is, for the model to refuse."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else text or None

    def exactly(self, name: str) -> str:
        """With its blanks: a password."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        return [value.strip() for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) else None


def model_of(kind: type[Model], values: Mapping[str, object], labels: Mapping[str, str] = _NO_LABELS) -> Model:
    """What a form says as the API's model, refused as the API refuses it. `labels`: how the page calls a field."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        found = [one | {"loc": ("body", *one["loc"])} for one in error.errors()]
        problem = invalid(RequestValidationError(found))
        # By the place itself: what the API shows of it leaves out keys that are no words of ours.
        named = [
            (field, f"“{labels[name]}”:{text}" if (name := str(one["loc"][-1])) in labels else text)
            for one, (field, text) in zip(found, problem.errors, strict=True)
        ]
        raise wrong(*named, code=problem.code) from None


def wrong(*errors: tuple[str, str], code: str = "invalid") -> Problem:
    """What is wrong with a form, field by field, in the words of a page."""
    return Problem(code, detail="填写的内容有不合格的。", remedy="请更正下列各项,再提交。", errors=errors)


async def _sent(request: Request) -> Sent:
    form: FormData | None = getattr(request.state, "form", None)
    return Sent(await read(request) if form is None else form)


SentForm = Annotated[Sent, Depends(_sent)]
