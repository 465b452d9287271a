"""What a search reads of its events: a record's whole text costs more than all its fields."""

from __future__ import annotations

import pytest

from splreplay.commands import grammar
from splreplay.load.plan import event_fields
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text


@pytest.mark.parametrize(
    ("spl", "read"),
    [
        ("search * | stats count by eventName", False),
        ("search eventName=* index=main | table a", False),
        ("search NOT a=1 | eval b=a | top b", False),
        ("search word | stats count", True),
        ("search NOT (a=1 OR word) | stats count", True),
        ("search *word* | stats count", True),
        ("search _raw=*x* | stats count", True),
        ('search * | rex "(?<a>x)" | stats count by a', True),
        ('search * | rex field=b "(?<a>x)" | stats count by a', False),
        ("search * | spath path=x | stats count by x", True),
        ('search * | where searchmatch("x") | stats count', True),
        ('search * | where searchmatch("a=1") | stats count', False),
        ("search * | eval a=len(_raw) | stats max(a)", True),
        ("search * | table a _raw", True),
        ("search * | fields a", True),  # which keeps the internal fields
    ],
)
def test_whether_the_text_is_read(spl: str, read: bool) -> None:
    pipeline = parse(Text.of(spl), grammar())
    fields = event_fields(pipeline.commands[0].args, pipeline)
    assert fields is not None
    assert ("_raw" in fields) == read


def test_a_search_that_may_read_any_field() -> None:
    pipeline = parse(Text.of("search * | transaction a | stats count"), grammar())
    assert event_fields(pipeline.commands[0].args, pipeline) is None
