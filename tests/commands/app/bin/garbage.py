"""Gives a reply whose metadata is no JSON."""

import sys

import wire

wire.begin()
wire.read()
sys.stdout.buffer.write(b"chunked 1.0,3,0\n{a}")
