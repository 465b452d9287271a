"""The scan reads fields from the records' text, Python those that are not certain: the result is one."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from splreplay.cli.options import BUNDLED_ADDON
from splreplay.engine import search
from splreplay.knowledge.app import App, load_app
from splreplay.load import batches, bulk, events
from splreplay.scan import Candidate, RawRecord, Stretch, documents, native
from splreplay.scan import lines as windows
from splreplay.scan.files import FileSource
from splreplay.scan.source import Needs
from tests.parts import SHARED

NOW = 1_767_225_600.0  # what an event without a time gets


class Answer(NamedTuple):
    rows: list[dict[str, Any]]
    fields: tuple[str, ...]
    messages: tuple[object, ...]
    records: int
    good: int  # parsed or passed over
    malformed: list[str]


class Reads(NamedTuple):
    """How many records each way of reading took."""

    natively: int = 0
    by_python: int = 0


class Counted(FileSource):
    reads = Reads()

    def event(self, record: RawRecord) -> Any:
        self.reads = self.reads._replace(by_python=self.reads.by_python + 1)
        return super().event(record)

    def candidates(self, needs: Needs, fields: native.Fields | None) -> Generator[list[Candidate], None, None]:
        with closing(super().candidates(needs, fields)) as batches:
            for batch in batches:
                rows = sum(len(item.rows or ()) for item in batch if isinstance(item, Stretch))
                self.reads = self.reads._replace(natively=self.reads.natively + rows)
                yield batch


def answer(spl: str, source: FileSource, addon: App | None = None) -> Answer:
    found = search(spl, source, now=NOW, addon=addon)
    stats = source.stats
    notes = sorted(map(str, stats.malformed.first))
    return Answer(found.rows, found.fields, found.messages, stats.records, stats.parsed + stats.passed_over, notes)


def both(spl: str, path: Path, addon: App | None = None) -> tuple[Answer, Reads]:
    """The answer, which is the same either way, and who read how much."""
    source = Counted([str(path)])
    found = answer(spl, source, addon)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "bulk_reader", lambda reading: None)
        assert found == answer(spl, FileSource([str(path)]), addon)
    return found, source.reads


@pytest.fixture(autouse=True, params=["as Arrow", "as rows"])
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows and batches of a few records, so that records lie across the ends of both."""
    monkeypatch.setattr(bulk, "FEW", 0 if request.param == "as Arrow" else 1_000_000)
    monkeypatch.setattr(batches, "BATCH_BYTES", 300)
    monkeypatch.setattr(windows, "WINDOW", 50)
    monkeypatch.setattr(windows, "STEP", 20)
    monkeypatch.setattr(documents, "PIECE", 100)


