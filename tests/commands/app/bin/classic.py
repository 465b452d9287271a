"""Protocol 1: reads CSV to its end, and prints CSV."""

import sys

print(sys.stdin.read())
