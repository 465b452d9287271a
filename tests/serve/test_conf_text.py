"""Edits of conf files: what is set is read back, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from splreplay.knowledge.conf import read_conf
from splreplay.serve.state.conf_text import ConfError, remove_stanza, set_keys

BEFORE = """# who may edit this
[first]
search = index=main \\
| stats count
# kept
cron_schedule = 0 * * * *

[other]
search = x
"""
# stanza, settings, what of the text becomes what
EDITS = {
    "a new key ends its stanza": ("first", {"disabled": "1"}, "* * *\n", "* * *\ndisabled = 1\n"),
    "a long value is replaced whole": ("first", {"search": "a"}, "index=main \\\n| stats count", "a"),
    "a value gets several lines": ("other", {"search": "x\n| y"}, "= x\n", "= x\\\n| y\n"),
    "a new stanza ends the file": ("new", {"a": "1"}, "= x\n", "= x\n\n[new]\na = 1\n"),
}  # fmt: skip


@pytest.mark.parametrize(("stanza", "values", "old", "new"), EDITS.values(), ids=EDITS)
def test_edits(stanza: str, values: dict[str, str], old: str, new: str) -> None:
    assert set_keys(BEFORE, stanza, values) == BEFORE.replace(old, new)


def test_a_stanza_is_removed_with_its_values() -> None:
    assert "stats" not in (after := remove_stanza(BEFORE, "first"))
    assert read_conf(after).keys() == {"other"}


STANZAS = ["a]", "a\nb", "", " a", "a\x85b", "a\u2028b"]
KEYS = ["k=1", "", "[k", "#k", ";k", "k\n", "k\x85k", "k\u2029k"]
VALUES = ["ends \\", "ends \\ \nnext", "a\x0b[b]", "\0", "x\rb = 2", "x\u2028[evil]", "\x0c\nx"]
REFUSED = [
    *((stanza, "k", "v") for stanza in STANZAS),
    *(("a", key, "v") for key in KEYS),
    *(("a", "k", value) for value in VALUES),
]


@pytest.mark.parametrize(("stanza", "key", "value"), REFUSED)
def test_what_a_conf_cannot_say_is_refused(stanza: str, key: str, value: str) -> None:
    with pytest.raises(ConfError):
        set_keys(BEFORE, stanza, {key: value})


WORDS = st.text(st.characters(codec="utf-8"), max_size=20) | st.text("\\ \n\r[]=#;ab\t", max_size=12)


@given(WORDS, WORDS, WORDS)
def test_any_edit_is_read_back_or_refused(stanza: str, key: str, value: str) -> None:
    try:
        after = read_conf(set_keys(BEFORE, stanza, {key: value}))
    except ConfError:
        return
    before = read_conf(BEFORE)
    changed = {name: {k: v.text for k, v in keys.items()} for name, keys in after.items()}
    assert _squeezed(changed[stanza].pop(key)) == _squeezed(value)
    kept = {name: {k: v.text for k, v in keys.items() if (name, k) != (stanza, key)} for name, keys in before.items()}
    assert changed == {stanza: {}, **kept}


def _squeezed(text: str) -> list[str]:
    """Lines without what the reader of a conf does not keep: blanks around a line, and blank lines."""
    lines = (line.rstrip() for line in text.strip().split("\n"))
    return [line for line in lines if line]
