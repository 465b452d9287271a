"""Which rows of a lookup table a set of values matches: exactly, by wildcard or by network."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Any

from splreplay.knowledge.lookups import Definition, Table
from splreplay.values import wildcards

Test = Callable[[str], bool]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Matcher:
    """Rows are found by hash over the exact fields; the others are tested one by one, in file order."""

    def __init__(self, definition: Definition, table: Table, fields: Sequence[str]) -> None:
        kinds = definition.kinds or {}
        self.definition, self.table = definition, table
        self.exact = [at for at, name in enumerate(fields) if kinds.get(name, "EXACT") == "EXACT"]
        self.tested = [(at, name, TESTS[kinds[name]]) for at, name in enumerate(fields) if at not in self.exact]
        self.fold: Callable[[str], str] = str if definition.case_sensitive else str.lower
        self.index: dict[tuple[str, ...], list[int]] = {}
        self.tests: dict[tuple[int, str], Test] = {}
        self.found: dict[tuple[str, ...], list[int]] = {}
        for number, row in enumerate(table.rows):
            values = [row.get(fields[at]) for at in self.exact]
            if all(isinstance(value, str) for value in values):
                self.index.setdefault(tuple(self.fold(str(value)) for value in values), []).append(number)

    def rows(self, values: tuple[str, ...]) -> list[int]:
        """The first rows that match all the values, by number, at most `max_matches`."""
        if values not in self.found:
            candidates = self.index.get(tuple(self.fold(values[at]) for at in self.exact), [])
            matches = (number for number in candidates if self._passes(number, values))
            self.found[values] = [
                number for number, _ in zip(matches, range(self.definition.max_matches), strict=False)
            ]
        return self.found[values]

    def _passes(self, number: int, values: tuple[str, ...]) -> bool:
        row = self.table.rows[number]
        return all(
            self._test(number, name, row.get(name), make)(self.fold(values[at])) for at, name, make in self.tested
        )

    def _test(self, number: int, name: str, cell: Any, make: Callable[[str], Test]) -> Test:
        key = (number, name)
        if key not in self.tests:
            self.tests[key] = make(self.fold(str(cell)))
        return self.tests[key]


def _wildcard(cell: str) -> Test:
    expression = wildcards.regex(cell)
    return lambda value: expression.fullmatch(value) is not None


def _network(cell: str) -> Test:
    try:
        network = ipaddress.ip_network(cell.strip(), strict=False)
    except ValueError:
        return lambda value: value == cell
    return lambda value: _inside(value, network)


def _inside(value: str, network: Network) -> bool:
    try:
        return ipaddress.ip_address(value.strip()) in network
    except ValueError:
        return False


TESTS: dict[str, Callable[[str], Test]] = {"WILDCARD": _wildcard, "CIDR": _network}
