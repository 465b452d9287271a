"""Answers every request and is never finished."""

import wire

wire.begin()
while wire.read():
    wire.write({"finished": False})
