"""Fields read from the text of JSON records by DuckDB, and which records it must leave to Python.

DuckDB parses twenty times as fast as Python and lets other threads run. It is not the same, though: of a key
that stands twice it shows one value, it prints numbers anew, it takes trailing commas and `nan`. A record for
which the answer may differ from flatten.py's is not `sure`: whoever runs this SQL has Python read that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

Bind = Callable[[object], str]

TIMES = ("_time", "eventTime")  # what times.event_time looks at
MOST_BRACKETS = 700  # Python gives up at about 900 levels, each of two brackets; DuckDB never
_PLAIN = r"[A-Za-z0-9_ :-]+"  # stands in a JSON path between quotes as it is
_NAME = re.compile(rf"{_PLAIN}(\.{_PLAIN})*")
_SPACE = r"[ \t\r\n]*"
# What DuckDB takes for JSON and Python does not, and whole documents in a line. In a string it means nothing,
# and costs only that Python reads the record. For RE2, and for hyperscan, which searches many records at once.
LOOSE = (
    ",}",
    ",]",
    r",[ \t\r\n]+[}\]]",
    r"(?i)nan[ \t\r\n,}\]]",
    r"(?i)inf[ \t\r\n,}\]]",
    r"(?i)infinity[ \t\r\n,}\]]",
    '"Records"',
)
_MINUS_ZERO = rf"-0{_SPACE}[,}}\]]"  # printed as 0
_AS_WRITTEN = r'^(?:["{\[]|(?:true|false|null|-?[1-9][0-9]{0,17})$)'
_TIME = r'"(?:19|20)\d\d-[01]\d-[0-3]\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"'


@dataclass
class _Object:
    """An object within the record, and the parts of it that fields are made of; `at` numbers its columns."""

    at: int
    names: list[str]  # the fields' names from here on
    parts: dict[str, _Object | None] = field(default_factory=dict)

    @property
    def relevant(self) -> list[str]:
        """Every key that could add to one of the fields: `a` and `a.b` both can, for a field `a.b.c`."""
        found = {name[: match.start()] for name in self.names for match in re.finditer(r"\.|$", name)}
        return sorted(found)

    def value(self, key: str) -> str:
        return f"v{self.at}[{list(self.parts).index(key) + 1}]"

    def objects(self) -> Iterator[_Object]:
        yield self
        for part in self.parts.values():
            if part:
                yield from part.objects()


@dataclass(frozen=True)
class Columns:
    """SQL over the text `x0` of a record and the SELECTs before it: `steps`, `sure`, a value for each field.

    `loose` is a column beside it, false where none of LOOSE is in the text, true where one may be.
    """

    steps: tuple[str, ...]
    sure: str
    time: str
    values: Mapping[str, str]


def readable(name: str) -> bool:
    """Whether a field is read by keys alone: no list, and nothing that a path would have to escape."""
    return _NAME.fullmatch(name) is not None


def columns(names: Iterable[str], now: float, bind: Bind) -> Columns:
    """The SQL for these fields, all of them readable."""
    wanted = list(names)
    record = _tree(sorted({*wanted, TIMES[1]}), count())
    objects = list(record.objects())
    steps = tuple(step for item in objects for step in _steps(item, bind))
    leaves = {name: _leaf(record, name) for name in wanted}
    zero = _matches("x0", _MINUS_ZERO, bind)
    time = record.value(TIMES[1])
    conditions = [
        _unless("loose", " OR ".join(_matches("x0", pattern, bind) for pattern in LOOSE)),
        _unless(f"strlen(x0) >= {2 * MOST_BRACKETS}", f"{_count('{')} + {_count('[')} >= {MOST_BRACKETS}"),
        *(_unambiguous(item, bind, hidden=("", TIMES[0]) if item is record else ()) for item in objects),
        *(_unless(f"{leaf} = '0'", zero, f"({leaf} IS NULL OR {_matches(leaf, _AS_WRITTEN, bind)})")
          for leaf in leaves.values()),
        f"({time} IS NULL OR ({_matches(time, f'^{_TIME}$', bind)} AND {_epoch(time)} IS NOT NULL))",
    ]  # fmt: skip
    return Columns(
        steps,
        f"coalesce({' AND '.join(conditions)}, FALSE)",
        f"coalesce({_epoch(time)}, {bind(now)})",
        {name: _text(leaf) for name, leaf in leaves.items()},
    )


def _tree(names: list[str], numbers: Iterator[int]) -> _Object:
    node = _Object(next(numbers), names)
    for first in dict.fromkeys(name.partition(".")[0] for name in names):
        inner = [name[len(first) + 1 :] for name in names if name.startswith(first + ".")]
        node.parts[first] = _tree(inner, numbers) if inner else None
    return node


def _steps(item: _Object, bind: Bind) -> Iterator[str]:
    """The keys and the values of an object, then the objects in it."""
    paths = bind([f'$."{key}"' for key in item.parts])
    text = f"x{item.at}"
    yield f"TRY(json_keys({text})) AS k{item.at}, CAST(TRY(json_extract({text}, {paths})) AS VARCHAR[]) AS v{item.at}"
    inner = [(item.value(key), part.at) for key, part in item.parts.items() if part]
    if inner:
        yield ", ".join(f"CASE WHEN prefix({value}, '{{') THEN {value} END AS x{at}" for value, at in inner)


def _unambiguous(item: _Object, bind: Bind, hidden: Iterable[str]) -> str:
    """Of the keys that matter each stands once, and under its own name: as many as values were found."""
    relevant = bind([*item.relevant, *hidden])
    keys = f"len(list_filter(k{item.at}, lambda k: list_contains({relevant}, k)))"
    same = f"{keys} = len(list_filter(v{item.at}, lambda v: v IS NOT NULL))"
    return f"(x{item.at} IS NULL OR {same})"


def _leaf(item: _Object, name: str) -> str:
    first, _, rest = name.partition(".")
    part = item.parts[first]
    return _leaf(part, rest) if rest and part else item.value(first)


def _text(value: str) -> str:
    """A string without its quotes, any other scalar as it is; a container has fields of its own."""
    return (f"CASE WHEN prefix({value}, '\"') THEN {value}->>'$' "
            f"WHEN NOT prefix({value}, '{{') AND NOT prefix({value}, '[') THEN {value} END")  # fmt: skip


def _epoch(value: str) -> str:
    return f"epoch(TRY_CAST({value}->>'$' AS TIMESTAMP))"


def _unless(rare: str, wrong: str, otherwise: str = "TRUE") -> str:
    """What is `wrong` is computed only where `rare` holds: DuckDB computes both sides of an OR, for every row."""
    return f"CASE WHEN {rare} THEN NOT ({wrong}) ELSE {otherwise} END"


def _count(bracket: str) -> str:
    return f"len(string_split(x0, '{bracket}'))"


def _matches(text: str, pattern: str, bind: Bind) -> str:
    return f"regexp_matches({text}, {bind(pattern)})"
