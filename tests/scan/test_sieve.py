"""Native code beside `re`: whatever the text and wherever in it, both find the same lines and records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from splreplay.scan import Needle, exact, native
from splreplay.scan.forms import Forms
from splreplay.scan.native import NativeNeedle, Spans
from splreplay.scan.sieve import NativeSieve, PlainSieve, best_sieve

pytestmark = pytest.mark.skipif(native.binding.library() is None, reason="splreplay.scan.native is not built")

LITERALS = ["JobCreated", "kms", "sts:AssumeRole", "iam/role", "s3/", "a b", "192.0.2.7", "kiss", "x", "a/s/k"]
FORMS = [form for text in LITERALS for form in (
    text, text.upper(), text.replace("/", "\\/"), text.replace("i", "\u0131").replace("k", "\u212a"),
    text.replace("s", "\u017f"), text.replace("i", "\u0130"), f"\\u{ord(text[0]):04x}{text[1:]}", text[:-1], text[1:],
)]  # fmt: skip
BETWEEN = ["\n", '\n{"e', '{"', "{", "}", "[", "]", ",", " ", "\t", "xx", "x" * 40, '"Records"', "\\u00", "\\u",
           "\\u212A", "\\u0130", "\\", "/", "\u0130", "\u212a", "\ufeff"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FORMS + BETWEEN * 3), max_size=60).map(lambda parts: "".join(parts).encode())


@pytest.fixture(autouse=True, params=range(3))
def instructions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Once for each instruction set that this processor has."""
    library = native.binding.library()
    assert library
    try:
        library.use(request.param)
    except IndexError:
        pytest.skip("this processor has fewer instruction sets")
    yield
    library.use(0)


# Random texts are tried with the best of them; make test-slow, and the sanitizers, try the others.
RANDOM = pytest.mark.parametrize(
    "instructions", [0, *(pytest.param(other, marks=pytest.mark.slow) for other in (1, 2))], indirect=True
)


def test_the_best_is_not_the_plainest() -> None:
    library = native.binding.library()
    assert library
    library.use(0)
    assert library.kernels_name(library.best) != b"words"


# --- needles -------------------------------------------------------------------------------------------
@RANDOM
@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(LITERALS), min_size=1, max_size=4), TEXTS, st.integers(0, 70))
def test_needles_and_odd_lines(literals: list[str], text: bytes, end: int) -> None:
    needle = Needle(tuple(literal.encode() for literal in literals))
    if None in map(native.rarest, Forms(needle).literals):
        assert isinstance(best_sieve(needle), PlainSieve)
        return
    fast, slow = NativeSieve(needle, None), PlainSieve(needle)
    end = max(0, len(text) - end)
    assert fast.lines(text, end, "") == _listed(slow, text, end)
    assert fast.holds(text) == slow.holds(text)


def _listed(sieve: PlainSieve, text: bytes, end: int) -> object:
    found = sieve.lines(text, end, "")
    return found._replace(spans=list(found.spans))


@RANDOM
@settings(max_examples=100, deadline=None)
@given(st.text("a\n{", max_size=200))
def test_all_lines(text: str) -> None:
    data = text.encode()
    assert NativeSieve(None, None).lines(data, len(data), "") == _listed(PlainSieve(None), data, len(data))


@pytest.mark.parametrize("at", range(130))
def test_a_needle_at_every_place(at: int) -> None:
    """Also across the blocks that are looked at together, and at the very end."""
    text = b"." * at + b"JOBcreated"
    needle = NativeNeedle(["jobcreated"], "jobcreated")
    (place,) = needle.find(text)
    assert at <= place < len(text)
    assert needle.find(text[:-1]) == []


