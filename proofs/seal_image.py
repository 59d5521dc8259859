"""印模: what a seal looks like. It prints only as the face of a signature; see connectors/seal.py."""

from __future__ import annotations

from pathlib import Path

from proofs.fonts import compiler

TEMPLATE = Path(__file__).with_name("seal.typ")


SIZE = 42  #: millimetres, square
_DOTS = 200  #: an inch, where it is a picture


def draw_seal(name: str, development: bool) -> bytes:
    """One PDF page of 42 mm by 42 mm, transparent, vectors only: ring, name along the arc, star.

    With `development` 演示 stands across the middle: without it a development key would make a forgery.
    Takes about 5 ms; meant to be drawn once per seal and process.
    """
    pdf = compiler(TEMPLATE).compile(format="pdf", sys_inputs=_inputs(name, development), pdf_tags=False)
    assert isinstance(pdf, bytes)
    return pdf


def picture_of_seal(name: str, development: bool) -> bytes:
    """The same as PNG, transparent, some 30 KB: what a development seal of GB/T 38540 bears."""
    png = compiler(TEMPLATE).compile(format="png", sys_inputs=_inputs(name, development), ppi=_DOTS)
    assert isinstance(png, bytes)
    return png


def _inputs(name: str, development: bool) -> dict[str, str]:
    return {"name": name, "development": "yes" if development else "no"}
