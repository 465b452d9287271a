"""Events to transactions: the grouping behind the `transaction` command, as plain Python over rows.

Events arrive newest first, as Splunk's command sees them. So an event that `endswith` names opens a
transaction and one that `startswith` names closes it. Search Reference, "transaction".
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """One row: its fields as text or lists of text, and what the filters said of it."""

    time: float
    fields: Cells
    starts: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Grouping:
    """What belongs together. A negative maximum is none; `starts` and `ends`: there is such a filter."""

    fields: tuple[str, ...] = ()
    maxspan: float = -1
    maxpause: float = -1
    maxevents: int = 1000
    starts: bool = False
    ends: bool = False
    connected: bool = True
    maxopentxn: int = 5000
    maxopenevents: int = 100_000


@dataclass(eq=False)
class Transaction:
    """`events` in the order of arrival; `values` are those of the fields that unify."""

    events: list[Member] = field(default_factory=list)
    values: dict[str, set[str]] = field(default_factory=dict)
    closed: bool = False
    has_start: bool = False
    has_end: bool = False

    def add(self, event: Member, values: Mapping[str, set[str]]) -> None:
        self.events.append(event)
        self.has_start |= event.starts
        self.has_end |= event.ends
        for name, found in values.items():
            self.values.setdefault(name, set()).update(found)


def group(events: Iterable[Member], grouping: Grouping) -> Iterator[Transaction | Member]:
    """Transactions, and as they are the events that can be in none."""
    pool = _Pool(grouping)
    for event in events:
        values = {name: as_set(event.fields[name]) for name in grouping.fields if event.fields.get(name)}
        if grouping.fields and not values:
            yield event
            continue
        yield from pool.take(event, values)
    yield from pool.open


def complete(transaction: Transaction, grouping: Grouping) -> bool:
    """Has it the start and the end that were asked for? Others are evicted."""
    return (transaction.has_start or not grouping.starts) and (transaction.has_end or not grouping.ends)


class _Pool:
    """The open transactions, the one that was added to last at the end."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self.open: OrderedDict[Transaction, None] = OrderedDict()
        self.index: dict[tuple[str, str], OrderedDict[Transaction, None]] = {}
        self.events = 0

    def take(self, event: Member, values: Mapping[str, set[str]]) -> Iterator[Transaction]:
        """Put the event where it belongs; gives the transactions that this closes."""
        found = self._find(values)
        if found is not None and self._over(found, event):
            yield self._close(found, complete(found, self.grouping))
            found = None
        found = found or Transaction()
        self._add(found, event, values)
        if event.starts or len(found.events) == self.grouping.maxevents:
            yield self._close(found, complete(found, self.grouping))
        while len(self.open) > self.grouping.maxopentxn or self.events > self.grouping.maxopenevents:
            yield self._close(next(iter(self.open)), False)

    def _find(self, values: Mapping[str, set[str]]) -> Transaction | None:
        """The transaction last added to that shares a value and contradicts none."""
        if not self.grouping.fields:
            return next(reversed(self.open), None)
        near = [found for name, own in values.items() for value in own for found in self.index.get((name, value), ())]
        candidates: Iterable[Transaction] = near if self.grouping.connected else [*self.open, *near]
        fitting = [found for found in candidates if self._fits(found, values)]
        return fitting[-1] if fitting else None

    def _fits(self, transaction: Transaction, values: Mapping[str, set[str]]) -> bool:
        both = values.keys() & transaction.values.keys()
        return all(values[name] & transaction.values[name] for name in both)

    def _over(self, transaction: Transaction, event: Member) -> bool:
        """Does the event belong to another transaction by time, or because it is an end?"""
        grouping, events = self.grouping, transaction.events
        span, pause = events[0].time - event.time, events[-1].time - event.time
        too_long = 0 <= grouping.maxspan <= span and span > 0
        return event.ends or too_long or 0 <= grouping.maxpause < pause

    def _add(self, transaction: Transaction, event: Member, values: Mapping[str, set[str]]) -> None:
        transaction.add(event, values)
        self.events += 1
        self.open[transaction] = None
        self.open.move_to_end(transaction)
        for name, own in values.items():
            for value in own:
                same = self.index.setdefault((name, value), OrderedDict())
                same[transaction] = None
                same.move_to_end(transaction)

    def _close(self, transaction: Transaction, closed: bool) -> Transaction:
        transaction.closed = closed
        del self.open[transaction]
        self.events -= len(transaction.events)
        for name, own in transaction.values.items():
            for value in own:
                self.index[name, value].pop(transaction, None)
        return transaction


def as_set(value: str | list[str]) -> set[str]:
    return set(as_list(value))


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
