"""Writes an empty line behind each reply, as splunklib 1.x does behind the first."""

import wire

wire.read()
wire.write({"type": "streaming"})
while True:
    metadata, rows = wire.read()
    wire.write({"finished": metadata["finished"]}, [{**row, "x": "1"} for row in rows], b"\n\r\n")
