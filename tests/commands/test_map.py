"""`map`: whatever a row holds, the search that it stands in says the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from splreplay import SplError, query
from splreplay.commands import grammar
from splreplay.commands.map import substituted
from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text

HOSTILE = st.text(st.sampled_from("\"'\\|[]()`$=,*\n ab0-.!<>#{}"), max_size=12) | st.text(max_size=12)
TEMPLATES = [
    "search user=$v$ | stats count",
    'search user="$v$" | stats count',
    'search user="a $v$" other=$v$-$v$* NOT x=$v$ | head 3',
    "search * | where user=$v$ AND len('$v$')>2 | eval x=\"<$v$>\", y=$v$",
    'search [search user=$v$ | fields user] | rex field=user "(?<a>$v$)"',
    '| makeresults | eval a=searchmatch("user=$v$") | map search="search user=$v$"',
    'search a=\\"b $v$ c | stats count by $v$',
    "search a=it's $v$ | eval 'x $v$'=1",
]


def commands(text: str) -> list[str]:
    return [command.name for command in parse(Text.of(text), grammar()).commands]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(TEMPLATES), HOSTILE)
@example(TEMPLATES[6], "x | delete")
@example(TEMPLATES[7], "' | delete")
@example(TEMPLATES[5], '\\" | delete')
def test_no_value_adds_a_command(template: str, value: str) -> None:
    try:
        text = substituted(template, {"v": value})
    except SplError:
        return
    try:
        found = commands(text)
    except SplError:
        return
    assert found == commands(substituted(template, {"v": "x"}))


@settings(deadline=None, max_examples=50)
@given(HOSTILE.filter(lambda value: value.strip() == value != "" and "*" not in value and value.isprintable()))
def test_a_value_finds_itself(value: str) -> None:
    events = [{"user": value}, {"user": "somebody else"}]
    found = query('* | head 9 | search user!="somebody else" | map search="search user=$user$ | table user"', events)
    assert found == [{"user": value}]


def test_a_macro_sees_no_value(tmp_path) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "macros.conf").write_text("[by(1)]\nargs = u\ndefinition = search user=$u$ | table user\n")
    (tmp_path / "default" / "savedsearches.conf").write_text("[of user]\nsearch = `by($user$)`\n")
    source = DictSource([{"user": 'a" | eval user="hacked'}, {"user": "eve"}])
    for spl in ('* | table user | map search="`by($user$)`"', '* | table user | map "of user"'):
        found = search(spl, source, app=load_app(tmp_path)).rows
        assert sorted(row["user"] for row in found) == ['a" | eval user="hacked', "eve"]


def test_what_was_not_run_is_said() -> None:
    source = DictSource([{"user": str(number)} for number in range(12)])
    found = search('* | table user | map search="search user=$user$"', source)
    assert len(found.rows) == 10
    assert "map ran its search for the first 10 rows and not for the others" in found.messages[0].text


def test_a_map_in_a_map_ends() -> None:
    inner = "search *"
    for _ in range(6):
        inner = 'search * | map search="' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'
    with pytest.raises(SplError, match="more than 4 deep"):
        query(inner.removeprefix("search "), [{"a": "1"}])
