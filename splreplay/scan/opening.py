"""The records in envelopes: an object that carries CloudTrail's records, at any nesting, gives them instead of itself.

    {"detail-type": "...", "detail": {"eventName": ...}}        the inner object, as it is written there
    {"Events": [{"CloudTrailEvent": "{\\"eventName\\": ...}"}]}   the string's text

Anything else stays the one record that it is. Each level of nesting reads its text a few times, and there are at most
envelopes.MOST: no text takes long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from splreplay.scan import exact
from splreplay.scan.envelopes import EACH, ENVELOPES, KEYS, LOG_LINE, MAYBE, MOST, RECORD, Envelope, quoted
from splreplay.scan.model import Found, Note, Part, Passed, RawRecord, handed_over
from splreplay.scan.payloads import Load, text_of
from splreplay.scan.sieve import Sieve

Item = RawRecord | Note | Passed
WRAPPER = b'"Records"'
_JOINED = re.compile(rb"\}\s*\{")
_HOLDS = re.compile(quoted((*KEYS, "Records")))
_BEGIN = re.compile(rb'\{\s*"')
_BLANKS = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder(parse_int=float).raw_decode  # int() refuses 5,000 digits


class Opened(NamedTuple):
    """A record of CloudTrail's, or what stands beside one, with the envelopes around it and what they say of it."""

    raw: bytes
    known: bool = False
    envelopes: tuple[str, ...] = ()
    given: Mapping[str, str] = {}


def part_of(found: Found, looks: Iterable[Iterable[Item]]) -> Part:
    """A part of what a sieve found, each of which was looked at and may have turned out to be several records."""
    part = Part(passed_over=found.total - len(found.spans) - len(found.rows or ()))
    records: list[tuple[int, RawRecord]] = []
    moves: list[tuple[int, int]] = []
    more = 0
    for number, items in zip(found.numbers, looks, strict=True):
        held = part.sort(items)
        records += enumerate(held, number + more)
        if len(held) > 1:
            moves.append((number, len(held) - 1))
            more += len(held) - 1
    if found.rows is not None and moves:
        found.rows.move(moves)
    part.records = handed_over(found._replace(total=found.total + more), records)
    return part


def look(text: bytes, at: int, source: str, sieve: Sieve) -> Iterable[Item]:
    """What a line or an element is: a record, several, or no JSON object. No blanks are around it."""
    if text.startswith(b"{") and not _HOLDS.search(text) and not _JOINED.search(text):
        return (RawRecord(text, source, at) if sieve.holds(text) else Passed(),)  # as nearly all are
    return _looked(text, at, source, sieve)


def _looked(text: bytes, at: int, source: str, sieve: Sieve) -> Iterator[Item]:
    for begin, end, reason in _items(text):
        if not reason:
            yield from unpacked(RawRecord(text[begin:end], source, at + begin), sieve)
        elif inner := logged(text, sieve.every):
            yield from unpacked(RawRecord(inner, source, at + len(text) - len(inner), (LOG_LINE,)), sieve)
        else:
            yield Note(source, f"byte {at + begin}", reason)


def unpacked(record: RawRecord, sieve: Sieve) -> Iterator[Item]:
    """A record, or those in it; Passed for each without the needle."""
    load = Load.of(len(record.raw), sieve.every)
    inner = _inside(record.raw, load) if MAYBE.search(record.raw) else []
    for raw, known, envelopes, given in inner or [Opened(record.raw, True)]:
        names = (*record.envelopes, *envelopes) if known else ()
        found = RawRecord(raw, record.source, record.at, names, (*record.given, *given.items()))
        yield found if sieve.holds(raw) else Passed(names)
    yield from (Note(record.source, f"byte {record.at}", fault) for fault in load.faults)


def _items(text: bytes) -> Iterable[exact.Item]:
    if text.startswith(b"{"):
        return (_joined(text) or exact.items(text)) if _several(text) else (exact.Item(0, len(text)),)
    return exact.items(text) if exact.ARRAY.match(text) else (exact.Item(0, len(text), exact.NO_OBJECT),)


def _several(text: bytes) -> bool:
    return WRAPPER in text or bool(_JOINED.search(text) and _joined(text))


def _joined(text: bytes) -> list[exact.Item]:
    """The objects of a text that is nothing but objects one behind another, as Firehose joins them; else none."""
    if WRAPPER in text or not _JOINED.search(text):
        return []
    chars, at = text.decode("latin-1"), 0
    found: list[exact.Item] = []
    while at < len(text):
        end = _end(chars, at) if chars[at] == "{" else 0
        if not end:
            return []
        found.append(exact.Item(at, end))
        at = _BLANKS.match(chars, end).end()  # type: ignore[union-attr]  # it matches nothing, too
    return found


