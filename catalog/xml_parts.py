"""XML 的小件: names without their spaces, and what a part leads to, as every office file is read, whoever wrote it."""

from __future__ import annotations

import posixpath
import zipfile
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


def tag(element: Element) -> str:
    """What an element is called."""
    return element.tag.rpartition("}")[2]


def named(element: Element, name: str) -> str:
    """Its attribute of this name, in whatever space; empty where it has none."""
    return next((text for key, text in element.items() if key.rpartition("}")[2] == name), "")


def related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id -> what kind of part it leads to, and that part."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if part and path not in archive.namelist():
        return {}
    rows = [row for row in ElementTree.fromstring(archive.read(path)) if row.get("TargetMode") != "External"]
    return {
        row.get("Id", ""): (
            posixpath.basename(row.get("Type", "")),
            posixpath.normpath(posixpath.join("/", folder, row.get("Target", ""))).lstrip("/"),
        )
        for row in rows
    }
