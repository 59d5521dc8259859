"""印模: what a seal looks like. It prints only as the face of a signature; see connectors/seal.py."""

from __future__ import annotations

from pathlib import Path

from proofs.fonts import compiler

TEMPLATE = Path(__file__).with_name("seal.typ")


def draw_seal(name: str, development: bool) -> bytes:
    """One PDF page of 42 mm by 42 mm, transparent, vectors only: ring, name along the arc, star.

    With `development` 演示 stands across the middle: without it a development key would make a forgery.
    Takes about 5 ms; meant to be drawn once per seal and process.
    """
    inputs = {"name": name, "development": "yes" if development else "no"}
    pdf = compiler(TEMPLATE).compile(format="pdf", sys_inputs=inputs, pdf_tags=False)
    assert isinstance(pdf, bytes)
    return pdf
