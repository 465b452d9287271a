"""Answers once, then neither reads nor answers."""

import time

import wire

wire.begin()
time.sleep(600)
