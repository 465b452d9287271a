"""The window of each row of `streamstats`.

Every option only moves where a row's window begins: `window` and `time_window` keep it near, a reset moves
it to the row of the reset. So each row gets the place of its first row, and one RANGE frame serves all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from splreplay.spl import ast
from splreplay.sql.expr import number
from splreplay.sql.relation import Relation

if TYPE_CHECKING:
    from splreplay.sql.session import Session

MAX_WINDOW = 10_000  # limits.conf, max_stream_window: the most rows of a time window
MOMENT = 1e-6  # a row exactly one span away is outside

HERE = "{0}"
SO_FAR = "max({0}) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
BEFORE = "max({0}) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"


@dataclass(frozen=True)
class Frame:
    """`window` 0: all rows; `seconds` 0: no time window; `shared`: one window for all groups.

    `starts` are places (from 1) at which everything begins anew, found by whoever knows.
    """

    current: bool = True
    window: int = 0
    shared: bool = True
    seconds: float = 0
    on_change: bool = False
    reset_before: ast.Node | None = None
    reset_after: ast.Node | None = None
    starts: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Does the window of every row begin with the first one?"""
        return self == Frame(current=self.current, shared=self.shared)


class Framed(NamedTuple):
    """Rows with what the OVER clause needs; `place` is the SQL of a row's number, from 1."""

    relation: Relation
    over: str
    place: str


def partition(keys: Sequence[str]) -> str:
    return f"PARTITION BY {', '.join(keys)}" if keys else ""


def framed(session: Session, before: Relation, frame: Frame, keys: Sequence[str]) -> Framed:
    """`keys` are SQL of what the rows are grouped by."""
    if frame.open:
        last = "CURRENT ROW" if frame.current else "1 PRECEDING"
        return Framed(before, _over(keys, "o", f"ROWS BETWEEN UNBOUNDED PRECEDING AND {last}"), "o")
    place, first = session.fresh("n"), session.fresh("f")
    relation = session.materialise(before) if frame.seconds else before
    relation = session.step(relation, f"SELECT *, row_number() OVER (ORDER BY o) AS {place} FROM {{prev}}")
    marks = {session.fresh("b"): mark for mark in _marks(session, relation, frame, keys, place)}
    listed = ", ".join(f"{sql} AS {name}" for name, (sql, _) in marks.items())
    relation = session.step(relation, f"SELECT *, {listed} FROM {{prev}}")
    starts = ", ".join(template.format(name) for name, (_, template) in marks.items())
    relation = session.step(relation, f"SELECT *, greatest(1, {starts}) AS {first} FROM {{prev}}")
    last = "0 PRECEDING" if frame.current else "1 PRECEDING"
    near = f"RANGE BETWEEN ({place} - least({place}, {first})) PRECEDING AND {last}"
    return Framed(relation, _over(keys, place, near), place)


def _over(keys: Sequence[str], order: str, rows: str) -> str:
    return f" OVER ({partition(keys)} ORDER BY {order} {rows})"


def _marks(
    session: Session, relation: Relation, frame: Frame, keys: Sequence[str], place: str
) -> Iterator[tuple[str, str]]:
    """For each option: SQL that marks a row, and how the marks give the first row of a window."""
    if frame.window:
        yield _window_start(frame, keys, place), HERE
    if frame.seconds:
        yield _time_start(session, relation, frame.seconds, keys, place), HERE
    if frame.on_change and keys:
        present = " AND ".join(f"{key} IS NOT NULL" for key in keys)
        group = f"CASE WHEN {present} THEN row({', '.join(keys)}) END"
        before = f"lag({group} IGNORE NULLS) OVER (ORDER BY o)"
        yield f"CASE WHEN {present} AND {group} IS DISTINCT FROM {before} THEN {place} END", SO_FAR
    scope = session.scope(relation)
    if frame.reset_before is not None:
        yield f"CASE WHEN {scope.condition(frame.reset_before)} THEN {place} END", SO_FAR
    if frame.reset_after is not None:
        yield f"CASE WHEN {scope.condition(frame.reset_after)} THEN {place} + 1 END", BEFORE
    known = session.bind([str(start) for start in frame.starts])
    yield f"CASE WHEN list_contains({known}, CAST({place} AS VARCHAR)) THEN {place} END", SO_FAR


def _window_start(frame: Frame, keys: Sequence[str], place: str) -> str:
    """The last N rows of all (global=true), or of the row's own group."""
    back = frame.window - 1 if frame.current else frame.window
    if frame.shared or not keys:
        return f"{place} - {back}"
    return f"lag({place}, {back}, 1) OVER ({partition(keys)} ORDER BY o)"


def _time_start(session: Session, relation: Relation, seconds: float, keys: Sequence[str], place: str) -> str:
    """Rows less than the span away, in whichever direction the time runs."""
    time = number(session.scope(relation).field("_time"))
    order = f"SELECT arg_min({time}, o) > arg_max({time}, o) FROM {relation.name}"
    (descending,) = session.one(relation.prelude + order)
    moment = f"(-{time})" if descending else time
    near = f"RANGE BETWEEN {seconds - MOMENT!r} PRECEDING AND CURRENT ROW"
    by_time = f"min({place}) OVER ({partition(keys)} ORDER BY {moment} {near})"
    return f"greatest({by_time}, {place} - {MAX_WINDOW - 1})"
