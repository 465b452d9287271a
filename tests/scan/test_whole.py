"""All fields of a record as JSON: what the C makes of a text is what Python would, or it is left to Python."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from splreplay.engine import search, unread
from splreplay.load import late
from splreplay.scan import native
from splreplay.scan.files import FileSource
from splreplay.values.flatten import flatten, parse
from tests.parts import SHARED
from tests.scan.test_bulk import lines

pytestmark = pytest.mark.skipif(native.binding.library() is None, reason="splreplay.scan.native is not built")

encode = json.JSONEncoder(ensure_ascii=False).encode
CERTAIN = [
    "{}",
    '{"a":1}',
    '{"a":-1.50E5,"b":true,"c":false,"d":null}',
    '{"a":{"x":1,"y":{"z":"2"}},"b":[],"c":{},"d":[{}],"e":[[]]}',
    '{"a":[{"x":1},{"x":"2","y":3},{"x":[4,5]}]}',
    '{"a":[[1,[2]],3],"a{}":4,"a{}{}":5}',
    '{"a.b":1,"a":{"b":2,"b":3},"a":{"b":4}}',
    '{"":1,"":{"":2,"x":3}}',
    r'{"a\"b":"c\\d\n\t","{}":{"a\"b":1}}',
    ' {"a" : [ 1 , 2 ] ,\n "b" : {\t"c" : "d" } } ',
    '{"_raw":1,"own":2,"own2":3,"own":[4]}',
    "{" + ",".join(f'"k{number}":{number}' for number in range(2_000)) + "}",
    '{"a":' * 199 + "1" + "}" * 199,
]
LEFT = [
    "",
    "[1]",
    '{"a":1',
    '{"a":1}x',
    '{"a":01}',
    '{"a":NaN}',
    r'{"a":"\u0041"}',
    r'{"a":"\/"}',
    '{"a":"é"}',
    '{"a":"\x7f"}',
    '{"a":' * 201 + "1" + "}" * 201,
    "{" + ",".join(f'"k{number}":{number}' for number in range(3_000)) + "}",
]
OWN = ("_raw", "own", 'o"w')


def wanted(text: str) -> str | None:
    """As a row that has `_raw` goes on."""
    fields = {name: value for name, value in flatten(parse(text) or {}).items() if name not in OWN}
    return encode({"": "", **fields})[len('{"": ""') : -1] if "" not in fields else None


@pytest.mark.parametrize("text", CERTAIN)
def test_what_is_certain(text: str) -> None:
    found = native.Whole(OWN).read([text])
    assert found[0] is not None
    assert json.loads("{" + found[0].removeprefix(", ") + "}") == {
        name: value for name, value in flatten(parse(text) or {}).items() if name not in OWN
    }


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_to_python(text: str) -> None:
    assert native.Whole(OWN).read([text, '{"a":1}', text]) == [None, ', "a": "1"', None]


def test_no_record_and_many_hidden_fields() -> None:
    assert native.Whole([]).read([]) == []
    hidden = [f"h{number}" for number in range(5_000)]
    assert native.Whole(hidden[:900]).read(['{"h1":1,"x":2}']) == [', "x": "2"']
    assert native.Whole(hidden).read(['{"h1":1,"x":2}']) == [None]


FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.lists(lines(), max_size=6))
@example([b'{"a":1}'])
def test_any_records(records: list[bytes]) -> None:
    agree(records)


@pytest.mark.slow
@settings(FEW, max_examples=400)
@given(st.lists(lines(), max_size=6))
def test_many_records(records: list[bytes]) -> None:
    agree(records)


def agree(records: list[bytes]) -> None:
    texts = [record.decode("utf-8", "replace") for record in records]
    for text, found in zip(texts, native.Whole(OWN).read(texts), strict=True):
        if found is not None and (told := wanted(text)) is not None:
            assert found == told


@pytest.mark.corpus("data")
def test_real_records() -> None:
    source = FileSource([str(SHARED / "data")])
    rows = unread("*", source)
    read = search("*", FileSource([str(SHARED / "data")]))
    assert rows.unread
    assert [*late.as_json(rows.fields, rows.rows, encode)] == [encode(row) for row in read.rows]
    texts = [row["_raw"] for row in read.rows]
    assert sum(text is None for text in native.Whole(rows.fields).read(texts)) < len(texts) / 20