# --- each oddity ---------------------------------------------------------------------------------------
PLAIN = {
    "a string": '{"a": "x"}',
    "an empty string": '{"a": ""}',
    "escapes": r'{"a": "\u0041\n\"\\\/é\ud83d\ude00"}',
    "null": '{"a": null}',
    "true": '{"a": true}',
    "a whole number": '{"a": -12}',
    "zero": '{"a": 0}',
    "18 digits": '{"a": 123456789012345678}',
    "a fraction": '{"a": 1.50}',
    "an exponent": '{"a": 1e5}',
    "minus zero": '{"a": -0}',
    "20 digits": '{"a": 12345678901234567890}',
    "beyond a double": '{"a": 1e999}',
    "an object": '{"a": {"b": "x", "c": {}}}',
    "an object where a value is wanted": '{"a": {"z": 1}}',
    "an array": '{"a": [1, {"b": 2}]}',
    "nothing of it": "{}",
    "a key within another": '{"z": {"a": 1, "b": 2}}',
    "spaces": ' {\t"a" : "x" , "b":1 } \r',
    "a key twice that is not wanted": '{"z": 1, "z": 2, "a": 3}',
    "another case": '{"A": 1, "a": 2, "EVENTTIME": 5}',
    "a time": '{"eventTime": "2026-01-04T00:00:09Z"}',
    "a leap day": '{"eventTime": "2024-02-29T23:59:59Z"}',
}
ODD = {
    "an escaped key": r'{"\u0061": "x", "z": 1}',
    "a key twice": '{"a": 1, "a": 2}',
    "a key twice, once escaped": r'{"a": 1, "\u0061": 2}',
    "a key twice in an object": '{"a": {"b": 1, "b": 2}}',
    "an object twice": '{"a": {"b": 1}, "a": {"b": 2}}',
    "a key with a dot": '{"a.b": 1}',
    "a dot and an object": '{"a.b": 1, "a": {"b": 2}}',
    "an empty key": '{"": {"a": 1}}',
    "NaN": '{"a": NaN}',
    "NaN elsewhere": '{"a": 1, "z": [-Infinity]}',
    "nan, which is no JSON": '{"a": 1, "z": nan}',
    "Inf, which is no JSON": '{"a": 1, "z": -INF }',
    "a trailing comma": '{"a": 1, "z": [1, ]}',
    "half a surrogate pair": r'{"a": "\ud800"}',
    "a document in a line": '{"Records": [{"a": 1}]}',
    "no JSON": '{"a": 1',
    "a line feed in a string": '{"a": "\x01"}',
    "700 brackets": '{"a": 1, "z": ' + "[" * 710 + "]" * 710 + "}",
    "too deep": '{"a": 1, "z": ' + "[" * 50_000 + "]" * 50_000 + "}",
    "_time": '{"a": 1, "_time": 5, "eventTime": "2026-01-04T00:00:00Z"}',
    "a time with a fraction": '{"eventTime": "2026-01-04T00:00:00.5Z"}',
    "a time without a zone": '{"eventTime": "2026-01-04T00:00:00"}',
    "the 30th of February": '{"eventTime": "2026-02-30T00:00:00Z"}',
    "the hour 24": '{"eventTime": "2026-02-03T24:00:00Z"}',
    "the year 0": '{"eventTime": "0000-02-03T04:00:00Z"}',
    "a time of null": '{"a": 1, "eventTime": null}',
    "a time as a number": '{"eventTime": 1767484800}',
}
READ_ALL = "* | table _time _indextime a a.b b"


@pytest.mark.parametrize("name", [*PLAIN, *ODD])
def test_each_form(name: str, tmp_path: Path) -> None:
    text = {**PLAIN, **ODD}[name]
    lines = ['{"a": "before", "b": 1}', text, '{"b": "after"}']
    (tmp_path / "log").write_text("\n".join(lines))
    found, reads = both(READ_ALL, tmp_path / "log")
    assert reads == ((3, 0) if name in PLAIN else (2, 1))
    assert found.records == 3 == found.good + len(found.malformed)


def test_all_forms_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW", 1 << 20)
    (tmp_path / "log").write_text("\n".join([*PLAIN.values(), "", *ODD.values(), " \r", "junk", "[]"]) + "\n")
    assert both(READ_ALL, tmp_path / "log")[1].natively >= len(PLAIN)


