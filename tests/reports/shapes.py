"""Each shape that the snapshot of a report ever had, as the program of its time wrote it; what stands in it is invented.

A changed shape is another file, of the next number: what was landed before stays as it is.
"""

from __future__ import annotations

from pathlib import Path

SHAPES = {int(file.stem): file.read_text(encoding="utf-8") for file in Path(__file__).with_name("kept").glob("*.json")}
NEWEST = SHAPES[max(SHAPES)]
