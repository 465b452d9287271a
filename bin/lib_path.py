"""Puts the app's lib/ on the path of imports, once: there are splunklib and s3batchjobs.

Whatever imports one of them imports this module before.
"""

from __future__ import annotations

import os
import sys

LIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib")
if LIB not in sys.path:
    sys.path.insert(0, LIB)  # before any splunklib of somebody else
