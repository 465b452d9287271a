"""The columns of a result, which its rows do not tell where no row has a value."""

from __future__ import annotations

import pytest

from splreplay.engine import search
from splreplay.scan.source import DictSource


@pytest.mark.parametrize(
    ("spl", "fields"),
    [
        ("* | table a x", ["a", "x"]),
        ("* | table x, a, y", ["x", "a", "y"]),
        ("* | table nosuch* a", ["a"]),
        ("nothing=1 | table a x", ["a", "x"]),
        ("* | fields x a | fields - _*", ["a"]),
        ("* | table x | table x", ["x"]),
        ("* | table a x | eval x=coalesce(x, 2)", ["a", "x"]),
    ],
)
def test_columns(spl: str, fields: list[str]) -> None:
    assert list(search(spl, DictSource([{"a": "1"}])).fields) == fields
