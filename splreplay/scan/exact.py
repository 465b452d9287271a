"""Records in a JSON text of any layout, found by parsing them; each byte is read a few times at most.

Slower than native code (300 MB/s) and sure: it serves unusual texts, and those in which something is
damaged. A text may hold several documents: `{"Records": [...]}`, arrays, bare objects. What frames the records
is skipped, so a document that is cut off in the middle still gives the records that are whole.

>>> def show(text):
...     for begin, end, reason in items(text):
...         print(text[begin:end].decode(), "|", reason[:14])

`frame` goes past what is no record, here a wrapper with keys of its own before and behind its list; `item` is what
stands there, to the end of its JSON:

>>> show(b'{"x": 1, "Records": [{"a": "}]"}, {"a": 2}], "y": 3}')
{"a": "}]"} |
{"a": 2} |

A record that is no JSON goes as far as its brackets, if a comma and a record follow them, or the list's end. Who
parses it says that it is malformed:

>>> show(b'[{"a": [1,]}, {"a": 2}]')
{"a": [1,]} |
{"a": 2} |

Otherwise its brackets say nothing, here since a quote is missing, and it goes to where the next record begins, which
is told by CloudTrail's first key or by the line:

>>> show(b'[{"eventVersion":"1","a":"x},{"eventVersion":"1","a":"y"}]')
{"eventVersion":"1","a":"x}, | the text ends,
{"eventVersion":"1","a":"y"} |

What is no object at all goes to the next brace, and the last record of a text that is cut off to its end:

>>> show(b'[{"a": 1}, no, {"a": 2')
{"a": 1} |
no,  | this is no JSO
{"a": 2 | the text ends,
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

# What stands in brackets may be a log's time or level: an array holds JSON.
ARRAY = re.compile(rb'\s*\[\s*(?:[\[\]{"]|(?:null|true|false|-?[0-9.eE+]+)\s*[,\]]|\Z)')
# A repeated group remembers each repetition, so none of these repeats one without bound.
_FRAME = re.compile(rb'(?:[\s,\[\}]+|\](?!\s*,\s*")|\{\s*"Records"\s*:\s*\[){0,100}')
_FURTHER_KEYS = re.compile(rb'\]\s*,\s*(?=")')
_RECORDS = re.compile(rb'"Records"\s*:\s*\[')
_KEY = re.compile(rb'\s*[{,]\s*(?=")')
_COLON = re.compile(rb"\s*:\s*")
_ENDED = re.compile(rb"[ \t]*(?:[,\]}\r\n]|\Z)")
_JUNK = re.compile(rb"[^\r\n{]+")
_TOKEN = re.compile(rb'[{}\[\]]|"[^"]*(?:"|\Z)')
_RESUME = re.compile(rb'\{\s*"eventVersion"\s*:|(?<=\n)\{')
_BLANKS = (b" ", b"\t", b"\n", b"\r")
# What may stand before a bracket, or before a string, in an object and in an array.
_BEFORE = {
    (False, b"}"): (b":",),
    (False, b"]"): (b",", b"["),
    (True, b"}"): (b"{", b"[", b",", b":"),
    (True, b"]"): (b"{", b"[", b",", b":"),
}
_LEVEL = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_decode = json.JSONDecoder(parse_int=float).raw_decode  # int() refuses 5,000 digits

_FAR = 1 << 17
PATIENCE = 4
_DEEP = 500  # Python gives up at nearly 1,000 levels, and no level is shorter than a byte
NO_OBJECT = "this is no JSON object"
CUT_OFF = "the text ends, or a quote or bracket is missing, within this record"


class Item(NamedTuple):
    """A record at text[begin:end], or with a reason something that stands where a record should."""

    begin: int
    end: int
    reason: str = ""


def items(text: bytes, begin: int = 0, final: bool = True) -> Iterator[Item]:
    """Every record and every thing that is none, in order.

    The last item of a text that is not final reaches to the text's end: only what follows shows if it is whole.
    """
    reader = _Reader(text)
    last = None
    at = reader.frame(begin)
    while at < len(text):
        if last:
            yield last
        last = reader.item(at)
        at = reader.frame(last.end)
    if last:
        yield last if final else last._replace(end=len(text))


def goes_on(text: bytes, at: int) -> bool:
    """Whether the object that begins here goes on in the next line, as pretty-printed ones do."""
    end = text.find(b"\n", at)
    if end < 0:
        return False
    places = [place for _, place in _Reader(text).members(at)]
    return any(place > end for place in places) or bool(places and not text[places[-1] + 1 : end].strip())


def last_member(text: bytes) -> tuple[bytes, int]:
    """The last key of the object that a text begins with, or that goes beyond it, and where its value begins."""
    return max(_Reader(text).members(0), key=lambda member: member[1], default=(b"", 0))


def is_object(text: bytes) -> bool:
    """Whether a text is one JSON object and nothing else."""
    try:
        return text.startswith(b"{") and _decode(text.decode("latin-1"))[1] == len(text)
    except (ValueError, RecursionError):
        return False


class _Reader:
    def __init__(self, text: bytes) -> None:
        self.text = text
        self.next_wrapper = -1
        self.patience = PATIENCE * len(text) + _FAR  # bytes to look at in vain
        self.begin_at(0)

    def begin_at(self, base: int) -> None:
        """Errors count the lines before them: what lies far behind is let go, or much damage takes long."""
        self.base, self.chars = base, self.text[base:].decode("latin-1")  # a character a byte

    def decode(self, at: int) -> int:
        """Behind the JSON value that begins here; ValueError or RecursionError if there is none."""
        return _decode(self.chars, at - self.base)[1] + self.base

    def frame(self, at: int) -> int:
        """Past all that is around and between records; the keys of a wrapper beside its `Records` are none."""
        while True:
            if (end := _FRAME.match(self.text, at).end()) > at:  # type: ignore[union-attr]  # it matches nothing, too
                at = end
            elif further := _FURTHER_KEYS.match(self.text, at):
                at = self.close(further.end(), len(self.text), 1) or len(self.text)
            elif inside := self.inside_wrapper(at):
                at = inside
            else:
                return at

    def inside_wrapper(self, at: int) -> int:
        """Where the list of a wrapper begins that has other keys before it, or 0."""
        if self.next_wrapper < at:
            found = _RECORDS.search(self.text, at)
            self.next_wrapper = found.start() if found else len(self.text)
        if self.next_wrapper == len(self.text) or not self.text.startswith(b"{", at):
            return 0
        places = (place for key, place in self.members(at) if key == b'"Records"')
        return next((place for place in places if self.text.startswith(b"[", place)), 0)

    def members(self, at: int) -> Iterator[tuple[bytes, int]]:
        """The keys of an object and where their values begin, up to the first that is damaged."""
        try:
            while key := _KEY.match(self.text, at):
                end = self.decode(key.end())
                if colon := _COLON.match(self.text, end):
                    yield self.text[key.end() : end], colon.end()
                    at = self.decode(colon.end())
                else:
                    return
        except (ValueError, RecursionError):
            return

    def item(self, at: int) -> Item:
        is_object = self.text.startswith(b"{", at)
        where = at
        try:
            end = self.decode(at)
            if is_object or _ENDED.match(self.text, end):
                return Item(at, end, "" if is_object else NO_OBJECT)
        except json.JSONDecodeError as error:
            where = self.base + error.pos
        except RecursionError:
            where = at + _DEEP
        if is_object:
            return self.damaged(at, where)
        return Item(at, _JUNK.match(self.text, at).end(), NO_OBJECT)  # type: ignore[union-attr]  # it matches all else

    def damaged(self, at: int, where: int) -> Item:
        """What is no JSON at `where`: its brackets, or the beginning of the next record, say how far it goes.

        Brackets do not if something follows that is no object: then they were in a string.
        """
        whole = self.balanced(at)
        if whole and self.is_behind(self.frame(whole)):
            return Item(at, whole)
        resumed = _RESUME.search(self.text, max(at + 1, where - len('{"')))
        limit = resumed.start() if resumed else len(self.text)
        end = self.close(at, limit, 0)
        behind = self.frame(end) if end else limit
        if limit - self.base > _FAR:
            self.begin_at(at)
        if end and (behind >= limit or self.is_behind(behind)):
            return Item(at, end)
        return Item(at, limit, CUT_OFF)

    def is_behind(self, at: int) -> bool:
        """Whether something may stand here that follows a record."""
        return at >= len(self.text) or self.text.startswith(b"{", at)

    def balanced(self, at: int) -> int:
        """Behind the bracket that closes this one, if each bracket and string between stands where one may; else 0.

        Then what is damaged lies within this record. native/src/records.h has the same rule.
        """
        kinds: list[bytes] = []
        end = min(len(self.text), at + self.patience)
        for token in _TOKEN.finditer(self.unescaped, at, end):
            end = token.end()
            sign = token.group()[:1]
            if sign in b"}]":
                if kinds.pop() != sign:
                    break
                if not kinds:
                    return end
            elif kinds and self.before(token.start()) not in _BEFORE[sign == b'"', kinds[-1]]:
                break
            elif sign != b'"':
                kinds.append(b"}" if sign == b"{" else b"]")
        self.patience -= end - at
        return 0

    def before(self, at: int) -> bytes:
        """The last byte before this place that is no blank."""
        while self.text[at - 1 : at] in _BLANKS:
            at -= 1
        return self.text[at - 1 : at]

    def close(self, at: int, limit: int, depth: int) -> int:
        """Behind the bracket that brings the depth to 0; 0 if that is not before the limit."""
        for token in _TOKEN.finditer(self.unescaped, at, limit):
            depth += _LEVEL.get(token.group()[:1], 0)
            if depth == 0:
                return token.end()
        return 0

    @cached_property
    def unescaped(self) -> bytes:
        """The text, each byte in its place, without the quotes that end no string."""
        return self.text.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
