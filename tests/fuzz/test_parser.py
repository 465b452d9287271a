"""Any text at all is an AST or an SplError with a place, and soon: never a crash, never a hang.

`corpus.txt` holds searches that once did worse, one a line; a find goes there. Longer: make fuzz.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.commands import COMMANDS, grammar
from splreplay.functions import EVAL, STATS
from splreplay.knowledge.commands import CommandFile
from splreplay.spl.errors import SplError
from splreplay.spl.pipeline import parse
from splreplay.spl.text import Text

CORPUS = (Path(__file__).parent / "corpus.txt").read_text().splitlines()
SECONDS = 10
OWN = {"enrichjobarn": CommandFile("enrichjobarn", Path("enrichjobarn.py"))}
PIECES = st.sampled_from(
    [
        *COMMANDS, *OWN, *sorted(EVAL)[::5], *sorted(STATS)[::5], *"|()[]\"'=,<>*.-+/%!{}$`\\#",
        " ", " | ", "==", "!=", ">=", "as", "by", "IN", "AND", "OR", "NOT", "user", "a.b{}.c", "1", "-1", "2.5e3",
        "5m", '"x"', "'a b'", "span=", "limit=", "true", "*", "\n", "\u00e9", "\x00",
    ]
)  # fmt: skip
soup = st.lists(PIECES, max_size=25).map("".join)
spaced = st.lists(PIECES, max_size=25).map(" ".join)


@contextmanager
def limited() -> Iterator[None]:
    """A hang is a failure with a traceback, not a test run that never ends."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"no answer in {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(text: str) -> None:
    with limited(), suppress(SplError):
        parse(Text.of(text), grammar(OWN))


@settings(max_examples=1_500, deadline=None)
@given(st.one_of(soup, spaced, soup.map(lambda text: f"* | {text}"), st.text(max_size=60)))
def test_any_text(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", CORPUS)
def test_corpus(text: str) -> None:
    check(text)
