"""Random records in random envelopes, in one another, compressed and in any encoding: the same events are found."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from splreplay.engine import search
from splreplay.scan.files import FileSource

Records = list[dict[str, Any]]
names = st.sampled_from(["JobCreated", "jobcreated", "GetObject", "Put\u017fkiss", "JobCreated2"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 99), st.text(max_size=4), st.sampled_from('"\\/{}[],:\n'))
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
records = st.builds(
    lambda name, value, second: {
        "eventName": name, "eventSource": "s3.amazonaws.com", "eventTime": f"2026-03-02T09:11:{second:02}Z", "v": value
    },
    names, values, st.integers(0, 59),
)  # fmt: skip


@st.composite
def written(draw: st.DrawFn, value: object) -> str:
    """JSON, of which letters may be escapes."""
    text = json.dumps(
        value, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    )
    if draw(st.booleans()):
        letter = draw(st.sampled_from("JCre"))
        text = text.replace(f"{letter}ob", f"\\u{ord(letter):04x}ob").replace("Created", "\\u0043reated")
    return text.replace("/", draw(st.sampled_from(["/", "\\/"])))


ONE: list[Callable[[Any, str], dict[str, Any]]] = [
    lambda record, text: {"version": "0", "detail": record},
    lambda record, text: {"eventJson": text},
    lambda record, text: {"CloudTrailEvent": text},
    lambda record, text: {"result": {"_raw": text}},
    lambda record, text: {"event": record, "host": "h"},
    lambda record, text: {"event": text},
    lambda record, text: {"Message": text},
    lambda record, text: {"body": text},
    lambda record, text: {"log": f"2026 INFO {text}"},
]
MANY: list[Callable[[list[Any], list[str]], Any]] = [
    lambda all_, texts: {"Records": all_},
    lambda all_, texts: {"nextToken": "x", "Records": all_},
    lambda all_, texts: all_,
    lambda all_, texts: {"logEvents": [{"message": text} for text in texts]},
    lambda all_, texts: {"Events": [{"CloudTrailEvent": text} for text in texts]},
    lambda all_, texts: {"results": [{"_raw": text} for text in texts]},
    lambda all_, texts: {"Records": [{"Sns": {"Message": text}} for text in texts]},
]
ENCODED: list[Callable[[str], bytes]] = [
    lambda text: text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: gzip.compress(text.encode()),
    lambda text: bz2.compress(text.encode("utf-16")),
    lambda text: gzip.compress(lzma.compress(text.encode())),
]


@st.composite
def files(draw: st.DrawFn, all_: Records) -> bytes:
    """The records, in a file of some shape."""
    inner: list[Any] = list(all_)
    for _ in range(draw(st.integers(0, 3))):
        wrap = draw(st.sampled_from(ONE))
        inner = [wrap(each, draw(written(each))) for each in inner]
    if draw(st.booleans()):
        wrapped = draw(st.sampled_from(MANY))(inner, [draw(written(each)) for each in inner])
        text = json.dumps(wrapped, indent=2) if draw(st.booleans()) else draw(written(wrapped))
    else:
        text = draw(st.sampled_from(["\n", "\r\n", ""])).join(draw(written(each)) for each in inner)
    return draw(st.sampled_from(ENCODED))(text)


@pytest.mark.parametrize("engine", ["native", "standard library"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_events(engine: str, tmp_path: Path, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(records, min_size=1, max_size=4))
    (tmp_path / "log").write_bytes(data.draw(files(wanted)))
    spl = data.draw(st.sampled_from(["eventName=JobCreated | table eventName _time", "* | table eventName _time"]))
    source = FileSource([str(tmp_path / "log")])
    found = sorted((row["eventName"], int(float(row["_time"]))) for row in search(spl, source).rows)
    every = [each for each in wanted if spl.startswith("*") or each["eventName"].lower() == "jobcreated"]
    start = 1772442660
    assert found == sorted((each["eventName"], start + int(each["eventTime"][17:19])) for each in every)
    assert source.stats.records == source.stats.passed_over + source.stats.parsed + source.stats.malformed.count
