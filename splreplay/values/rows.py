"""A row outside of SQL, as Splunk's REST and a command's CSV have it."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]  # field to its text or, where it has several values, a list of texts; what is null is absent
