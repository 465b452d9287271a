"""The command's side of chunked 1.0, in a few lines."""

import csv
import io
import json
import re
import sys


def read():
    """Metadata and rows of the next request; the command ends with its input."""
    line = sys.stdin.buffer.readline()
    if not line:
        sys.exit()
    head, body = map(int, re.fullmatch(rb"chunked 1\.0,(\d+),(\d+)\n", line).groups())
    metadata = json.loads(sys.stdin.buffer.read(head))
    return metadata, list(csv.DictReader(io.StringIO(sys.stdin.buffer.read(body).decode())))


def write(metadata, rows=(), before=b""):
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    head, body = json.dumps(metadata).encode(), text.getvalue().encode()
    sys.stdout.buffer.write(before + b"chunked 1.0,%d,%d\n" % (len(head), len(body)) + head + body)
    sys.stdout.buffer.flush()


def begin(**settings):
    """The words of the search behind the command's name."""
    metadata, _ = read()
    write({"type": "streaming", **settings})
    return metadata["searchinfo"]


def stream(change):
    """Each reply is the rows of one request, changed."""
    while True:
        metadata, rows = read()
        write({"finished": metadata["finished"]}, [change(row) for row in rows])
