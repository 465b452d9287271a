"""Paths into XML text for `spath`: `a.b`, `a{2}.b` (from 1), `a.b{@name}`.

Built on the standard library's parser; a document with a DTD is not read, so none can define entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from splreplay.values.flatten import MAX_LEVELS, Value

_STEP = re.compile(r"([^.{}]+)((?:\{[^{}]*\})*)\.?")


def find(document: str, path: str) -> list[str]:
    """The texts at the path; none where the document is not well-formed."""
    root = _parse(document)
    return [] if root is None else list(_walk([root], _STEP.findall(path)))


def fields(document: str) -> dict[str, Value]:
    """Every text and attribute under its path."""
    root = _parse(document)
    found: dict[str, list[str]] = {}
    for name, value in _leaves(root, "", 0) if root is not None else ():
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _parse(document: str) -> ElementTree.Element | None:
    if "<!DOCTYPE" in document:
        return None
    try:
        return ElementTree.fromstring(document)
    except (ElementTree.ParseError, ValueError):
        return None


def _walk(level: list[ElementTree.Element], steps: list[tuple[str, str]]) -> Iterator[str]:
    for index, (name, braces) in enumerate(steps):
        level = [element for element in level if element.tag == name]
        for inside in re.findall(r"\{([^{}]*)\}", braces):
            if inside.startswith("@"):
                yield from (element.attrib[inside[1:]] for element in level if inside[1:] in element.attrib)
                return
            if inside.isdecimal():
                level = level[int(inside) - 1 : int(inside)]
        if index + 1 < len(steps):
            level = [child for element in level for child in element]
    yield from (_text(element) for element in level)


def _text(element: ElementTree.Element) -> str:
    """The text of a leaf; an inner element as it stands."""
    if len(element) == 0:
        return (element.text or "").strip()
    return ElementTree.tostring(element, encoding="unicode").strip()


def _leaves(element: ElementTree.Element, path: str, level: int) -> Iterator[tuple[str, str]]:
    name = f"{path}.{element.tag}" if path else element.tag
    for key, value in element.attrib.items():
        yield f"{name}{{@{key}}}", value
    if len(element) == 0:
        yield name, _text(element)
    elif level < MAX_LEVELS:
        for child in element:
            yield from _leaves(child, name, level + 1)
