"""XML 的小件: names without their spaces, as every part of an office file is read, whoever wrote it."""

from __future__ import annotations

from xml.etree.ElementTree import Element


def tag(element: Element) -> str:
    """What an element is called."""
    return element.tag.rpartition("}")[2]


def named(element: Element, name: str) -> str:
    """Its attribute of this name, in whatever space; empty where it has none."""
    return next((text for key, text in element.items() if key.rpartition("}")[2] == name), "")
