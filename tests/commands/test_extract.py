"""`extract` by a stanza of transforms.conf."""

from __future__ import annotations

from pathlib import Path

import pytest

from splreplay import SplError, query

TRANSFORMS = r"""
[pairs]
REGEX = (\w+)<(\w*)>
FORMAT = $1::$2
[numbered]
REGEX = (\d+)-(\d+)
FORMAT = low::$1 high::$2
[named]
REGEX = user (?<who>\w+)
[delims]
DELIMS = ","
[broken]
REGEX = (
"""


@pytest.fixture
def app(tmp_path: Path) -> str:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "transforms.conf").write_text(TRANSFORMS)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        ("extract pairs | table a b c", {"a": "1", "b": "2"}),
        ("extract numbered | table low high", {"low": "10", "high": "20"}),
        ("kv named reload=true | table who", {"who": "eve"}),
        ("extract named numbered | table who low", {"who": "eve", "low": "10"}),
    ],
)
def test_a_stanza(spl: str, expected: dict[str, str], app: str) -> None:
    events = [{"_raw": "user eve a<1> b<2> c<> 10-20 30-40"}]
    assert query(f"* | {spl}", events, app=app) == [expected]


@pytest.mark.parametrize(
    ("spl", "words"),
    [
        ("extract nmed", ["no stanza 'nmed'", "did you mean 'named'"]),
        ("extract delims", ["'delims' of transforms.conf has no REGEX"]),
        ("extract broken", ["default/transforms.conf:13:9"]),
    ],
)
def test_a_stanza_that_cannot_be_used(spl: str, words: list[str], app: str) -> None:
    with pytest.raises(SplError) as caught:
        query(f"* | {spl}", [{"_raw": "x"}], app=app)
    assert [word for word in words if word not in str(caught.value)] == []