def logged(line: bytes, every: bool = True) -> bytes:
    """The record behind a log's time stamp, level and so on; nothing where there is none, or the rest of another."""
    begin = _BEGIN.search(line)
    text = line[begin.start() :] if begin else b""
    if not begin or b"}" in line[: begin.start()] or _end(text.decode("latin-1"), 0) != len(text):
        return b""
    return text if _is_record(text) or (MAYBE.search(text) and _inside(text, Load.of(len(text), every))) else b""


# --- envelopes --------------------------------------------------------------------------------------------
def _inside(raw: bytes, load: Load, depth: int = 0) -> list[Opened]:
    """What an object carries, by the first row of the table that leads to a record."""
    held = members(raw.decode("utf-8", "replace")) if depth < MOST else {}
    for envelope in ENVELOPES:
        if envelope.way[0] in held and (found := _follow(held, envelope, load, depth)):
            return [_named(one, envelope.name) for one in found]
    return []


def _named(one: Opened, name: str) -> Opened:
    return one._replace(envelopes=(name, *one.envelopes)) if one.known else one


def _follow(held: Mapping[str, str], envelope: Envelope, load: Load, depth: int) -> list[Opened]:
    """What the way leads to from an object."""
    first, *way = envelope.way
    value = held.get(first, "")
    if way:
        return _go(value, envelope._replace(way=tuple(way)), load, depth) if value else []
    given = {name: told for name, key in envelope.beside.items() if (told := _scalar(held.get(key, "")))}
    text = value if value[:1] in "{[" else _string(value)
    if envelope.packed:
        text = text_of(text, load) if load.opens(value) else ""
    return [one._replace(given={**given, **one.given}) for one in _carried(text, load, depth + 1)]


def _go(value: str, envelope: Envelope, load: Load, depth: int, cells: bool = False) -> list[Opened]:
    """The same from any value. What is beside a record in a list is one of its own; beside a cell, part of its row."""
    if envelope.way[0] != EACH:
        return _follow(members(value), envelope, load, depth)
    rest = envelope._replace(way=envelope.way[1:])
    each = [(element, _go(element, rest, load, depth, cells=True)) for element in _elements(value)]
    if cells or not any(found for _, found in each):
        return [one for _, found in each for one in found]
    return [one for element, found in each for one in found or [Opened(_bytes(element))]]


def _carried(text: str, load: Load, depth: int) -> list[Opened]:
    """The records in what is carried; nothing where none of it is one."""
    begin = re.search(r"[\[{]", text) if text else None
    raw = _bytes(text[begin.start() :]) if begin else b""
    found: list[Opened] = []
    for item in exact.items(raw):
        if item.reason == exact.NO_OBJECT:  # the time stamp of a log line, and the like
            continue
        each = raw[item.begin : item.end]
        inner = _inside(each, load, depth) if MAYBE.search(each) else []
        found += inner or [Opened(each, _is_record(each))]
    return found if any(one.known for one in found) else []


def _is_record(raw: bytes) -> bool:
    return members(raw.decode("utf-8", "replace")).keys() >= RECORD


# --- JSON, each value as it is written --------------------------------------------------------------------
def members(text: str) -> dict[str, str]:
    """The members of an object, up to the first that is damaged."""
    found: dict[str, str] = {}
    at = _skip(text, 0, "{")
    while at and text[at : at + 1] == '"':
        end = _end(text, at)
        begin = _skip(text, end, ":") if end else 0
        behind = _end(text, begin) if begin else 0
        if not behind:
            break
        found[_string(text[at:end])] = text[begin:behind]
        at = _skip(text, behind, ",")
    return found


def _elements(text: str) -> Iterator[str]:
    """The elements of an array, up to the first that is damaged."""
    at = _skip(text, 0, "[")
    while at and (end := _end(text, at)):
        yield text[at:end]
        at = _skip(text, end, ",")


def _skip(text: str, at: int, sign: str) -> int:
    """Behind a sign and the blanks around it; 0 where it is not there."""
    at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]
    return _BLANKS.match(text, at + 1).end() if text[at : at + 1] == sign else 0  # type: ignore[union-attr]


def _end(text: str, at: int) -> int:
    """Behind the JSON value that begins here; 0 where there is none."""
    try:
        return _decode(text, at)[1]
    except (ValueError, RecursionError):
        return 0


def _string(value: str) -> str:
    """What a JSON string holds; nothing for any other value."""
    return str(json.loads(value)) if value.startswith('"') else ""


def _scalar(value: str) -> str:
    return _string(value) if value.startswith('"') else "" if value[:1] in ("{", "[", "n") else value


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
