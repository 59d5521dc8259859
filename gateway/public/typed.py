"""逐项核对: what somebody typed off a paper, from the page's form or as JSON."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import Field, ValidationError

from gateway.edge.bodies import read_json
from gateway.edge.problems import Problem
from gateway.edge.values import SchemaIn

FIELD = "field:"  #: before a label, in the names of the form's fields


class ComparisonIn(SchemaIn):
    """核验码,和手中证明上印的内容。"""

    code: Annotated[str, Field(max_length=100)]
    fields: Annotated[dict[str, Annotated[str, Field(max_length=1000)]], Field(max_length=60)]


async def read_typed(request: Request, code: str | None) -> tuple[str, dict[str, str]]:
    """The code and the typed fields; a form's `code` stays in its address and not in the page. Raises Problem."""
    body = await request.body()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media == "application/x-www-form-urlencoded":
            form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
            fields = {name.removeprefix(FIELD): text for name, text in form.items() if name.startswith(FIELD)}
            sent = ComparisonIn(code=code or "", fields=fields)
        else:
            sent = ComparisonIn.model_validate(read_json(body))
    except (ValidationError, ValueError):
        raise Problem("invalid", errors=[("fields", "应为核验码 code 和各项内容 fields,每项不超过 1000 字。")]) from None
    return sent.code, dict(sent.fields)