def test_all_forms_in_a_document(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"Records": [' + ", ".join(PLAIN.values()) + "]}")
    assert both(READ_ALL, tmp_path / "log")[1] == (len(PLAIN), 0)
    whole = [text for text in ODD.values() if json_or_none(text) is not None and "[[" not in text]
    (tmp_path / "log").write_text('{"Records": [' + ",".join([*PLAIN.values(), *whole]) + "]}")
    assert both(READ_ALL, tmp_path / "log")[1] == (len(PLAIN), len(whole))


def json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    lines = [b'{"a": "\xff\xe2\x82"}', b'{"a": "\xed\xa0\x80"}', b'{"a": "x", "\xc3": "\xff"}']
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    assert both("* | stats count by a", tmp_path / "log")[1] == (1, 2)
    assert both("* | table a _raw", tmp_path / "log")[1] == (0, 3)


# --- in which order ---------------------------------------------------------------------------------------
SEVERAL = ['{"a": 1}', '[{"a": 2}, {"a": 3}, {"a": 4}]', '{"a": 5}', "junk", '{"Records": [{"a": 6}, {"a": 7}]}', "",
           '{"a": 8, "a": 9}', "[]", '[{"a": 10}]', '{"a": 11}', '[{"a": 12}, {"a": 13}]', '{"a": 14}']  # fmt: skip


@pytest.mark.parametrize("window", [50, 1 << 20])
def test_lines_of_several_records_keep_their_place(
    window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW", window)
    (tmp_path / "log").write_text("\n".join(SEVERAL * 3))
    found, reads = both("* | table a", tmp_path / "log")
    once = [str(number) for number in (1, 2, 3, 4, 5, 6, 7, (8, 9), 10, 11, 12, 13, 14)]
    assert [str(row["a"]) for row in found.rows] == [text.replace("(8, 9)", "['8', '9']") for text in once * 3]
    assert reads.natively == 12


# --- which searches ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("spl", "taken"),
    [
        ("* | stats count by eventName", True),
        ("* | stats count by userIdentity.arn", True),
        ("word | stats count by _raw", True),
        ("index=main | stats count by source", True),
        ("* | fields eventName", True),
        ("*", True),
        ("* | stats values(*)", False),
        ("* | stats count by resources{}.ARN", True),
        ("date_hour=5 | stats count", False),
        ("* | stats count by linecount", True),
        ("* | head 5", True),
    ],
)
def test_which_searches(spl: str, taken: bool, tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"eventName": "word", "eventTime": "2026-01-04T05:00:09Z"}\n' * 20)
    assert (both(spl, tmp_path / "log")[1].natively > 0) == taken


class Interrupted(Counted):
    """Ctrl-C comes when the first records are read."""

    def candidates(self, needs: Needs, fields: native.Fields | None) -> Generator[list[Candidate], None, None]:
        with closing(super().candidates(needs, fields)) as batches:
            yield next(batch for batch in batches if batch)
            raise KeyboardInterrupt


def test_ctrl_c_keeps_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW", 1_000)
    for name in "abc":
        (tmp_path / name).write_text('{"a": 1}\n' * 5 + '{"a": "\\ud800"}\n')
    source = Interrupted([str(tmp_path)])
    assert answer("* | stats count by a", source).rows == [{"a": "1", "count": "5"}, {"a": "?", "count": "1"}]
    assert (source.stats.parsed, source.stats.partial) == (6, True)


# --- any records, any search ---------------------------------------------------------------------------
KEYS = ["a", "b", "a.b", "", "a.b.c", "c", "A", "x y", "eventTime", "_time", "_raw", "sourcetype", "source", "user",
        "eventName", "userIdentity", "arn", "type", "errorCode", "_sourcetype", "a{}", "a{}.b"]  # fmt: skip
TEXTS = ["", "x", "X y", "é", "\u212a", "\U0001f600", "\ud800", "\x00", "\x7f", '"', "\\", "/", ",]", ": nan,", "null",
         "2026-01-04T00:00:09Z", "2026-01-04T00:00:09.25Z", "1e5", "0", "aws:cloudtrail", "JobCreated"]  # fmt: skip
NUMBERS = ["0", "-0", "-0.0", "1", "-7", "1.50", "1e5", "1E400", "12345678901234567890", "123456789012345678",
           "9223372036854775807", "01", "+1", ".5", "1.", "nan", "NaN", "Infinity", "-inf", "iNf", "tru", "null",
           "true", "false", "1767484800", "-"]  # fmt: skip
FRAMES = [" {%s}", "{%s} ", "{%s}\r", "{%s", "{%s,}", "{%s}x", "[{%s}]", '{"Records":[{%s}]}', "", "{%s}\x00",
          "\ufeff{%s}", "{%s}{%s}"]  # fmt: skip
SPACES = st.sampled_from(["", "", "", " ", "\t", "\r", "  "])


@st.composite
def quoted(draw: st.DrawFn, text: str) -> str:
    def form(char: str) -> str:
        escaped = [json.dumps(char)[1:-1]]
        plain = [char] if char not in '"\\' and not "\ud800" <= char <= "\udfff" else []
        longer = [f"\\u{ord(char):04X}"] if ord(char) < 0x10000 else []
        return draw(st.sampled_from([*plain * 6, *escaped * 2, *longer]))

    return '"' + "".join(map(form, text)) + '"'


@st.composite
def containers(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    def spaced(text: str) -> str:
        return draw(SPACES) + text + draw(SPACES)

    items = draw(st.lists(inner, max_size=4))
    if draw(st.booleans()):
        items = [spaced(draw(quoted(draw(st.sampled_from(KEYS))))) + ":" + spaced(item) for item in items]
        opening, closing = "{}"
    else:
        opening, closing = "[]"
    end = draw(st.sampled_from(["", "", "", "", "", "", ","])) if items else ""
    return opening + ",".join(map(spaced, items)) + end + spaced(closing)


VALUES = st.recursive(
    st.one_of(st.sampled_from(TEXTS).flatmap(quoted), st.sampled_from(TEXTS).flatmap(quoted), st.sampled_from(NUMBERS)),
    containers,
    max_leaves=6,
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    pairs = draw(st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=5))
    body = ",".join(f"{draw(quoted(key))}:{draw(SPACES)}{value}" for key, value in pairs)
    text = draw(st.sampled_from(["{%s}"] * 30 + FRAMES)).replace("%s", body)
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 20)) == 0 and data:
        at = draw(st.integers(0, len(data) - 1))
        data = data[:at] + draw(st.sampled_from([b"", b"\xff", b"\xc3", b'"', b"{"])) + data[at + 1 :]
    return data.replace(b"\n", b"")


SEARCHES = st.sampled_from(
    [
        "* | stats count by a",
        "* | stats count by a.b, a.b.c",
        "* | table _time a a.b a.b.c b c",
        "* | fields a.b, user",
        "* | fields a, _raw",
        "* | stats count by a{}.b, linecount",
        "* | table a.b{} a{}.b.c a a{} a{}{} c{}.a",
        "*",
        "a{}.b=* | head 3",
        "a=* | stats count list(b) first(c) by a",
        "NOT a=x | stats values(a.b) dc(c) count(b)",
        "a=x OR b>=1 OR c!=null | stats count by a, b, c",
        "x | stats count by a",
        "JobCreated OR é | table a b",
        "earliest=2026-01-04T00:00:00Z a=* | table _time a",
        "latest=2026-01-05T00:00:00Z | stats count latest(a) earliest(b)",
        "source=*log sourcetype=aws:cloudtrail | stats count by source, sourcetype, index, host",
        "sourcetype!=aws:cloudtrail | table sourcetype a",
        "* | stats count by sourcetype",
        "* | stats count by user, errorCode, action",
        "user=* | table user userIdentity.arn aws_account_id src_ip",
        "a=lower(x) | stats count",
        'a.b=1 | eval d=\'a.b\'+1, e=_raw | stats count values(d) by e',
        "* | rex \"(?<d>[0-9]+)\" | stats count by d",
        "* | eval t=_time | sort - t | table t 'x y' A",
        "* | dedup a | table a b",
        "* | stats count by _sourcetype",
        "* | eventstats count by a | stats max(count)",
    ]
)  # fmt: skip


@pytest.fixture(scope="module")
def addon() -> App:
    return load_app(BUNDLED_ADDON)


GIVEN = (st.lists(lines(), min_size=1, max_size=14), SEARCHES, st.booleans())
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(*GIVEN)
@example([b'{"a":"x"}'], "* | stats count by a", False)
def test_both_ways_are_the_same(addon: App, tmp_path: Path, records: list[bytes], spl: str, with_addon: bool) -> None:
    check(addon, tmp_path, records, spl, with_addon)


@pytest.mark.slow
@settings(FEW, max_examples=60)
@given(*GIVEN)
def test_both_ways_are_the_same_over_many_records(
    addon: App, tmp_path: Path, records: list[bytes], spl: str, with_addon: bool
) -> None:
    check(addon, tmp_path, records, spl, with_addon)


def check(addon: App, tmp_path: Path, records: list[bytes], spl: str, with_addon: bool) -> None:
    (tmp_path / "log").write_bytes(b"\n".join([b'{"a":"x"}', *records]))
    both(spl, tmp_path / "log", addon if with_addon else None)


# --- real records --------------------------------------------------------------------------------------
@pytest.mark.corpus("data")
@pytest.mark.parametrize(
    "spl",
    [
        "* | stats count by eventName",
        "sourcetype=aws:cloudtrail | stats count dc(user) values(src_ip) by eventName, action, errorCode",
        "* | stats count by userIdentity.sessionContext.sessionIssuer.arn, userIdentity.type, readOnly",
        "eventName=*Bucket* | table _time user requestParameters.bucketName requestParameters.Host responseElements",
        "userIdentity.arn=* NOT errorCode=success | fields userAgent requestParameters.maxResults",
        "resources{}.ARN=* | stats count by resources{}.type",
        "*",
    ],
)
def test_real_records(spl: str, addon: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 5_000_000)
    monkeypatch.setattr(documents, "PIECE", 1 << 20)
    monkeypatch.setattr(windows, "WINDOW", 1 << 20)
    found, reads = both(spl, SHARED / "data", addon)
    assert found.rows
    assert reads.natively > (2 if "resources" in spl or spl == "*" else 99) * reads.by_python  # resources is a list