@pytest.mark.parametrize("begins", ["H4sI", "ey", "ew", "W3", "Wy", "eY", "x"])
def test_what_may_be_base64_at_every_place(begins: str) -> None:
    """From a certain length on, wherever it begins, and never what only resembles it."""
    needle = Needle((b"JobCreated",))
    fast, slow = NativeSieve(needle, None), PlainSieve(needle)
    for at in range(140):
        for size, end in ((126, b'"'), (128, b'"'), (170, b"\\"), (400, b'"'), (400, b"")):
            text = b'{"' + b"." * at + b'":"' + begins.encode().ljust(size, b"A") + end + b"}\n" + b'{"a":"b"}\n'
            found = fast.lines(text, len(text), "")
            assert found == _listed(slow, text, len(text))
            assert len(found.spans) == (size >= 128 and begins not in ("eY", "x"))


def test_many_places() -> None:
    assert len(NativeNeedle(["ab"], "ab").find(b"ab" * 100_000)) == 100_000


# --- records of a list ---------------------------------------------------------------------------------
VALUES = st.recursive(
    st.sampled_from(['"x"', '""', '"{"', r'"}\\"', r'"\"]"', '"[,"', "1", "null", '"' + "y" * 70 + '"', '"a\\\\"']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
        st.lists(inner, max_size=3).map(lambda items: "{" + ", ".join(f'"k{{":{item}' for item in items) + "}"),
    ),
    max_leaves=8,
)
RECORDS = st.lists(VALUES.map('{{"e":{}}}'.format), max_size=6)
LISTS = ["[%s]", '{"Records":[%s]}', ' { "Records" : [ %s ] } ', "\n[\n%s\n]\n"]


@st.composite
def documents(draw: st.DrawFn) -> str:
    lists = draw(st.lists(st.tuples(st.sampled_from(LISTS), RECORDS, st.sampled_from([",", " ,\n"])), max_size=3))
    return "".join(form.replace("%s", between.join(records)) for form, records, between in lists)


def natively(text: bytes, cut: int) -> list[bytes] | None:
    """The records of a text in two pieces; None where it is not certain what they are."""
    spans, found, state, begin = Spans(), [], 0, 0
    for end, final in ((cut, False), (len(text), True)):
        listed = native.records(text[begin:end], state, final, spans)
        if listed is None:
            return None
        found += [text[begin + first : begin + behind] for first, behind in spans]
        begin, state = begin + listed[0], listed[1]
    assert begin == len(text) or not text[begin:].strip()
    return found


def exactly(text: bytes) -> list[bytes]:
    return [text[item.begin : item.end] for item in exact.items(text)]


@RANDOM
@settings(max_examples=100, deadline=None)
@given(documents(), st.data())
def test_records_of_lists(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    found = natively(whole, data.draw(st.integers(0, len(whole))))
    assert found is not None
    assert found == exactly(whole)


@RANDOM
@settings(max_examples=150, deadline=None)
@given(documents(), st.data())
def test_damage_is_noticed(text: str, data: st.DataObject) -> None:
    """Where a byte is lost, added or another, the records are still those that exact.py finds, or not certain."""
    whole = bytearray(text.encode() or b"[]")
    at = data.draw(st.integers(0, len(whole) - 1))
    put = data.draw(st.sampled_from([b"", b'"', b"{", b"}", b"]", b",", b"\\"]))
    whole[at : at + data.draw(st.integers(0, 1))] = put
    damaged = bytes(whole)
    found = natively(damaged, data.draw(st.integers(0, len(damaged))))
    if found is not None:
        assert found == exactly(damaged)


@pytest.mark.parametrize(
    "text", ["[{}]", '{"Records":[]}{"Records":[{"a":1}]}', '[{"a":{"b":"}"}}] []', "", "[\n]", " "]
)
def test_certain(text: str) -> None:
    assert natively(text.encode(), len(text) // 2) == exactly(text.encode())


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"Records":[{"b":2}]}', "[{},]", "[,{}]", "[{} {}]", '[{"a":"b]', "[[{}]]", "[{}", '{"Records":[{}]', "[1]",
     '{"Records":[{}],"a":1}', '{"Records":{}}', "[{}]x", "}", "]", "{}", '{"a":1}{"b":2}', '[{"a":1}}]',
     '[{"a:1},{"b":1}]'],
)  # fmt: skip
def test_not_certain(text: str) -> None:
    assert natively(text.encode(), len(text)) is None
