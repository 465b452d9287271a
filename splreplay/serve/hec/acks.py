"""Acknowledgements: which requests are on disk, for senders that ask."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterator

from splreplay.serve.http import limits


class TooManyAcks(Exception):
    """A channel has more ids than its sender has asked after."""


class Acks:
    """Ids of requests that are on disk, by token and channel; told once, then forgotten."""

    def __init__(self) -> None:
        self._channels: OrderedDict[tuple[str, str], tuple[Iterator[int], set[int]]] = OrderedDict()

    def add(self, token: str, channel: str) -> int:
        ids, known = self._channels.setdefault((token, channel), (itertools.count(), set()))
        self._channels.move_to_end((token, channel))
        if len(self._channels) > limits.ACK_CHANNELS:
            self._channels.popitem(last=False)
        if len(known) >= limits.ACKS_A_CHANNEL:
            raise TooManyAcks
        known.add(ack := next(ids))
        return ack

    def tell(self, token: str, channel: str, ids: list[int]) -> dict[str, bool]:
        _, known = self._channels.get((token, channel), (None, set[int]()))
        answer = {str(id_): id_ in known for id_ in ids}
        known.difference_update(ids)
        return answer
