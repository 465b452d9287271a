"""YAML with the place of each of its parts, and with bounds: a file that is too large, deep or folded is refused.

PyYAML's safe loader makes the values; what is kept beside them are the marks of its nodes, so that what is said of a
value names its line, and an error in a search the very character of the YAML file that it was written in.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from splreplay.knowledge.conf import Value
from splreplay.spl.text import Origin, Piece, Text

LARGEST = 2_000_000  # bytes of a file
MOST_NODES = 50_000  # with aliases counted as often as they are used
DEEPEST = 40
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Place = tuple[Hashable, ...]  # the keys and numbers that lead to a value


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and where; `unreadable`: it could not be read at all."""

    file: str
    line: int
    message: str
    advice: str = ""
    column: int = 0
    unreadable: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" + (f"; {self.advice}" if self.advice else "")


class DocumentError(Exception):
    """A file that cannot be taken as YAML, or says what it may not."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """A YAML file: its value, and for each part of it the nodes of its key (or itself) and of its value."""

    file: str
    text: str = field(repr=False)
    value: Any
    nodes: dict[Place, tuple[yaml.Node, yaml.Node]] = field(repr=False)

    def line(self, *place: Hashable) -> int:
        """Where a part begins, by its key; of one that is not there, where the nearest around it begins."""
        while place and place not in self.nodes:
            place = place[:-1]
        return int(self.nodes[place][0].start_mark.line) + 1 if place in self.nodes else 1

    def problem(self, place: Place, message: str, advice: str = "") -> Problem:
        return Problem(self.file, self.line(*place), message, advice)

    def written(self, *place: Hashable) -> Value:
        """A text of the file as a setting whose characters know where they stand."""
        node = self.nodes[place][1]
        mark = node.start_mark
        return _Written(str(node.value), self.file, mark.line + 1, mark.column + 1,
                        document=self.text, begin=mark.index, end=node.end_mark.index)  # fmt: skip


@dataclass(frozen=True)
class _Written(Value):
    """A scalar of YAML, which may be folded, indented or quoted: the text differs from what stands in the file."""

    document: str = field(default="", repr=False)
    begin: int = 0
    end: int = 0

    def source(self) -> Text:
        origin = Origin(self.file, self.document)
        return Text(self.text, tuple(self._pieces(origin)))

    def _pieces(self, origin: Origin) -> Iterator[Piece]:
        """Runs of characters that stand together in the file. What folding made stands where it was folded."""
        at, expected = self.begin, -1
        for place, char in enumerate(self.text):
            if char in " \n":
                same = at == expected and self.document[at : at + 1] == char
                at, expected = (at + 1, at + 1) if same else (at, -1)
                continue
            at = self._found(char, at)
            if at < 0:
                return  # an escape of YAML's: what follows it stands where the last piece began
            if at != expected:
                yield Piece(place, origin, at)
            at = expected = at + 1

    def _found(self, char: str, at: int) -> int:
        """Where the next character stands, behind what YAML adds: blanks, quotes, the header of a block."""
        while at < self.end and self.document[at] != char and self.document[at] in " \n\r\t'\"\\|>-+0123456789":
            at += 1
        return at if at < self.end and self.document[at] == char else -1


def read_document(path: Path, shown: str) -> Document:
    """The YAML of a file, under the name that is `shown`; DocumentError where it is none."""
    try:
        if path.exists() and not path.is_file():  # a pipe would never end
            raise OSError(None, "it is no regular file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        problem = Problem(shown, 1, f"cannot be read: {error.strerror or error}", unreadable=True)
        raise DocumentError(problem) from None
    if len(data) > LARGEST:
        raise DocumentError(Problem(shown, 1, f"is larger than {LARGEST:,} bytes, which no content is"))
    try:
        return parse_document(data.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DocumentError(Problem(shown, line, "is not UTF-8 from here on", "save it as UTF-8")) from None


def parse_document(text: str, shown: str) -> Document:
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        nodes = _nodes(node, shown)
        value = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise DocumentError(_of_yaml(error, shown)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(Problem(shown, 1, f"is no YAML: {str(error).splitlines()[0][:200]}")) from None
    finally:
        loader.dispose()
    return Document(shown, text, value, nodes)


def _of_yaml(error: yaml.MarkedYAMLError, shown: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = ", ".join(filter(None, (error.context, error.problem)))
    return Problem(shown, mark.line + 1 if mark else 1, f"is no YAML: {what}", "", mark.column + 1 if mark else 0)


def _nodes(root: yaml.Node | None, shown: str) -> dict[Place, tuple[yaml.Node, yaml.Node]]:
    found: dict[Place, tuple[yaml.Node, yaml.Node]] = {}
    ahead: list[tuple[Place, yaml.Node, yaml.Node]] = [((), root, root)] if root is not None else []
    while ahead:
        place, key, node = ahead.pop()
        if len(found) >= MOST_NODES or len(place) > DEEPEST:
            raise DocumentError(Problem(shown, key.start_mark.line + 1, "is too deep or too large",
                                        f"content has less than {MOST_NODES:,} values, aliases counted"))  # fmt: skip
        if place in found:
            raise DocumentError(Problem(shown, key.start_mark.line + 1, f"the key '{place[-1]}' is given twice"))
        found[place] = (key, node)
        ahead += reversed(list(_within(place, node)))  # so that of two keys the second is told
    return found


def _within(place: Place, node: yaml.Node) -> Iterator[tuple[Place, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from (((*place, _name(key)), key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from (((*place, number), item, item) for number, item in enumerate(node.value))


def _name(key: yaml.Node) -> Hashable:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else key
