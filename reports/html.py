"""周报 as one HTML file: everything in it, so that it can be mailed, kept and printed; readable on a phone."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.blocks import Document, Paragraph, Table
from reports.wording import typeset

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=lambda value: typeset(value) if type(value) is str else value,  # not of markup: a picture stays as drawn
)
_ENVIRONMENT.tests |= {"paragraph": lambda block: isinstance(block, Paragraph), "table": lambda block: isinstance(block, Table)}


def render(document: Document) -> bytes:
    """The page's bytes. The same document gives the same bytes."""
    return _ENVIRONMENT.get_template("report.html").render(document=document).encode()
