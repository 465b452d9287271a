"""Prints before its first reply."""

import wire

print("starting", flush=True)
wire.begin()
