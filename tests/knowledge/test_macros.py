"""Macros that compute their text."""

from __future__ import annotations

from pathlib import Path

import pytest

from splreplay import SplError, query

EVENTS = [{"_time": 1, "user": "eve"}, {"_time": 2, "user": "None"}]
MACROS = """
[who(1)]
args = name
definition = case("$name$"="eve", "user=eve")
iseval = 1
[yes]
definition = 1=1
iseval = 1
[two]
definition = 1+1
iseval = 1
"""


@pytest.fixture
def app(tmp_path: Path) -> str:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "macros.conf").write_text(MACROS)
    return str(tmp_path)


def test_the_text_is_searched(app: str) -> None:
    assert query("`who(eve)` | table user", EVENTS, app=app) == [{"user": "eve"}]
    assert query("* | eval n=`two` | table n", EVENTS, app=app) == [{"n": "2"}, {"n": "2"}]


@pytest.mark.parametrize(
    ("spl", "words", "place"),
    [
        ("user=* `who(bob)`", "macro 'who' must give a string, and its eval expression gives null", "search:1:8"),
        ("`yes`", "macro 'yes' must give a string, and its eval expression gives true", "search:1:1"),
    ],
)
def test_what_is_no_text_is_an_error_where_it_is_called(spl: str, words: str, place: str, app: str) -> None:
    with pytest.raises(SplError) as caught:
        query(spl, EVENTS, app=app)
    assert [part for part in (words, place, "help: its expression is ") if part not in str(caught.value)] == []
