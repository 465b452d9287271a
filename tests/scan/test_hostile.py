"""Texts as they should not be: whatever is whole is found, the rest is counted and named, nothing raises.

What must come out is told by reference.py or written beside the text, never by the scan itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.scan.conftest import Accounted
from tests.scan.reference import MARK, Reference, by_line, by_value

NEEDLES = (None, "JobCreated")
WORKERS = (1, 2)


def event(name: str, **more: object) -> dict[str, Any]:
    return {"eventVersion": "1.09", "eventName": name, "list": [{"a": {}}], **more}


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


JOB, GET, PUT = (compact(event(name)) for name in ("JobCreated", "GetObject", "PutObject"))
NOTES = ("}{", '"', 'ends with {"', "\\", '\\"}', "]},{", '{"eventVersion":')
TRICKY = [event("JobCreated", note=note) for note in NOTES]


def among(junk: str) -> str:
    """Lines in the midst of which something stands that is no record."""
    return "\n".join([GET, JOB, junk, PUT, JOB, GET]) + "\n"


# --- a record a line: reference.by_line says what must come out -----------------------------------------
LINES = {
    "a word": among("hello"),
    "a line of a log": among('Jan  1 00:00:00 host app: "GET /" 200 {curly} [square], and more'),
    "a line of a log in brackets": among("[2026-01-01 00:00:00,123] INFO something happened"),
    "a word with the needle": among("warning: JobCreated"),
    "junk lines in a row": among("one two\nthree four five\n\tsix"),
    "a number": among("12.5e3"),
    "null": among("null"),
    "a string": among('"JobCreated {"'),
    "an array of objects": among(f"[{JOB},{GET}]"),
    "an array of scalars": among('[1, "a", null]'),
    "an empty array": among("[]"),
    "an empty object": among("{}"),
    "a document": among(f'{{"Records":[{GET},{JOB},{GET}]}}'),
    "a document with spaces": among(f'{{ "Records" : [ {GET}, {JOB} ] }}'),
    "a document with other keys before": among(f'{{"id":"x","Records":[{GET},{JOB},{GET}]}}'),
    "an empty document": among('{"Records":[]}'),
    "a record that speaks of Records": among('{"eventName":"x","a":{"Records":[{"b":1}]},"c":"\\"Records\\":["}'),
    "Records that is no list": among('{"Records":"JobCreated"}'),
    "blank lines": among("\n \n\t\n\r\n"),
    "CRLF": among("junk").replace("\n", "\r\n"),
    "a byte order mark": MARK + among("junk"),
    "a byte order mark, CRLF, no last line break": MARK + f"{JOB}\r\n{GET}",
    "no last line break": f"{GET}\n{JOB}",
    "a line cut off": among(JOB[:-9]),
    "a line cut off within a string": among(JOB[:25]),
    "two lines run into one": among(GET[:30] + JOB),
    "the last line cut off": f"{GET}\n{JOB}\n{JOB[:-3]}",
    "the last line cut off before the needle": f"{JOB}\n{JOB[:20]}",
    "two records in a line": among(JOB + GET),
    "a comma behind each line": f"{GET},\n{JOB},\n{GET}\n{JOB}",
    "a trailing comma": among('{"eventName":"JobCreated",}'),
    "single quotes": among("{'eventName': 'JobCreated'}"),
    "a control character": among('{"eventName":"Job\x01Created"}'),
    "a NUL": among("\0\0\0") + "\0",
    "invalid UTF-8": among('{"eventName":"JobCreated","note":"\udcff\udcfe"}'),
    "nested a thousand levels": among('{"a":' * 1_000 + "1" + "}" * 1_000),
    "braces in strings": "\n".join(map(compact, TRICKY)),
    "other line separators": among('{"eventName":"JobCreated","n":"\u2028\x85\x0b"}'.replace("\x0b", "")),
    "junk first": "# made by hand\n" + among("junk"),
    "junk in brackets first": "[main] started\n" + among("junk"),
    "mostly junk": among("junk\n" * 300),
}


def stored(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("name", sorted(LINES))
def test_lines(name: str, tmp_path: Path, accounted: Accounted) -> None:
    file = tmp_path / "log"
    file.write_bytes(stored(LINES[name]))
    compare(file, by_line(stored(LINES[name])), accounted)


def compare(file: Path, wanted: Reference, accounted: Accounted) -> str:
    """Read it in every way; returns what was said of it when every record was read."""
    said = []
    for needle, workers in ((needle, workers) for needle in NEEDLES for workers in WORKERS):
        found = accounted(file, needle=needle, workers=workers)
        assert found.objects == wanted.holding(needle)
        assert found.stats.records == wanted.records
        assert found.stats.malformed.count <= wanted.malformed
        assert found.stats.bytes == file.stat().st_size
        assert not found.stats.partial
        said += [found.said] if needle is None else []
        assert needle or found.counts == (wanted.records, len(wanted.objects), wanted.malformed)
    assert len(set(said)) == 1
    return said[0]


# --- documents: reference.by_value says what must come out ------------------------------------------------
EVENTS = [event("GetObject"), event("JobCreated"), event("PutObject"), event("JobCreated")]
MANY = [event("JobCreated" if n % 50 == 0 else "GetObject", n=n, pad="x{y" * (n % 40)) for n in range(400)]

DOCUMENTS = {
    "Records": compact({"Records": EVENTS}),
    "Records with CRLF": json.dumps({"Records": EVENTS}, indent=2).replace("\n", "\r\n"),
    "many Records": compact({"Records": MANY}),
    "an array": compact(EVENTS),
    "an array, pretty": json.dumps(MANY, indent=1),
    "arrays of arrays": compact([EVENTS[:1], [EVENTS[1:2], EVENTS[2:]], [], [[]]]),
    "scalars among objects": compact([None, EVENTS[0], 5, EVENTS[1], "JobCreated", True, EVENTS[2]]),
    "a scalar first": compact([-1.5e3, *EVENTS]),
    "scalars among Records": compact({"Records": [None, *EVENTS, "}", 7]}),
    "scalars among many": compact([*MANY[:200], "junk", *MANY[200:]]),
    "braces in strings": compact({"Records": TRICKY * 9}),
    "braces in strings, pretty": json.dumps(TRICKY * 9, indent=2),
    "braces in keys": compact([{"{": 1, "}": {"]": "["}, '{"': 2, "eventName": "JobCreated"}] * 99),
    "empty records": compact([{}, {}, *EVENTS, {}]),
    "keys behind": compact({"Records": EVENTS, "next": "x]}", "more": {"a": []}}),
    "keys before many": compact({"a": 1, "b": {"Records": [1]}, "Records": MANY}),
    "keys before many, spaced": json.dumps({"a": 1, "b": {"Records": [1]}, "Records": MANY}),
    "keys behind many": compact({"Records": MANY, "next": "x]}", "more": {"a": []}}),
    "many documents with keys before": (compact({"a": [1, {}], "Records": EVENTS}) + "\n") * 99,
    "keys around, many, pretty": json.dumps({"v": [1, {}], "Records": MANY, "w": {"x": "]"}}, indent=2),
    "two documents": compact({"Records": EVENTS}) * 2,
    "a document and objects": compact({"Records": EVENTS}) + "\n" + GET + JOB + "\n" + compact(EVENTS),
    "nothing": "",
    "blanks": " \n\t\r\n ",
    "a byte order mark alone": MARK,
    "an empty Records": '{"Records":[]}',
    "an empty array": "[]",
    "a bracket and blanks": "[ \n ]",
    "one scalar in an array": "[1]",
    "Records that speak of Records": compact({"Records": [{"Records": {"a": [1]}}, *EVENTS]}),
    "a record with a wrapper's text in it": compact([{**event("JobCreated"), "s": '{"Records":[{}]}'}, *EVENTS]),
}


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_documents(name: str, tmp_path: Path, accounted: Accounted) -> None:
    file = tmp_path / "log"
    file.write_bytes(stored(DOCUMENTS[name]))
    compare(file, by_value(stored(DOCUMENTS[name])), accounted)


# --- damaged documents: what must come out is written here ----------------------------------------------
UNQUOTED = GET.replace('Object"', "Object")


class Damaged(NamedTuple):
    text: str
    names: str  # of the records that are whole, by their first letters
    malformed: int
    where: str  # some note's beginning


DAMAGED = {
    "cut off within a record": Damaged(f'{{"Records":[{GET},{JOB},{JOB[:-5]}', "GJ", 1, "byte 145:"),
    "cut off between records": Damaged(f'{{"Records":[{GET},{JOB},', "GJ", 0, "the text ends"),
    "cut off in the wrapper": Damaged('{"Recor', "", 1, "byte 0:"),
    "brackets without end": Damaged("[" * 1_000, "", 0, ""),
    "a bracket missing": Damaged(f"[{JOB},{GET[:-1]},{JOB},{PUT}]", "JJP", 1, "byte 68:"),
    "a quote missing": Damaged(f"[{JOB},{UNQUOTED},{JOB},{PUT}]", "JJP", 1, "byte 68:"),
    "a record that loses its end": Damaged(f"[{JOB},{GET[:30]}{JOB},{PUT}]", "JJP", 1, "byte 68:"),
    "words between": Damaged(f"[{JOB}, some words here, {GET}]", "JG", 1, "byte 69:"),
    "a bracket too many": Damaged(f"[{JOB}]]}}}},[{GET}]", "JG", 0, ""),
    "no JSON inside": Damaged(f'[{JOB},{{"a":nope}},{GET}]', "JG", 1, "byte 68:"),
    "many without their end": Damaged(f"[{','.join([GET, JOB[:-1], GET] * 300)}]", "GG" * 300, 300, "byte 67:"),
    "many without a quote": Damaged(f"[{','.join([GET, UNQUOTED, GET] * 300)}]", "GG" * 300, 300, "byte 67:"),
}


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("name", sorted(DAMAGED))
def test_damaged_documents(name: str, tmp_path: Path, accounted: Accounted) -> None:
    row = DAMAGED[name]
    file = tmp_path / "log"
    file.write_text(row.text)
    for needle, workers in ((needle, workers) for needle in NEEDLES for workers in WORKERS):
        found = accounted(file, needle=needle, workers=workers)
        names = "".join(value["eventName"][0] for value in found.objects)
        assert names == (row.names.replace("G", "").replace("P", "") if needle else row.names)
        assert found.stats.records == len(row.names) + row.malformed
        assert needle or (found.stats.malformed.count == row.malformed and row.where in found.said)
