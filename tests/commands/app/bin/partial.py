"""Gives two replies to one request, as splunklib did before 1.6.14."""

import wire

wire.begin(type="stateful", maxinputs=2)
while True:
    metadata, rows = wire.read()
    half = len(rows) // 2
    wire.write({"finished": False}, rows[:half])
    wire.write({"finished": metadata["finished"]}, rows[half:])
    if metadata["finished"]:
        break
