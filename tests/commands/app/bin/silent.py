"""Reads and never answers, as a command of protocol 1 would."""

import sys

sys.stdin.read()
