"""Ends without an answer, and says why to standard error."""

import sys

import wire

wire.begin()
wire.read()
sys.exit("no licence")
