"""Reads AWS's XML answers into dicts, lists and text, by their form alone.

An element without elements in it is text. One that holds only `member` is a list, as is what begins with `MatchAny`;
one that holds only `entry` is a map of its keys and values; any other is a dict. The name of the root counts
for nothing: tools that stand in for AWS write another. A DOCTYPE is refused, and with it every
entity. Python 3.7 to 3.13.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

DEEPEST = 30


class BadXml(ValueError):
    """It is no XML that AWS would send; the text says why."""


def read(data: bytes) -> Any:
    """What the root holds.

    >>> read(b"<R><Job><Fields><member>Bucket</member></Fields><Priority>1</Priority></Job></R>")
    {'Job': {'Fields': ['Bucket'], 'Priority': '1'}}
    """
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(data)
        return _value(parser.close())
    except BadXml:
        raise
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last two: an encoding that Python lacks
        raise BadXml(f"it is no XML: {error}") from None


class _Builder(ElementTree.TreeBuilder):
    depth = 0

    def doctype(self, *_: Any) -> None:
        raise BadXml("it has a DOCTYPE, which AWS does not send")

    def start(self, tag: Any, attrs: Any) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadXml(f"it is deeper than {DEEPEST} elements")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return super().end(tag)


def _value(element: ElementTree.Element) -> Any:
    name = _name(element)
    names, values = [_name(child) for child in element], [_value(child) for child in element]
    if not values:
        return element.text or ""
    if set(names) == {"member"} or name.startswith("MatchAny"):
        return values
    if set(names) == {"entry"} and all(isinstance(value, dict) for value in values):
        return {str(value.get("key", "")): value.get("value", "") for value in values}
    return dict(zip(names, values))


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]  # without the namespace
