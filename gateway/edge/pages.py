"""网页: rendered on the server, in Chinese, without scripts and without anything from another host."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from domain.instants import written
from settings import LOCAL, settings

TEMPLATES = Path(__file__).parent.parent / "templates"
_CSS = (TEMPLATES / "style.css").read_text(encoding="utf-8")
_CSS_DIGEST = base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
_LOOK = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(TEMPLATES.iterdir()) if file.is_file())).hexdigest()

#: A page, as the OpenAPI document describes it.
HTML: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}

#: For every answer; the one style sheet is known by its digest, so nothing else can style or run.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_CSS_DIGEST}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the code of a QR code stands in the address
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def local(instant: datetime) -> str:
    return f"{day(instant)} {instant.astimezone(LOCAL):%H:%M}"


def day(instant: datetime) -> str:
    moment = instant.astimezone(LOCAL)
    return f"{moment.year}年{moment.month}月{moment.day}日"


_CJK = "\u4e00-\u9fff\u3001-\u3011\uff01-\uff20\u201d"
_WIDE = str.maketrans(",:;?!", "\uff0c\uff1a\uff1b\uff1f\uff01")
_AFTER_CHINESE = re.compile(rf"(?<=[{_CJK}])[,:;?!]")
_BEFORE_CHINESE = re.compile(rf"(?<=[\w%>]),(?=[{_CJK}“《<])")
_BRACKETS = re.compile(rf"(?<=[{_CJK}])\(([^()]*)\)")


def typeset(text: str) -> str:
    """Chinese punctuation beside Chinese characters: sources are typed with a keyboard's, official pages are not."""
    text = _AFTER_CHINESE.sub(lambda found: found[0].translate(_WIDE), text)
    return _BRACKETS.sub("\uff08\\1\uff09", _BEFORE_CHINESE.sub("\uff0c", text))


def _unset(text: str) -> Markup:
    """What a form sends back: its punctuation as references, which `typeset` passes by, so that it comes back as it was."""
    return Markup("".join(f"&#{ord(sign)};" if sign in ",:;?!()" else escape(sign) for sign in text))


def _with_code(text: str) -> Markup:
    """Words between backticks as code, as the OpenAPI document writes them."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["local"] = local
_environment.filters["ends"] = written
_environment.filters["day"] = day
_environment.filters["unset"] = _unset
_environment.filters["with_code"] = _with_code
_environment.globals["css"] = Markup(_CSS)  # our own file; escaping would change its digest


def page(template: str, status: int = 200, headers: Mapping[str, str] | None = None, **content: Any) -> HTMLResponse:
    """One page."""
    text = _environment.get_template(template).render(demonstration=settings().seal_development, **content)
    return HTMLResponse(typeset(text), status, {"Vary": "Accept", **(headers or {})})


def look(*also: object) -> str:
    """A mark of how pages look now, with whatever else they depend on: for caches."""
    material = repr((_LOOK, settings().seal_development, *also)).encode()
    return hashlib.sha256(material).hexdigest()[:16]


def wants_page(headers: Headers) -> bool:
    """True for a browser; programs get JSON."""
    return "text/html" in headers.get("accept", "")
