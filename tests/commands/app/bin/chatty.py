"""Prints where only replies may stand."""

import wire

wire.begin()
wire.read()
print("debug: 1 row\x1b[31m", flush=True)
wire.write({"finished": True})
