"""Any expression over any values gives rows or one of our own errors; DuckDB never sees what it cannot run."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import splreplay
from splreplay.functions import EVAL
from splreplay.sql.rows import EvalRow

EVENTS = [
    {"a": "10", "b": "abc", "s": "x,y", "m": ["1", "b", "2"], "n": 3},
    {"a": "", "m": ["z"], "s": '{"a": [1, {"b": null}]}'},
    {"b": "-1.5", "n": "1e99", "s": "NaN"},
]
LEAVES = [
    "a", "b", "s", "'m{}'", "nope", "_time", "n", '"10"', '"abc"', '""', "5", "0.5", "-3", "1e10", '"%Y-%m"',
    '"a(b)"', '"{}"', '"a.b{}"', "null()", '"7d"', '"NaN"', '"commas"', '"[1,2]"', '"192.0.2.0/24"', "16",
]  # fmt: skip
CONDITIONS = {
    "isarray",
    "isbool",
    "isdouble",
    "isint",
    "ismv",
    "isnotnull",
    "isnull",
    "isnum",
    "isobject",
    "isstr",
}
CONDITIONS |= {"cidrmatch", "in", "like", "json_valid", "json_has_key_exact", "tobool"}
# Their arguments are spelt out, or hold conditions: they have cases of their own.
SPECIAL = {"match", "searchmatch", "lookup", "mvfilter", "if", "case", "validate", "true", "false"}
VALUES = [row for name, row in EVAL.items() if name not in CONDITIONS | SPECIAL]


@st.composite
def call(draw: st.DrawFn, row: EvalRow, values: st.SearchStrategy[str]) -> str:
    most = row.least + 2 if row.most is None else row.most
    count = draw(st.integers(row.least, most))
    return f"{row.name}({', '.join(draw(values) if letter != 'B' else 'a=b' for letter in row.letters(count))})"


def condition(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["=", "!=", "<", ">", "<=", ">=", "LIKE"])
    compared = st.tuples(values, operator, values).map(" ".join)
    tested = st.sampled_from(sorted(CONDITIONS)).flatmap(lambda name: call(EVAL[name], values))
    return st.one_of(compared, compared.map("NOT {}".format), tested)


def larger(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    chosen = st.builds("if({}, {}, {})".format, condition(values), values, values)
    joined = st.builds("({} {} {})".format, values, st.sampled_from("+-*/%."), values)
    called = st.sampled_from(VALUES).flatmap(lambda row: call(row, values))
    return st.one_of(chosen, joined, called, values.map("-{}".format))


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES), larger, max_leaves=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EXPRESSIONS, min_size=1, max_size=4))
def test_any_expression_runs_or_is_refused(expressions: list[str]) -> None:
    for expression in expressions:
        try:
            rows = splreplay.query(f"* | eval r={expression} | table r", EVENTS)
        except splreplay.SplError as error:
            assert "DuckDB" not in error.message, expression  # noqa: PT017
        else:
            assert len(rows) == len(EVENTS)


def test_nesting_does_not_explode() -> None:
    """Each level names its value more than once in SQL; only the text of the search may set the size."""
    deep = "a"
    for _ in range(25):
        deep = f"tonumber(tostring({deep} + a)) + a"
    assert splreplay.query(f"* | eval r={deep} | table r", [{"a": "1"}]) == [{"r": "51"}]
