"""The reader of HEC's bodies, by itself."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splreplay.serve.hec.envelopes import BadEnvelope, read_envelopes

JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
SPACE = st.text(" \t\r\n", max_size=3)


@given(st.lists(st.tuples(JSON, SPACE), min_size=1))
def test_any_sequence_of_envelopes_comes_back(sent: list[tuple[object, str]]) -> None:
    events = [event for event, _ in sent if event not in ("", {}, [])]
    body = "".join(
        space + json.dumps({"time": 1, "event": event}) for event, space in sent if event not in ("", {}, [])
    )
    read = [envelope.raw for envelope in read_envelopes(body.encode())]
    wanted = [event if isinstance(event, str) else json.dumps(event) for event in events]
    assert read == [text.encode("utf-8", "replace").decode() for text in wanted]


@given(st.binary(max_size=200) | st.text('{}[]",:event\\u0041 1e', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(BadEnvelope):
        list(read_envelopes(body))


@pytest.mark.parametrize(
    "body", [b'{"event" "x"}', b'{"event":"x" "host":"y"}', b'{event:"x"}', b'{"event":"x"}}', b"{,}"]
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadEnvelope):
        list(read_envelopes(body))
