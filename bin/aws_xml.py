"""Reads AWS's XML answers into dicts, lists and text, by their form alone.

An element without elements in it is text. One that holds only `member` is a list, as is what begins with `MatchAny`;
one that holds only `entry` is a map of its keys and values; any other is a dict. The name of the root counts
for nothing: tools that stand in for AWS write another. A DOCTYPE is refused, and with it every entity.
Python 3.7 to 3.13.
"""

from __future__ import annotations

from typing import Any, Dict, List, Tuple
from xml.parsers import expat

DEEPEST = 30


class BadXml(ValueError):
    """It is no XML that AWS would send; the text says why."""


def read(data: bytes) -> Any:
    """What the root holds.

    >>> read(b"<R><Job><Fields><member>Bucket</member></Fields><Priority>1</Priority></Job></R>")
    {'Job': {'Fields': ['Bucket'], 'Priority': '1'}}
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except BadXml:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two of an encoding that Python lacks
        raise BadXml(f"it is no XML: {error}") from None
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root: Any = ""
        self._open: List[Tuple[str, List[Tuple[str, Any]], List[str]]] = []

    def doctype(self, *_: Any) -> None:
        raise BadXml("it has a DOCTYPE, which AWS does not send")

    def start(self, name: str, _: Dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise BadXml(f"it is deeper than {DEEPEST} elements")
        self._open.append((name, [], []))

    def text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def end(self, _: str) -> None:
        name, children, text = self._open.pop()
        value = _value(name, children) if children else "".join(text)
        if self._open:
            self._open[-1][1].append((name, value))
        else:
            self.root = value


def _value(name: str, children: List[Tuple[str, Any]]) -> Any:
    names = {child for child, _ in children}
    if names == {"member"} or name.startswith("MatchAny"):
        return [value for _, value in children]
    if names == {"entry"} and all(isinstance(value, dict) for _, value in children):
        return {str(value.get("key", "")): value.get("value", "") for _, value in children}
    return dict(children)
