"""Random pipeline stages: each is its SPL and the Python that does the same to rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from tests.differential import reference as ref
from tests.differential.reference import Row

FIELDS = ("a", "b", "c")
VALUES = ("x", "X", "y", "xy", "1", "2", "9", "10", "1.5", "-3", "", "100%", "a_b", "ü", "null", "5e2")
NUMBERS = ("1", "2", "9", "10", "-3", "2.5")

field = st.sampled_from(FIELDS)
value = st.sampled_from(VALUES)
rows = st.lists(
    st.fixed_dictionaries(
        {}, optional={name: st.one_of(value, st.lists(value, min_size=2, max_size=3)) for name in FIELDS}
    ),
    max_size=8,
)


class Stage(NamedTuple):
    spl: str
    python: Callable[[list[Row]], list[Row]]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def search(draw: st.DrawFn) -> Stage:
    name, op = draw(field), draw(st.sampled_from(("=", "!=")))
    wanted = draw(st.one_of(value.filter(bool), st.sampled_from(("x*", "*y", "*", "1*"))))
    negated = draw(st.booleans())

    def keep(row: Row) -> bool:
        return ref.search_compare(row, name, op, wanted) != negated

    return Stage(
        f"search {'NOT ' if negated else ''}{name}{op}{quoted(wanted)}",
        lambda found: [r for r in found if keep(r)],
    )


@st.composite
def search_order(draw: st.DrawFn) -> Stage:
    name, op, wanted = (
        draw(field),
        draw(st.sampled_from(("<", ">", "<=", ">="))),
        draw(st.sampled_from(NUMBERS)),
    )
    return Stage(
        f"search {name}{op}{wanted}",
        lambda found: [r for r in found if ref.search_compare(r, name, op, wanted)],
    )


@st.composite
def where(draw: st.DrawFn) -> Stage:
    left, right, op = draw(field), draw(field), draw(st.sampled_from(("=", "!=", "<", ">", "<=", ">=")))
    return Stage(f"where {left}{op}{right}", lambda found: [r for r in found if ref.where_compare(r, left, op, right)])


@st.composite
def evaluate(draw: st.DrawFn) -> Stage:
    left, right, target = draw(field), draw(field), draw(field)
    op = draw(st.sampled_from(("+", "-", "*", "/")))

    def compute(row: Row) -> Row:
        pair = row.get(left), row.get(right)
        return ref.put(row, target, ref.plus(*pair) if op == "+" else ref.arithmetic(pair[0], op, pair[1]))

    return Stage(f"eval {target}={left}{op}{right}", lambda found: [compute(r) for r in found])


@st.composite
def coalesce(draw: st.DrawFn) -> Stage:
    left, right, target, fallback = draw(field), draw(field), draw(field), draw(value)

    def compute(row: Row) -> Row:
        return ref.put(row, target, row.get(left, row.get(right, fallback)))

    return Stage(
        f"eval {target}=coalesce({left}, {right}, {quoted(fallback)})",
        lambda found: [compute(r) for r in found],
    )


@st.composite
def stats(draw: st.DrawFn) -> Stage:
    function, name = draw(st.sampled_from(sorted(ref.AGGREGATES))), draw(field)
    by = draw(st.sampled_from((None, *(other for other in ("a", "b") if other != name))))

    def compute(found: list[Row]) -> list[Row]:
        made = []
        for key, group in ref.groups(found, by):
            row: Row = {} if by is None or key is None else {by: key}
            made.append(ref.put(row, "c", ref.AGGREGATES[function]([v for r in group for v in ref.values(r, name)])))
        return made

    by_text = f" by {by}" if by else ""
    return Stage(f"stats {function}({name}) as c{by_text}", compute)


@st.composite
def fillnull(draw: st.DrawFn) -> Stage:
    name, filler = draw(field), draw(value.filter(bool))
    return Stage(f"fillnull value={quoted(filler)} {name}", lambda found: [{name: filler, **r} for r in found])


@st.composite
def rename(draw: st.DrawFn) -> Stage:
    old, new = draw(field), draw(field)

    def compute(row: Row) -> Row:
        rest = {key: cell for key, cell in row.items() if key not in (old, new)}
        return {**rest, new: row[old]} if old in row else rest

    return (
        Stage(f"rename {old} as {new}", lambda found: [compute(r) for r in found])
        if old != new
        else Stage("head 100", list)
    )


@st.composite
def head(draw: st.DrawFn) -> Stage:
    count = draw(st.integers(1, 5))
    return Stage(f"head {count}", lambda found: found[:count])


@st.composite
def dedup(draw: st.DrawFn) -> Stage:
    name = draw(field)

    def compute(found: list[Row]) -> list[Row]:
        seen: list[object] = []
        kept = []
        for row in found:
            if name in row and row[name] not in seen:
                seen.append(row[name])
                kept.append(row)
        return kept

    return Stage(f"dedup {name}", compute)


@st.composite
def mvexpand(draw: st.DrawFn) -> Stage:
    name = draw(field)

    def compute(found: list[Row]) -> list[Row]:
        return [{**row, name: single} for row in found for single in ref.values(row, name)] if found else []

    return Stage(f"search {name}=* | mvexpand {name}", compute)


@st.composite
def table(draw: st.DrawFn) -> Stage:
    names = draw(st.lists(field, min_size=1, max_size=3, unique=True))
    return Stage(f"table {' '.join(names)}", lambda found: [{k: v for k, v in r.items() if k in names} for r in found])


ORDERED = (
    search(),
    search_order(),
    where(),
    evaluate(),
    coalesce(),
    fillnull(),
    rename(),
    head(),
    mvexpand(),
    table(),
    dedup(),
)
pipelines = st.builds(
    lambda before, last: [*before, *last],
    st.lists(st.one_of(*ORDERED), max_size=4),
    st.lists(stats(), max_size=1),  # the order of groups is its own rule: nothing that depends on it follows
)
