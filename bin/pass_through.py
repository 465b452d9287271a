"""Speaks just enough of Splunk's chunked 1.0 protocol to hand every row back as it came.

For the day on which splunklib cannot be imported: a scheduled search that loses a command ends without any action,
and this one only decorates rows. Needs nothing but Python.
"""

from __future__ import annotations

import json
import re
from typing import IO, Any, Dict, Iterator, Tuple

HEADER = re.compile(rb"chunked\s+1\.0\s*,\s*([0-9]+)\s*,\s*([0-9]+)\s*\n")


def frames(requests: IO[bytes]) -> Iterator[Tuple[Dict[str, Any], bytes]]:
    """The metadata and the body of each frame until the input ends, or is no frame any more."""
    header = HEADER.match(requests.readline())
    while header:
        metadata, body = (requests.read(int(size)) for size in header.groups())
        yield json.loads(metadata.decode("utf-8")), body
        header = HEADER.match(requests.readline())


def answer(request: Dict[str, Any], message: str) -> Dict[str, Any]:
    """What the one reply to a frame says of itself; the message goes with the first, which has no rows yet."""
    if request.get("action") == "getinfo":
        return {"type": "stateful", "inspector": {"messages": [["WARN", message]]}}
    return {"finished": bool(request.get("finished"))}


def run(message: str, requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer every frame with its own rows, and say why."""
    for request, body in frames(requests):
        metadata = json.dumps(answer(request, message)).encode("utf-8")
        replies.write(b"chunked 1.0,%d,%d\n" % (len(metadata), len(body)) + metadata + body)
        replies.flush()
